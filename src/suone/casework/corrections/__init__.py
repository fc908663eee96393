"""A correction in one case file, offered to another file of the same person."""
