"""The home page: what needs me today."""
