"""The log for data protection: reading it, and proving that it is whole."""
