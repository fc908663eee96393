"""The services a case is given: round table, assessment, coaching, case management, medical mandate."""
