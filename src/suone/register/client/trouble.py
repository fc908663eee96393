"""What stops a delivery; the message is a sentence that says what to do."""


class Trouble(Exception):
    """Something that whoever runs the client can mend."""
