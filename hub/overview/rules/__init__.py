"""What the board adds up, what is next, and how organizations come in. Pure."""

from hub.overview.rules.board import met_of
from hub.overview.rules.lists import Line, read_list, written_again
from hub.overview.rules.next_steps import Open, what_is_next

__all__ = ["Line", "Open", "met_of", "read_list", "what_is_next", "written_again"]
