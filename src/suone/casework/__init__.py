"""What happens in a case, from the first notice to its closing: its page, meetings, plans, services, hand-overs."""
