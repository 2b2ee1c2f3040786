"""Mail that the hub sends to people by itself, and how they end it. Pure."""

import hmac
from base64 import urlsafe_b64encode
from datetime import time
from enum import StrEnum
from hashlib import sha256


class MailKind(StrEnum):
    """Mail that the hub sends by itself and that a person may do without."""

    REMINDER = "reminder"
    DIGEST = "digest"
    NOTICE = "notice"
    CALL = "call"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return _MAIL_LABELS[self.value]


# When no one wants mail who didn't say otherwise: from eight in the evening to seven in the morning.
USUAL_NIGHT = (time(20), time(7))

_MAIL_LABELS = {
    "reminder": "Reminders when the quarter ends and nothing was shared yet (representative and alternate)",
    "digest": "Once a week: new resources on topics that you follow and for searches that you saved",
    "notice": "What the hub logged from mail that you copied to it",
    "call": "Calls: invitations and changes, what you missed, and a week before you present (representative and alternate)",
}


def stop_token(key: str, person_id: int, kind: MailKind) -> str:
    """Return what stands in the address that ends a kind of mail for someone: only the hub can make it, with its ``key``."""
    named = f"{person_id}-{kind.value}"
    mark = hmac.new(key.encode(), f"stop:{named}".encode(), sha256).digest()[:18]
    return f"{named}-{urlsafe_b64encode(mark).decode()}"


def whose_stop(key: str, token: str) -> tuple[int, MailKind] | None:
    """Return the person and the kind of mail that the token is about; None unless the hub made it."""
    number, _, rest = token.partition("-")
    kind = next((one for one in MailKind if rest.startswith(f"{one.value}-")), None)
    if kind is None or not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - more than rows can have
        return None
    known = stop_token(key, int(number), kind)
    return (int(number), kind) if hmac.compare_digest(known.encode(), token.encode()) else None
