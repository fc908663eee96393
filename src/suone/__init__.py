"""Suone: software for inter-institutional collaboration in social and professional integration."""
