"""Institutions with their offices in regions, bodies, conventions, services offered: everything of the directory but people."""
