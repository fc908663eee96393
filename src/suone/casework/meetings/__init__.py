"""Meetings about one case or many: dates, invitations, contributions, minutes, decisions."""
