"""The case file: its number, its person, its lock, and the grants that say who may open what until when."""
