"""Outgoing mail: kept with the act that causes it, handed to the mail server after the commit, each with its state."""
