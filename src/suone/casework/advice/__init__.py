"""First advice to citizens, employers, physicians and institutions: written down in a minute, and what came of it."""
