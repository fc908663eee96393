"""Leading a case through its procedure: notification, triage, phases, levels, closing."""
