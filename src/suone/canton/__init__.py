"""What a canton defines in its own files: procedures and instruments, with the engines that run them."""
