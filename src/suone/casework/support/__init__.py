"""The support services ordered for a case: round table, assessment, coaching, case management, medical mandate."""
