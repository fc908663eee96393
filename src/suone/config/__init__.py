"""Putting the product together: settings, start, command line, addresses of pages."""
