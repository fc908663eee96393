"""What is kept: persons, case files and who may open them, consents, documents, requests, things to do, messages."""
