"""What somebody must do by when: an item is addressed to an institution, controlled by another, assigned to one of its staff."""
