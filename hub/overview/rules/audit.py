"""How the details of the audit read. Pure."""

import re
from typing import Any

# What the hub calls things for itself: call-notes, published_on. Addresses, digests and days stay as they are.
_NAME = re.compile(r"[a-z]+(?:[-_][a-z]+)+")


def audit_words(value: Any) -> str:
    """Return a name or a value of an entry's details, as a person reads it."""
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(audit_words(one) for one in value)
        case dict():
            return ", ".join(f"{audit_words(name)} {audit_words(one)}" for name, one in value.items())
        case str() if _NAME.fullmatch(value):
            return re.sub("[-_]", " ", value)
    return str(value)
