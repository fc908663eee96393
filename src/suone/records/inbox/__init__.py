"""Notifications: messages in the product, and a daily mail that says only how many there are."""
