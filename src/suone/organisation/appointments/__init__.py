"""Who works where, with which roles, since when; who answers for an institution, who is away and who stands in."""
