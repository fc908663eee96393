"""What stops a delivery; the message is a sentence that says what to do."""


class Trouble(Exception):
    """An error that the user of the client can fix; the message says how."""
