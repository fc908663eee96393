"""Log-ins: limits on attempts, reset of a second factor, and change of address."""
