"""The case as a thing that can be opened: its number, its person, its lock, and the grants: who may open what, until when."""
