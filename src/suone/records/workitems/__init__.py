"""Work items: addressed to an institution, controlled by another, assigned to a staff member, due on a day."""
