"""What the board adds up, what is next, and how an organization comes in. Pure."""

from hub.overview.rules.board import met_of
from hub.overview.rules.next_steps import Open, what_is_next

__all__ = ["Open", "met_of", "what_is_next"]
