"""What people do with a meeting: one module for each part of its life."""
