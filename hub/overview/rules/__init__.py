"""What the board adds up, and how an organization comes in. Pure."""

from hub.overview.rules.board import met_of

__all__ = ["met_of"]
