"""A request that somebody decides: with a day, a reminder, an answer with its reason, or an expiry."""
