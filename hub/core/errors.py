"""Exceptions shown to users."""


class Refused(Exception):
    """Raised when an action isn't allowed; its text tells the person what to do."""


class TooManyAttempts(Refused):
    """Raised after too many attempts; the person has to wait."""


class NotNow(Refused):
    """Raised when the hub can't do what a request asks at the moment, with the HTTP ``status`` of the answer."""

    DISK_FULL = "The hub’s disk is full, so this wasn’t saved. Tell the coordinator, and try again later."

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class NotFound(Exception):
    """Raised when something doesn't exist or the person may not see it, so that the two can't be told apart."""


class SignInNeeded(NotFound):
    """Raised for a visitor where someone who is signed in might find something, whether or not it exists."""


class NotAllowed(NotFound):
    """Raised when a person may know that something exists, but lacks ``permission`` for it; the page says who has it.

    ``of``: the name of the organization that it belongs to, if only its people have the permission.
    """

    def __init__(self, permission: str, of: str = "") -> None:
        super().__init__()
        self.permission, self.of = permission, of


class NewerDatabase(Exception):
    """Raised when a newer version of the hub migrated the database, so that this one can't read it."""
