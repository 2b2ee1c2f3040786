"""Exceptions shown to users."""


class Refused(Exception):
    """An action that isn't allowed. Its text tells the person what to do."""


class TooManyAttempts(Refused):
    """Too many attempts; refused for a while."""


class NotFound(Exception):
    """Something doesn't exist, or this person may not see it. Both look the same from outside."""
