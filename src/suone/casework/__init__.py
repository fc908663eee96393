"""What happens in a case, from first advice to closing: notification, meetings, plans, services, hand-overs."""
