"""What changes the log of sharing: taking out, forwarding, declaring, confirming, correcting."""

from hub.sharing.actions.confirming import Statement, confirm
from hub.sharing.actions.declaring import Declaration, correct, declare, take_back
from hub.sharing.actions.entries import SentBeforeError
from hub.sharing.actions.links import make_link, open_link, opens, revoke
from hub.sharing.actions.packets import make_packet
from hub.sharing.actions.taking import log_download

__all__ = [
    "Declaration",
    "SentBeforeError",
    "Statement",
    "confirm",
    "correct",
    "declare",
    "log_download",
    "make_link",
    "make_packet",
    "open_link",
    "opens",
    "revoke",
    "take_back",
]
