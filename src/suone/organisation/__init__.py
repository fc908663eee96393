"""Who works where: institutions, appointments with their roles, and how somebody gets in."""
