"""Who works where, with which roles, since when; contact persons, absences, deputies, and keys of partners' systems."""
