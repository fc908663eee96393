"""The log for data protection: reading it, and verifying its integrity."""
