"""The reference model of access: who may do what to which row, in plain Python, judged beside PostgreSQL."""
