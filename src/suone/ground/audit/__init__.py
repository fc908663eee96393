"""What was done and read, by whom, when, on which basis: append-only, sealed in batches, and knowing no feature."""
