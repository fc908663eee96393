"""TOML files that a canton writes: read, validated against one schema per kind, every fault reported with line and remedy."""
