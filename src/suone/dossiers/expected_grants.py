"""What emergencies should open now."""

EXPECTED = """
    SELECT 'break_glass', id, dossier_id, NULL, staff_id, NULL, until
    FROM dossiers_emergency WHERE until > statement_timestamp()
"""
