"""An app with the line as a flow of django-viewflow, which finds flows in apps only."""
