"""What commands share: reaching the database, acting as a job, lines of progress, trouble said in one sentence.

A package's commands stand in its ``commands.py``. Django is imported inside them, so that ``suone --help`` is quick.
"""
