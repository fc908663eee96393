"""The blind register: who else follows this person, found out without revealing anybody, and the alerts about it."""
