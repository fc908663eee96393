"""The fictional demo canton: its cast and its cases."""
