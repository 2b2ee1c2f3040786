"""A form that is sent, and how the world is prepared for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

Text = str | Callable[[Session], str]
Entered = dict[str, Any] | Callable[[Session], dict[str, Any]]


@dataclass(frozen=True)
class Sending:
    """A form that is sent. ``address`` and ``values`` may be functions of a session, which prepare the world.

    ``opens``: the page that is opened first, for the fields that it is filled with; its address is posted to by default.
    """

    address: Text
    values: Entered = field(default_factory=dict)
    role: str = "coordinator"  # whose it is if only one person sends it
    opens: Text = ""
    do: str = ""
    previews: str = ""  # the button on the preview that the first answer is
    answer: Callable[[str], dict[str, Any]] | None = None  # returns what the opened page asks the browser for
    is_half: bool = False  # from a browser on which the password was entered, and the second step is missing
