"""Wording of audit log details. Pure."""

import re
from typing import Any

# Internal names such as call-notes and published_on. Addresses, fingerprints and dates stay as they are.
_INTERNAL_NAME = re.compile(r"[a-z]+(?:[-_][a-z]+)+")


def audit_words(value: Any) -> str:
    """Return a name or value of an entry's details in words, for people to read."""
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(audit_words(item) for item in value)
        case dict():
            return ", ".join(f"{audit_words(name)} {audit_words(item)}" for name, item in value.items())
        case str() if _INTERNAL_NAME.fullmatch(value):
            return re.sub("[-_]", " ", value)
    return str(value)
