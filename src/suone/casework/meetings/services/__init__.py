"""Acts on a meeting, one module for each stage of its life."""
