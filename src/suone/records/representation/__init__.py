"""Who signs for a person: themselves, a parent, or a guardian."""
