"""What is written where several rooms meet: the first run, applications to join, and mail that goes out by itself."""

from hub.overview.actions.mailing import LOOKED_AT, hold, let_begin, post_digests, post_due_digests

__all__ = ["LOOKED_AT", "hold", "let_begin", "post_digests", "post_due_digests"]
