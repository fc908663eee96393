"""What a canton writes in its own files: procedures and instruments, with the engines that carry them out."""
