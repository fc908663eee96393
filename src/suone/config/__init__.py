"""Assembling the product: settings, start-up, command line, URLs."""
