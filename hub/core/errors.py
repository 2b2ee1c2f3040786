"""What the hub says no with."""


class Refused(Exception):
    """The hub won't do it. Its text is one sentence that the person can act on."""


class TooManyTries(Refused):
    """Refused for a while: too many tries."""


class NotFound(Exception):
    """There is no such thing, or not for this person: from outside both look the same."""
