"""Why an act was not carried out."""


class Refused(Exception):
    """A rule forbids the act; the message is a translated sentence for the user that says what to do."""


class Conflict(Exception):
    """Somebody else saved first: nothing was overwritten, and both texts are returned.

    ``current`` is the stored version, ``submitted`` the one just sent; both map a field's label to its text.
    ``about`` is the row the text belongs to, needed by the log when the URL does not name its case.
    """

    def __init__(self, *, current: dict[str, str], submitted: dict[str, str], about: object = None) -> None:
        super().__init__("somebody else saved first")
        self.current = current
        self.submitted = submitted
        self.about = about
