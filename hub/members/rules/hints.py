"""The short tour: hints that stand on the pages where they help, until someone puts them away. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from hub.members.rules.organizations import Role

LEADERS = frozenset({Role.REPRESENTATIVE, Role.ALTERNATE})
SHARERS = LEADERS | {Role.CONTRIBUTOR}


@dataclass(frozen=True)
class Hint:
    """What a page (its template) tells those who have one of these roles."""

    template: str
    roles: frozenset[Role]
    text: str


# By name. Every role meets two to four.
HINTS = {
    "quarter": Hint(
        "overview/home.html",
        LEADERS,
        "This is your organization’s quarter. The button is always the next step. Once a quarter you confirm in "
        "writing what you shared, and with whom: it takes two minutes.",
    ),
    "sharing-counts": Hint(
        "overview/home.html",
        frozenset({Role.CONTRIBUTOR}),
        "Downloading something isn’t sharing it yet. When you pass it on, open it here and choose Forward, or say so "
        "under Sharing: then it counts for your organization.",
    ),
    "search": Hint(
        "search/results.html",
        SHARERS | {Role.BOARD},
        "Type what you remember: two or three words are enough. A result opens on the very slide or page that has "
        "them.",
    ),
    "forward": Hint(
        "library/show.html",
        SHARERS,
        "Forward makes a link that anyone can open without an account. When they open it, your organization gets the "
        "credit.",
    ),
    "people": Hint(
        "members/people.html",
        LEADERS,
        "Invite your colleagues here. Every organization has one representative and one alternate, with equal rights.",
    ),
    "board": Hint(
        "overview/board.html",
        frozenset({Role.BOARD, Role.COORDINATOR}),
        "Each row is an organization, each column a quarter. Confirmed and forwarded mean that the commitment was met. "
        "A name leads to the record behind it.",
    ),
    "behind": Hint(
        "overview/home.html",
        frozenset({Role.COORDINATOR, Role.BOARD}),
        "These organizations have nothing on record for the quarter. Open one to see whom to write to.",
    ),
    "organizations": Hint(
        "members/organizations.html",
        frozenset({Role.COORDINATOR}),
        "Add members and BFFs one by one, or paste a whole list. Then invite a representative for each: the hub makes "
        "the links.",
    ),
    "audit": Hint(
        "overview/audit.html",
        frozenset({Role.COORDINATOR}),
        "Every change of people, roles and resources is written down here and never erased. Look here first when "
        "something surprises you.",
    ),
}


def hints_on(template: str, role: Role, dismissed: Collection[str] = ()) -> list[str]:
    """Return the names of the hints that a page shows those with ``role`` who put ``dismissed`` away."""
    return [
        name
        for name, hint in HINTS.items()
        if hint.template == template and role in hint.roles and name not in dismissed
    ]
