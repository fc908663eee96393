"""Files that a canton writes (TOML): read, held to one schema per kind of file, every fault named with line and remedy."""
