"""The directory without people: institutions, offices, regions, bodies, conventions, services offered."""
