"""What commands share: reaching the database, acting as a job, progress lines, errors as one sentence.

A package's commands are in its ``commands.py``. They import Django lazily, so that ``suone --help`` is quick.
"""
