"""What the key of a partner's system looks like."""

import hashlib

KEY_PREFIX = "suone_"  # so that a key left lying about is recognised as one


def hash_of_key(key: str) -> str:
    """What is kept of a key; with 256 random bits behind it nobody finds the key from it."""
    return hashlib.sha256(key.encode()).hexdigest()
