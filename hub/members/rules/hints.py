"""The short tour: hints on the pages where they help, until a person closes them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from hub.members.rules.organizations import Role

LEADERS = frozenset({Role.REPRESENTATIVE, Role.ALTERNATE})
SHARERS = LEADERS | {Role.CONTRIBUTOR}


@dataclass(frozen=True)
class Hint:
    """The hint that a page (its template) shows people with one of these roles."""

    template: str
    roles: frozenset[Role]
    text: str
    word: str = ""  # the term of docs/words.md that its link explains, as the address of the page has it


# By name. Every role sees two to four.
HINTS = {
    "quarter": Hint(
        "overview/home.html",
        LEADERS,
        "Once a quarter, confirm what your organization shared: it takes two minutes, and the button is always your next "
        "step.",
        "quarter",
    ),
    "sharing-counts": Hint(
        "overview/home.html",
        frozenset({Role.CONTRIBUTOR}),
        "A download alone doesn’t count as sharing: forward the resource from its page, or report what you shared "
        "under Sharing.",
        "report-sharing",
    ),
    "search": Hint(
        "search/results.html",
        SHARERS | {Role.BOARD},
        "Type two or three words that you remember, and each result opens on the page or slide that has them.",
    ),
    "forward": Hint(
        "library/show.html",
        SHARERS,
        "Forward creates a share link that opens without an account, and your organization gets credit when someone "
        "opens it.",
        "share-link",
    ),
    "people": Hint(
        "members/people.html",
        LEADERS,
        "Invite your colleagues here; every organization has one representative and one alternate, with equal rights.",
        "representative-and-alternate",
    ),
    "board": Hint(
        "overview/board.html",
        frozenset({Role.BOARD, Role.COORDINATOR}),
        "Confirmed and Shared meet the commitment; open an organization to see its quarters in detail.",
        "standing",
    ),
    "behind": Hint(
        "overview/home.html",
        frozenset({Role.COORDINATOR, Role.BOARD}),
        "These organizations haven’t shared this quarter, nor said that there was nothing to share; open one to get in touch.",
        "standing",
    ),
    "organizations": Hint(
        "members/organizations.html",
        frozenset({Role.COORDINATOR}),
        "Add members and BFFs one at a time or paste a list, then create an invitation link for each representative.",
    ),
    "audit": Hint(
        "overview/audit.html",
        frozenset({Role.COORDINATOR}),
        "Check here first when something surprises you: every change to people, roles and resources is recorded.",
    ),
}


def hints_on(template: str, role: Role, dismissed: Collection[str] = ()) -> list[str]:
    """Return the names of the hints that a page shows people with ``role`` who closed those in ``dismissed``."""
    return [
        name
        for name, hint in HINTS.items()
        if hint.template == template and role in hint.roles and name not in dismissed
    ]
