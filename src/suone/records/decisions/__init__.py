"""Requests for a decision: with a deadline, a reminder, and an answer with its reason, or an expiry."""
