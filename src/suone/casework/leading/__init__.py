"""Leading a case through its procedure: notifying, triage, following, levels, closing."""
