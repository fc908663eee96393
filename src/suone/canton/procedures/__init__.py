"""How a canton works: a file of phases, requirements, work items and moves, and the engine that reads it."""
