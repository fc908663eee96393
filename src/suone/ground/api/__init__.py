"""How an answer to a machine looks: shapes that take nothing unasked, and errors as problem details."""
