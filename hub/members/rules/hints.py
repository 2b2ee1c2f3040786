"""The short tour: hints that stand on the pages where they help, until somebody puts them away. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.members.rules.organizations import Role

LEADERS = frozenset({Role.REPRESENTATIVE, Role.ALTERNATE})
SHARERS = LEADERS | {Role.CONTRIBUTOR}


@dataclass(frozen=True)
class Hint:
    """What a page tells those who have one of these roles."""

    roles: frozenset[Role]
    text: str


# By name; the templates say where each stands. Every role meets two to four.
HINTS = {
    "quarter": Hint(
        LEADERS,
        "This is your organization’s quarter. The button is always the next step. Once a quarter you confirm in "
        "writing what you shared, and with whom: it takes two minutes.",
    ),
    "sharing-counts": Hint(
        frozenset({Role.CONTRIBUTOR}),
        "Downloading something isn’t sharing it yet. When you pass it on, open it here and choose Forward, or say so "
        "under Sharing: then it counts for your organization.",
    ),
    "search": Hint(
        SHARERS | {Role.BOARD},
        "Type what you remember: two or three words are enough. A result opens on the very slide or page that has "
        "them.",
    ),
    "forward": Hint(
        SHARERS,
        "Forward makes a link that anybody can open without an account. When they open it, your organization gets the "
        "credit.",
    ),
    "people": Hint(
        LEADERS,
        "Invite your colleagues here. Every organization has one representative and one alternate, with equal rights.",
    ),
    "board": Hint(
        frozenset({Role.BOARD, Role.COORDINATOR}),
        "Each row is an organization, each column a quarter. Confirmed and forwarded mean that the commitment was met. "
        "A name leads to the record behind it.",
    ),
    "behind": Hint(
        frozenset({Role.COORDINATOR, Role.BOARD}),
        "These organizations have nothing on record for the quarter. Open one to see whom to write to.",
    ),
    "organizations": Hint(
        frozenset({Role.COORDINATOR}),
        "Add members and BFFs one by one, or paste a whole list. Then invite a representative for each: the hub makes "
        "the links.",
    ),
    "audit": Hint(
        frozenset({Role.COORDINATOR}),
        "Every change of people, roles and resources is written down here and never erased. Look here first when "
        "something surprises you.",
    ),
}


def is_shown(name: str, role: Role, dismissed: Iterable[str]) -> bool:
    """Whether somebody with ``role`` who put ``dismissed`` away still sees the hint."""
    return role in HINTS[name].roles and name not in set(dismissed)
