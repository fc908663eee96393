"""Planted faults: every lock is loosened once, and a test must fall."""
