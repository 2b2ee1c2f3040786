"""Messages that the hub has promised to send: posted with the fact, delivered by the worker's step `mail`."""

from hub.core.outbox.deciding import AGAIN, count_as_sent, send_again, take_back
from hub.core.outbox.models import OutboxMessage
from hub.core.outbox.posting import FORGOTTEN, WIPED, Post, cancel, cancel_kind, forget, post, post_all
from hub.core.outbox.queries import (
    MESSAGES_PER_PAGE,
    Seer,
    counts,
    kinds,
    last_trouble,
    message,
    messages,
    troubles_caused_by,
)
from hub.core.outbox.rules import SETTLED, State

__all__ = [
    "AGAIN",
    "FORGOTTEN",
    "MESSAGES_PER_PAGE",
    "SETTLED",
    "WIPED",
    "OutboxMessage",
    "Post",
    "Seer",
    "State",
    "cancel",
    "cancel_kind",
    "count_as_sent",
    "counts",
    "forget",
    "kinds",
    "last_trouble",
    "message",
    "messages",
    "post",
    "post_all",
    "send_again",
    "take_back",
    "troubles_caused_by",
]
