"""Who sends each form: the people of the demo world, by the table of permissions (tests/every_route/rights.py)."""

from collections import Counter
from dataclasses import dataclass

from hub.members.rules.membership import Access
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import may
from tests.at_once.sendings import SENDINGS
from tests.demo_people import VISITOR
from tests.every_route.rights import RIGHTS
from tests.test_whole_app import PUBLIC

ROLES = {
    "coordinator": Role.COORDINATOR,
    "board": Role.BOARD,
    "representative": Role.REPRESENTATIVE,
    "alternate": Role.ALTERNATE,
    "contributor": Role.CONTRIBUTOR,
    "bff": Role.REPRESENTATIVE,
}
EVERYONE = (VISITOR, *ROLES)

_ANY, _ALL_BUT_COORDINATOR = tuple(ROLES), tuple(role for role in ROLES if role != "coordinator")
_DECIDES = (_ALL_BUT_COORDINATOR, "only the coordinator decides on presentations")
_OWN_PACK = (("representative", "alternate", "contributor"), "it is the pack of their own organization")
_HALF = (_ANY, "they have signed in")

# People who may send something to a route, but not this form, with the reason.
NOT_BY: dict[str, tuple[tuple[str, ...], str]] = {
    **{f"calls.presentation:{do}": _DECIDES for do in ("accept", "decline", "move", "settle")},
    "calls.deck": (("board",), "the host gives no presentations"),
    "calls.propose": (("board",), "the host gives no presentations"),
    "members.second_step": _HALF,
    "members.second_step_passkey": _HALF,
    "members.sign_in_with_passkey": _HALF,
    **{f"outreach.{name}": _OWN_PACK for name in ("ask", "say", "show_item", "take_item")},
    "overview.show_letter": (_ALL_BUT_COORDINATOR, "only the coordinator sees links to sign in"),
}


@dataclass(frozen=True)
class _Who:
    """Someone of this role, in an organization."""

    role: Role
    organization_id: int = 1
    access: Access = Access.FULL


@dataclass(frozen=True)
class _Own:
    """Something of their organization."""

    organization_id: int = 1
    audience: str = "network"


def _may_send(route: str, role: str) -> bool:
    """Return True if a person of this role may post to the route, about something of their own organization."""
    if role == VISITOR:
        return route in PUBLIC
    right, who = RIGHTS[route], _Who(ROLES[role])
    if right.first and not may(who, right.first):
        return False
    return all(may(who, needed, _Own()) for needed in (right.needs, right.then) if needed)


# For each form, everyone who may send it.
SENDERS = {
    name: [
        role for role in EVERYONE if _may_send(name.split(":")[0], role) and role not in NOT_BY.get(name, ((), ""))[0]
    ]
    for name in SENDINGS
}


def _one_of_each() -> dict[str, str]:
    """Return one person for each form: a visitor if they may send it, else the one who sends the fewest before it."""
    counts: Counter[str] = Counter()
    chosen = {}
    for name, roles in SENDERS.items():
        chosen[name] = (
            VISITOR if VISITOR in roles else min(roles, key=lambda role: (counts[role], EVERYONE.index(role)))
        )
        counts[chosen[name]] += 1
    return chosen


ONE_OF_EACH = _one_of_each()
