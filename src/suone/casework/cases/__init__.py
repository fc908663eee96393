"""A case from notification to closing: triage, participants, notes, lead and case manager, timeline."""
