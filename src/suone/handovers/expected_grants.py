"""What accepted hand-overs should open now: to the receiver, and for a while still to the sender."""

EXPECTED = """
    SELECT 'hand_over', id, dossier_id, receiver_id, NULL, categories, access_until
    FROM handovers_handover WHERE access_until > statement_timestamp()
    UNION ALL
    SELECT 'hand_over', id, dossier_id, sender_id, NULL, sender_categories, sender_until
    FROM handovers_handover WHERE sender_until > statement_timestamp()
"""
