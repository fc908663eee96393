"""How somebody gets in, and stays out: limits on attempts, the second factor, and the address of a log-in."""
