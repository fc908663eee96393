"""StoredResult answers to instruments in a case: sections, result, decision, and when it is to be made again."""
