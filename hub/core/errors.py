"""Exceptions shown to users."""


class Refused(Exception):
    """Raised when an action isn't allowed; its text tells the person what to do."""


class TooManyAttempts(Refused):
    """Raised after too many attempts; the person has to wait."""


class NotFound(Exception):
    """Raised when something doesn't exist or the person may not see it, so that the two can't be told apart."""
