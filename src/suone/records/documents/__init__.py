"""Files of a case: scanned, uploaded or generated."""
