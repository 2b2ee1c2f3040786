"""Messages that the hub has promised to send: posted with the fact, delivered by the worker's step `mail`."""

from hub.core.outbox.models import OutboxMessage
from hub.core.outbox.posting import FORGOTTEN, Post, cancel, forget, post, post_all
from hub.core.outbox.queries import counts, counts_of, kinds, message, messages, states_of, troubles_of
from hub.core.outbox.rules import SETTLED, TROUBLED, State

__all__ = [
    "FORGOTTEN",
    "SETTLED",
    "TROUBLED",
    "OutboxMessage",
    "Post",
    "State",
    "cancel",
    "counts",
    "counts_of",
    "forget",
    "kinds",
    "message",
    "messages",
    "post",
    "post_all",
    "states_of",
    "troubles_of",
]
