"""A person of some kind in the small world, with their browser, and what the table expects of the answers they get."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.calls.models import Call
from hub.core import chosen_settings, clock
from hub.core.db import Database
from hub.members.actions import sessions as sessions_actions
from hub.members.login import ENROLLING
from hub.members.models import Organization, Passkey, Person, RoleHeld
from hub.members.rules.factors import REQUIRED_SINCE
from hub.members.rules.membership import Access
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission, may
from hub.members.rules.sessions import Origin
from hub.search import index
from tests.every_route.rights import EXPIRED, RESOURCES, RIGHTS, Right
from tests.every_route.things import NO_NUMBER, NO_TOKEN, Thing, Things, add_personal, common_things, things_of
from tests.world import a_person, an_organization

# The kinds of people: their role and their organization. The other organization is a BFF.
PEOPLE: dict[str, tuple[Role, str] | None] = {
    "visitor": None,
    "coordinator": (Role.COORDINATOR, "host"),
    "board": (Role.BOARD, "home"),
    "representative": (Role.REPRESENTATIVE, "home"),
    "alternate": (Role.ALTERNATE, "home"),
    "contributor": (Role.CONTRIBUTOR, "home"),
    "representative-elsewhere": (Role.REPRESENTATIVE, "elsewhere"),
    "alternate-elsewhere": (Role.ALTERNATE, "elsewhere"),
    "contributor-elsewhere": (Role.CONTRIBUTOR, "elsewhere"),
    "left-30-days-ago": (Role.REPRESENTATIVE, "left"),
    "left-90-days-ago": (Role.REPRESENTATIVE, "long-left"),
    "deactivated": (Role.REPRESENTATIVE, "home"),
    "without-second-factor": (Role.BOARD, "home"),
}
LACKS_FACTOR = "without-second-factor"
OWN, STRANGE = "kestrel", "quicksilver"  # words in what is for one organization only


@dataclass(frozen=True)
class Who:
    """The part of a person that decides what they may."""

    id: int
    role: Role
    organization_id: int
    access: Access


@dataclass(frozen=True)
class Place:
    """An address, and the thing that it names: own, foreign, shared, missing (None), or none at all."""

    address: str
    kind: str = ""
    place: str = ""
    thing: Thing | None = None

    @property
    def is_missing(self) -> bool:
        """True if the address names a thing that isn't there."""
        return self.place == "missing"


@dataclass
class Crawl:
    """A person of some kind in the small world, with their browser."""

    app: Flask
    database: Database
    browser: FlaskClient
    kind: str
    who: Who | None  # None: a visitor, and anyone who can't sign in now
    places: dict[str, dict[str, Thing]]  # things by kind, by whose they are
    secrets: dict[str, Thing]  # a word, and the resource for one organization only that has it
    common: dict[str, Any]  # values for addresses
    ended: dict[str, frozenset[int]]  # people whose links or invitations have ended, by the reason
    cookies: dict[Any, Any]  # right after signing in: a message of one answer must not be in the next
    named: set[tuple[str, str]] = field(default_factory=set)  # the routes that named a secret

    @property
    def lacks_factor(self) -> bool:
        """True if the person's role needs a second factor, the grace is over, and they have none."""
        return self.kind == LACKS_FACTOR

    @property
    def is_alike_at_home(self) -> bool:
        """True if the same role at home is answered alike, except about things of organizations."""
        return self.kind.endswith("-elsewhere")

    def may_read(self, resource: Thing) -> bool:
        """Return True if the person may read the resource now."""
        return may(None if self.lacks_factor else self.who, Permission.READ, resource)

    def routes(self, method: str) -> list[str]:
        """Return the routes that accept a method, in the order of their addresses."""
        rules = sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule)
        routes = [rule.endpoint for rule in rules if method in (rule.methods or ()) and rule.endpoint in RIGHTS]
        return [route for route in routes if RIGHTS[route].kinds or not self.is_alike_at_home]

    def addresses(self, endpoint: str) -> Iterator[Place]:
        """Yield the addresses of a route, first that of a missing thing, which is alike for all its kinds."""
        kinds = RIGHTS[endpoint].kinds
        known = [
            (kind, place, things[kind]) for kind in kinds for place, things in self.places.items() if kind in things
        ]
        if not kinds:
            yield Place(self.address(endpoint, {}))
            yield from (Place(self.address(endpoint, {"query": query})) for query in RIGHTS[endpoint].queries)
        for kind, _place, thing in known[:1]:
            absent = {name: _none_of(value) for name, value in thing.values.items()}
            yield Place(self.address(endpoint, absent), kind, "missing")
        for kind, place, thing in known:
            yield Place(self.address(endpoint, thing.values), kind, place, thing)
            for query in RIGHTS[endpoint].queries:
                yield Place(self.address(endpoint, thing.values | {"query": query}), kind, place, thing)

    def address(self, endpoint: str, values: dict[str, Any]) -> str:
        """Return the address of a route; ``values`` may have more than its rule: an organization, and a query."""
        rule = next(iter(self.app.url_map.iter_rules(endpoint)))
        given = {name: values.get(name, self.common.get(name)) for name in rule.arguments}
        given |= {name: value for name, value in values.items() if name == "organization"}
        address = self.app.url_map.bind("localhost").build(endpoint, given)
        return f"{address}{'&' if '?' in address else '?'}{values['query']}" if "query" in values else address


def _none_of(value: object) -> object:
    """Return a value of the same sort that nothing has."""
    return NO_NUMBER if isinstance(value, int) else date(2031, 1, 6) if isinstance(value, date) else NO_TOKEN


def expected(crawl: Crawl, endpoint: str, method: str, at: Place) -> frozenset[int]:
    """Return the statuses that the answer may have, by the table of permissions and the marks of the view."""
    who, right = crawl.who, RIGHTS[endpoint]
    refusal = _refusal_of_guard(crawl, endpoint) or (403 if right.first and not may(who, right.first) else None)
    if refusal := refusal or _refusal(who, right, at):
        return frozenset({refusal})
    if right.ends and at.thing and at.thing.person_id in crawl.ended[right.ends]:
        return EXPIRED
    if at.thing and at.thing.is_closed and endpoint != "outreach.preview_image":
        return right.closed
    return right.get if method == "GET" else right.post


def _refusal_of_guard(crawl: Crawl, endpoint: str) -> int | None:
    """Return the status with which the view's marks refuse this person, at any address; None if they don't."""
    view, who = crawl.app.view_functions[endpoint], crawl.who
    is_public, has_log = getattr(view, "public", False), getattr(view, "open_after_leaving", False)
    if (who is None and not is_public) or (crawl.lacks_factor and endpoint not in ENROLLING):
        return 302
    return 403 if who and who.access is not Access.FULL and not is_public and not has_log else None


def _refusal(who: Who | None, right: Right, at: Place) -> int | None:
    """Return the status with which the route refuses this thing to this person; None if they may."""
    thing, not_found = at.thing, 302 if who is None and right.kinds == RESOURCES else right.absent
    if at.is_missing:
        return not_found
    if right.is_own and (thing is None or who is None or thing.person_id != who.id):
        return None if right.or_has and may(who, right.or_has, thing) else not_found
    if right.needs and not _may(who, right.needs, thing):
        return 403 if right.sees and who and _may(who, right.sees, thing) else not_found
    return 404 if right.then and not may(who, right.then, thing) else None


def _may(who: Who | None, permission: Permission, thing: Thing | None) -> bool:
    """Return True if the person has the permission; what is withdrawn is there for those who may change it."""
    changes = thing is None or not thing.is_withdrawn or may(who, Permission.CHANGE, thing)
    return changes and may(who, permission, thing)


def built(app: Flask, database: Database, kind: str) -> Crawl:
    """Build the small world around a person of this kind, sign them in, and return the crawl."""
    browser = app.test_client()
    browser.sends_version = False  # type: ignore[attr-defined]
    with database.writing() as db:
        role, name = PEOPLE[kind] or (Role.CONTRIBUTOR, "elsewhere")
        organizations = _organizations(db)
        own, foreign = organizations[name], organizations["home" if name == "elsewhere" else "elsewhere"]
        person, stranger = a_person(db, own, role), a_person(db, foreign, name="Sam Stranger")
        call = _call(db)
        strange, shared, colleagues = (
            things_of(db, foreign, stranger, call, STRANGE),
            common_things(db, call),
            Things(""),
        )
        add_personal(db, colleagues, a_person(db, own, name="Cole League"))
        places = {"foreign": strange.by_kind, "shared": shared, "colleague's": colleagues.by_kind}
        secrets = {STRANGE: strange.by_kind["organization resource"]}
        if PEOPLE[kind]:
            owned = things_of(db, own, person, call, OWN)
            places["own"], secrets[OWN] = owned.by_kind, owned.by_kind["organization resource"]
            _sign_in(db, browser, person)
        _fall_out(db, kind, person)
        can_sign_in = PEOPLE[kind] is not None and person.may_sign_in
        who = Who(person.id, role, own.id, person.access) if can_sign_in else None
        ended = _ended(db)
    index.catch_up(database)
    common = shared["quarter"].values | {"day": call.day, "step": "hub"}
    common |= dict.fromkeys(("name", "key", "token", "upload_id"), NO_TOKEN)
    cookies = dict(browser._cookies or {})
    return Crawl(app, database, browser, kind, who, places, secrets, common, ended, cookies)


def _organizations(db: Session) -> dict[str, Organization]:
    return {
        "host": an_organization(db, "Alliance Office", OrganizationKind.HOST),
        "home": an_organization(db, "Home Forge"),
        "elsewhere": an_organization(db, "Harbor Union", OrganizationKind.BFF),
        "left": an_organization(db, "Left Mill"),
        "long-left": an_organization(db, "Long Left Mill"),
    }


def _call(db: Session) -> Call:
    starts_at = clock.now() + timedelta(days=1)
    call = Call(day=starts_at.date(), starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), title="The call")
    call.uid, call.changed_at = "uid", clock.now()
    db.add(call)
    db.flush()
    return call


def _sign_in(db: Session, browser: FlaskClient, person: Person) -> None:
    token = sessions_actions.begin(db, person, Origin("Firefox", "127.0.0.0/24"), browser_token="a browser")
    with browser.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True


def _fall_out(db: Session, kind: str, person: Person) -> None:
    """Let happen, after they signed in, what the kind is named after."""
    days = {"left-30-days-ago": 30, "left-90-days-ago": 90}
    if kind in days:
        person.organization.periods[0].left_on = clock.now().date() - timedelta(days=days[kind])
    if kind == "deactivated":
        person.left_at = clock.now()
    if kind == LACKS_FACTOR:
        held = db.scalars(select(RoleHeld).where(RoleHeld.person_id == person.id)).one()
        held.since = clock.now() - timedelta(days=30)
        chosen_settings.store(db, REQUIRED_SINCE, held.since.isoformat())
        db.execute(delete(Passkey).where(Passkey.person_id == person.id))
    db.flush()


def _ended(db: Session) -> dict[str, frozenset[int]]:
    """Return the ids of the people who can't sign in now, and of those whose links don't open."""
    everyone = db.scalars(select(Person)).all()
    locked_out = frozenset(each.id for each in everyone if not each.may_sign_in)
    return {"locked out": locked_out, "left": locked_out | {p.id for p in everyone if p.access is not Access.FULL}}
