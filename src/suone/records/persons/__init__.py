"""The key: AHV numbers with their history, and which two keys are one person; nothing readable."""
