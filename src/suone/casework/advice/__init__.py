"""First advice to citizens, employers, physicians and institutions, recorded in a minute, with its outcome."""
