"""The pages of the directory: whom to call, who is who, and keeping it."""
