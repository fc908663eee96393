"""The audit log: what was done and read, by whom, when, on which basis. Append-only, sealed in batches, independent of features."""
