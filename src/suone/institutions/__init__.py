"""The directory: institutions, offices, regions, staff, contact persons, bodies, conventions, services offered."""
