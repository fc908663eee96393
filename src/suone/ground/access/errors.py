"""What an act may answer instead of being done."""


class Refused(Exception):
    """A rule forbids the act; the message is a sentence fit to show, saying what to do."""


class Conflict(Exception):
    """Somebody else saved first: nothing was overwritten, and both texts are handed back.

    ``current`` is what is kept now, ``submitted`` what was just sent; both map a field's label to its text.
    ``about`` is the row whose text it is, where the address does not name its case.
    """

    def __init__(self, *, current: dict[str, str], submitted: dict[str, str], about: object = None) -> None:
        super().__init__("somebody else saved first")
        self.current = current
        self.submitted = submitted
        self.about = about
