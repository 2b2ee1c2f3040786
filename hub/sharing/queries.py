"""What the log of sharing gives to read. Permission is checked here, where rows are loaded."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload

from hub.core import clock
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.library.models import Page, Resource, Revision
from hub.library.queries import visible_to
from hub.members.models import Organization, Person
from hub.members.rules import Permission, Thing, may
from hub.sharing.models import Confirmation, ConfirmedResource, ShareLink, SharingEvent
from hub.sharing.rules import (
    PASSED_ON,
    Act,
    NextStep,
    QuarterFacts,
    Standing,
    is_due,
    is_late,
    may_revoke,
    next_step,
    strongest,
)

# The event that corrects or takes back another, beside the one it corrects.
Later = aliased(SharingEvent, name="later")

EVENTS_PER_PAGE = 50
LINKS_PER_PAGE = 50
OFFERED = 20  # resources that a form offers by itself
FOUND = 20  # resources that a form's search gives


def stands() -> ColumnElement[bool]:
    """The condition under which an event counts: `what_stands` in SQL."""
    return and_(~SharingEvent.void, ~select(Later.id).where(Later.supersedes_id == SharingEvent.id).exists())


# The standing of many organizations in many quarters.


def standings(
    db: Session, organizations: Sequence[Organization], quarters: Sequence[Quarter]
) -> dict[tuple[int, str], Standing]:
    """Every organization's standing in every quarter, by organization's id and quarter as written ("2026Q3").

    One query: for each pair it seeks one event that passes something on, else one download, and the confirmation
    that stands, instead of reading the whole log. The rule is the same as for one: `strongest`.
    """
    if not organizations or not quarters:
        return {}
    found = {(row.id, row.quarter): row for row in db.execute(_strongest_of(organizations, quarters))}
    answer = {}
    for quarter in quarters:
        name = str(quarter)
        first, last = quarter.first_day, quarter.last_day
        for organization in organizations:
            row = found[organization.id, name]
            acts = (row.act,) if row.act else ()
            answer[organization.id, name] = strongest(
                acts, due=is_due(organization, first, last), confirmed=bool(row.confirmed)
            )
    return answer


def _strongest_of(organizations: Sequence[Organization], quarters: Sequence[Quarter]) -> Select[int, str, bool, Act]:
    """For each pair: an act that passes something on, else a download, else None; and what the confirmation says."""
    period = union_all(*(select(literal(str(quarter)).label("quarter")) for quarter in set(quarters))).subquery(
        "period"
    )

    def one_event(*acts: Act) -> ColumnElement[Act]:
        # A scalar with LIMIT 1, not EXISTS: PostgreSQL might hash the whole log for an EXISTS.
        return (
            select(SharingEvent.act)
            .where(
                SharingEvent.organization_id == Organization.id,
                SharingEvent.quarter == period.c.quarter,
                SharingEvent.act.in_(acts),
                stands(),
            )
            .limit(1)
            .correlate(Organization, period)
            .scalar_subquery()
        )

    said = _last_said(quarters)
    return (
        select(
            Organization.id,
            period.c.quarter,
            said.c.shared.label("confirmed"),
            case((said.c.shared, None), else_=func.coalesce(one_event(*PASSED_ON), one_event(Act.DOWNLOAD))).label(
                "act"
            ),
        )
        .select_from(Organization)
        .join(period, true())
        .outerjoin(said, and_(said.c.organization_id == Organization.id, said.c.quarter == period.c.quarter))
        .where(Organization.id.in_([organization.id for organization in organizations]))
    )


def _last_said(quarters: Sequence[Quarter]) -> Subquery:
    """What the confirmation that stands says, for each organization and quarter that has one."""
    newest_first = func.row_number().over(
        partition_by=(Confirmation.organization_id, Confirmation.quarter),
        order_by=(Confirmation.confirmed_at.desc(), Confirmation.id.desc()),
    )
    ranked = (
        select(Confirmation.organization_id, Confirmation.quarter, Confirmation.shared, newest_first.label("rank"))
        .where(Confirmation.quarter.in_([str(quarter) for quarter in quarters]))
        .subquery("ranked")
    )
    columns = (ranked.c.organization_id, ranked.c.quarter, ranked.c.shared)
    return select(*columns).where(ranked.c.rank == 1).subquery("said")


# One organization's quarters, with what each standing rests on.


@dataclass(frozen=True)
class QuarterRow:
    """An organization's quarter: the standing, the events that stand, the confirmation that stands."""

    organization: Organization
    quarter: Quarter
    standing: Standing
    downloads: int
    forwards: int
    declared: int
    confirmation: Confirmation | None  # with its person
    confirmed_on: date | None  # in the hub's time zone
    late: bool  # whether that confirmation came late

    def as_json(self) -> dict[str, str | int | bool | date | None]:
        """What ``hub sharing`` prints of it."""
        return {
            "organization": self.organization.slug,
            "kind": self.organization.kind.value,
            "standing": self.standing.value,
            "downloads": self.downloads,
            "forwards": self.forwards,
            "declared": self.declared,
            "confirmed_on": self.confirmed_on,
            "confirmed_by": self.confirmation.person.name if self.confirmation else None,
            "late": self.late,
        }


def quarters_of(db: Session, organization: Organization, quarters: Sequence[Quarter]) -> list[QuarterRow]:
    """The organization's quarters in the order of ``quarters``."""
    counts = _counts(db, quarters, organization)
    said = _confirmations(db, quarters, organization)
    return [
        _row(
            db, organization, quarter, counts[organization.id, str(quarter)], said.get((organization.id, str(quarter)))
        )
        for quarter in quarters
    ]


def sharing_of(db: Session, quarter: Quarter) -> list[QuarterRow]:
    """Every organization's quarter, by name: standing and the counts of its evidence."""
    organizations = db.scalars(select(Organization).order_by(Organization.name, Organization.id)).all()
    counts, said = _counts(db, [quarter]), _confirmations(db, [quarter])
    return [
        _row(db, one, quarter, counts[one.id, str(quarter)], said.get((one.id, str(quarter)))) for one in organizations
    ]


def _row(
    db: Session, organization: Organization, quarter: Quarter, counts: Counter[Act], said: Confirmation | None
) -> QuarterRow:
    due = is_due(organization, quarter.first_day, quarter.last_day)
    confirmed_on = said.confirmed_at.astimezone(config_of(db).zone).date() if said else None
    return QuarterRow(
        organization=organization,
        quarter=quarter,
        standing=strongest(counts, due=due, confirmed=said is not None and said.shared),
        downloads=counts[Act.DOWNLOAD],
        forwards=counts[Act.FORWARD],
        declared=counts[Act.DECLARED],
        confirmation=said,
        confirmed_on=confirmed_on,
        late=confirmed_on is not None and is_late(quarter, confirmed_on),
    )


def _counts(
    db: Session, quarters: Sequence[Quarter], organization: Organization | None = None
) -> Mapping[tuple[int, str], Counter[Act]]:
    """How many events stand, by act, for each organization and quarter."""
    key = (SharingEvent.organization_id, SharingEvent.quarter, SharingEvent.act)
    statement = select(*key, func.count()).where(_in(SharingEvent.quarter, quarters), stands()).group_by(*key)
    if organization is not None:
        statement = statement.where(SharingEvent.organization_id == organization.id)
    counts: dict[tuple[int, str], Counter[Act]] = defaultdict(Counter)
    for organization_id, quarter, act, count in db.execute(statement):
        if organization_id is not None:
            counts[organization_id, quarter][act] = count
    return counts


def _confirmations(
    db: Session, quarters: Sequence[Quarter], organization: Organization | None = None
) -> dict[tuple[int, str], Confirmation]:
    """The confirmation that stands, with its person, for each organization and quarter that has one."""
    statement = (
        select(Confirmation)
        .where(_in(Confirmation.quarter, quarters))
        .options(joinedload(Confirmation.person))
        .order_by(Confirmation.confirmed_at, Confirmation.id)
    )
    if organization is not None:
        statement = statement.where(Confirmation.organization_id == organization.id)
    return {(one.organization_id, one.quarter): one for one in db.scalars(statement)}  # the last one wins


def _in(column: InstrumentedAttribute[str], quarters: Iterable[Quarter]) -> ColumnElement[bool]:
    return column.in_([str(quarter) for quarter in quarters])


@dataclass(frozen=True)
class YourQuarter:
    """A person's quarter: where their organization stands, and the one next step."""

    quarter: Quarter
    standing: Standing
    downloads: int
    forwards: int
    declared: int
    taken: int  # resources that were downloaded, and neither declared nor forwarded
    confirmation: Confirmation | None
    late: bool
    next_step: NextStep


def your_quarter(db: Session, person: Person, quarter: Quarter) -> YourQuarter:
    """Where the person's organization stands in ``quarter``, and what they could do next."""
    [row] = quarters_of(db, person.organization, [quarter])
    taken, passed_on = _taken_and_passed_on(db, person.organization, quarter)
    facts = QuarterFacts(
        standing=row.standing,
        taken=len(taken - passed_on),
        passed_on=len(passed_on),
        said_nothing=row.confirmation is not None and not row.confirmation.shared,
        ended=clock.today(config_of(db).zone) > quarter.last_day,
    )
    return YourQuarter(
        quarter=quarter,
        standing=row.standing,
        downloads=row.downloads,
        forwards=row.forwards,
        declared=row.declared,
        taken=facts.taken,
        confirmation=row.confirmation,
        late=row.late,
        next_step=next_step(facts, may_confirm=may(person, Permission.CONFIRM, person.organization)),
    )


def _taken_and_passed_on(db: Session, organization: Organization, quarter: Quarter) -> tuple[set[int], set[int]]:
    """The resources that were downloaded, and those that were declared or forwarded."""
    found = db.execute(
        select(SharingEvent.resource_id, SharingEvent.act).where(_logged_by(organization, quarter), stands()).distinct()
    ).all()
    return (
        {resource_id for resource_id, act in found if act is Act.DOWNLOAD},
        {resource_id for resource_id, act in found if act in PASSED_ON},
    )


def _logged_by(organization: Organization, quarter: Quarter) -> ColumnElement[bool]:
    return and_(SharingEvent.quarter == str(quarter), SharingEvent.organization_id == organization.id)


# The log of one organization's quarter.


@dataclass(frozen=True)
class EventFilter:
    """What of a quarter's log is shown; None shows all."""

    act: Act | None = None
    resource_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class LoggedLine:
    """An event of the log, and which event corrects it, if one does."""

    event: SharingEvent  # with its resource and person
    superseded_by: int | None

    @property
    def counts(self) -> bool:
        """Whether the event stands."""
        return self.superseded_by is None and not self.event.void

    @property
    def mark(self) -> str:
        """What a reader must know of it before they count it."""
        if self.event.void:
            return "taken back"
        return "superseded" if self.superseded_by else ("correction" if self.event.supersedes_id else "")


def events_of(
    db: Session,
    organization: Organization,
    quarters: Sequence[Quarter],
    only: EventFilter = EventFilter(),
    page: int | None = None,
) -> list[LoggedLine]:
    """The log of the quarters, newest first, with what was superseded; one page of it, or all when ``page`` is None."""
    statement = (
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(*_conditions(organization, quarters, only))
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
        .order_by(SharingEvent.happened_on.desc(), SharingEvent.id.desc())
    )
    if page is not None:
        statement = statement.limit(EVENTS_PER_PAGE).offset((page - 1) * EVENTS_PER_PAGE)
    return [LoggedLine(event, later) for event, later in db.execute(statement)]


def count_events(db: Session, organization: Organization, quarters: Sequence[Quarter], only: EventFilter) -> int:
    """How many events the log has, superseded ones too."""
    conditions = _conditions(organization, quarters, only)
    return db.scalar(select(func.count(SharingEvent.id)).where(*conditions)) or 0


def _conditions(
    organization: Organization, quarters: Sequence[Quarter], only: EventFilter
) -> list[ColumnElement[bool]]:
    wanted = {
        SharingEvent.act: only.act,
        SharingEvent.resource_id: only.resource_id,
        SharingEvent.person_id: only.person_id,
    }
    return [
        _in(SharingEvent.quarter, quarters),
        SharingEvent.organization_id == organization.id,
        *(column == value for column, value in wanted.items() if value is not None),
    ]


def resources_in(db: Session, organization: Organization, quarter: Quarter) -> Sequence[Resource]:
    """The resources that the log of the quarter names, by title."""
    named = select(SharingEvent.resource_id).where(_logged_by(organization, quarter))
    return db.scalars(select(Resource).where(Resource.id.in_(named)).order_by(Resource.title, Resource.id)).all()


def people_in(db: Session, organization: Organization, quarter: Quarter) -> Sequence[Person]:
    """The people who have entries in the log of the quarter, by name."""
    named = select(SharingEvent.person_id).where(_logged_by(organization, quarter))
    return db.scalars(select(Person).where(Person.id.in_(named)).order_by(Person.name, Person.id)).all()


@dataclass(frozen=True)
class ResourceLog:
    """What stands of one resource in a quarter: how a confirmation begins."""

    resource: Resource
    downloads: int
    forwards: int
    declared: int
    with_whom: tuple[str, ...]  # as declared
    people: int  # as declared, in all

    @property
    def passed_on(self) -> bool:
        """Whether it was declared or forwarded; otherwise it was only taken."""
        return bool(self.forwards or self.declared)


def log_by_resource(db: Session, organization: Organization, quarter: Quarter) -> list[ResourceLog]:
    """What stands in the quarter, grouped by resource, by title."""
    events = db.scalars(
        select(SharingEvent)
        .where(_logged_by(organization, quarter), stands())
        .options(joinedload(SharingEvent.resource))
        .order_by(SharingEvent.happened_on, SharingEvent.id)
    )
    grouped: dict[int, list[SharingEvent]] = defaultdict(list)
    for event in events:
        grouped[event.resource_id].append(event)
    return sorted((_log_of(group) for group in grouped.values()), key=lambda log: log.resource.title.casefold())


def _log_of(events: Sequence[SharingEvent]) -> ResourceLog:
    counts = Counter(event.act for event in events)
    return ResourceLog(
        resource=events[0].resource,
        downloads=counts[Act.DOWNLOAD],
        forwards=counts[Act.FORWARD],
        declared=counts[Act.DECLARED],
        with_whom=tuple(dict.fromkeys(event.with_whom for event in events if event.with_whom)),
        people=sum(event.people or 0 for event in events),
    )


def confirmations_of(db: Session, organization: Organization, quarter: Quarter) -> Sequence[Confirmation]:
    """All that was confirmed for the quarter, the one that stands first, with people and named resources."""
    return db.scalars(
        select(Confirmation)
        .where(Confirmation.organization_id == organization.id, Confirmation.quarter == str(quarter))
        .options(
            joinedload(Confirmation.person),
            selectinload(Confirmation.items).joinedload(ConfirmedResource.resource),
        )
        .order_by(Confirmation.confirmed_at.desc(), Confirmation.id.desc())
    ).all()


def event_for(db: Session, person: Person, event_id: int, permission: Permission) -> LoggedLine:
    """An event of the log, if ``person`` may do ``permission`` to it; else raises NotFound."""
    row = db.execute(
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(SharingEvent.id == event_id)
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
    ).one_or_none()
    if row is None or row[0].organization_id is None or not may(person, permission, cast(Thing, row[0])):
        raise NotFound
    return LoggedLine(row[0], row[1])


# Resources that a declaration or a confirmation may name.


def offered_to(db: Session, person: Person) -> Sequence[Resource]:
    """The resources that the person's organization took or passed on lately, newest first."""
    quarter = Quarter.of(clock.today(config_of(db).zone))
    lately = (
        select(SharingEvent.resource_id, func.max(SharingEvent.id).label("last"))
        .where(
            _in(SharingEvent.quarter, quarter.back(2)), SharingEvent.organization_id == person.organization_id, stands()
        )
        .group_by(SharingEvent.resource_id)
        .subquery()
    )
    return db.scalars(
        select(Resource)
        .join(lately, lately.c.resource_id == Resource.id)
        .order_by(lately.c.last.desc())
        .limit(OFFERED)
        .options(joinedload(Resource.organization))
    ).all()


def found_by_title(db: Session, person: Person, words: str) -> Sequence[Resource]:
    """Resources that the person may read, with every one of the words in the title, newest first."""
    conditions = [Resource.title.icontains(word, autoescape=True) for word in words.split()[:10]]
    if not conditions:
        return []
    return db.scalars(
        select(Resource)
        .where(visible_to(person), *conditions)
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(FOUND)
        .options(joinedload(Resource.organization))
    ).all()


def nameable(db: Session, person: Person, resource_ids: Iterable[int]) -> list[Resource]:
    """Those of the resources that the person may name: they may read them, or their own log has them already.

    In the order of ``resource_ids``.
    """
    ids = [number for number in dict.fromkeys(resource_ids) if 0 < number < 2**31]  # others no row can have
    logged = (
        select(SharingEvent.id)
        .where(SharingEvent.resource_id == Resource.id, SharingEvent.organization_id == person.organization_id)
        .exists()
    )
    found = db.scalars(
        select(Resource)
        .where(Resource.id.in_(ids), or_(visible_to(person), logged))
        .options(joinedload(Resource.organization))
    )
    by_id = {resource.id: resource for resource in found}
    return [by_id[resource_id] for resource_id in ids if resource_id in by_id]


# Share links.


@dataclass(frozen=True)
class LinkLine:
    """A share link, and how often it was opened."""

    link: ShareLink  # with its resource and person
    openings: int


def links_of(
    db: Session, organization: Organization, page: int = 1, resource: Resource | None = None
) -> tuple[list[LinkLine], int]:
    """A page of the organization's links, newest first, and how many there are; those of one resource if it is given."""
    condition = ShareLink.organization_id == organization.id
    if resource is not None:
        condition = and_(condition, ShareLink.resource_id == resource.id)
    openings = (
        select(func.count(SharingEvent.id))
        .where(SharingEvent.link_id == ShareLink.id, SharingEvent.act == Act.FORWARD, stands())
        .scalar_subquery()
    )
    total = db.scalar(select(func.count(ShareLink.id)).where(condition)) or 0
    rows = db.execute(
        select(ShareLink, openings)
        .where(condition)
        .options(joinedload(ShareLink.resource), joinedload(ShareLink.person))
        .order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
        .limit(LINKS_PER_PAGE)
        .offset((page - 1) * LINKS_PER_PAGE)
    )
    return [LinkLine(link, count) for link, count in rows], total


def _whole_link() -> Select[ShareLink]:
    """A link with all that its page shows."""
    return select(ShareLink).options(
        joinedload(ShareLink.organization),
        joinedload(ShareLink.person),
        joinedload(ShareLink.resource).joinedload(Resource.organization),
        joinedload(ShareLink.resource).selectinload(Resource.revisions),
    )


def link_by_token(db: Session, token: str) -> ShareLink:
    """The link that a token opens, in whatever state it is; raises NotFound."""
    link = db.scalar(_whole_link().where(ShareLink.token == token))
    if link is None:
        raise NotFound
    return link


def link_for(db: Session, person: Person, link_id: int) -> ShareLink:
    """A link that ``person`` may revoke; raises NotFound."""
    link = db.scalar(_whole_link().where(ShareLink.id == link_id))
    if link is None or not may_revoke(person, link):
        raise NotFound
    return link


def own_link(db: Session, person: Person, link_id: int) -> ShareLink:
    """A link of the person's own organization; raises NotFound."""
    link = db.scalar(_whole_link().where(ShareLink.id == link_id))
    if link is None or link.organization_id != person.organization_id:
        raise NotFound
    return link


def revision_of(link: ShareLink) -> Revision:
    """What the link shows: the current revision, or for one page the revision that the page was taken from."""
    number = link.revision_number or link.resource.revision_number
    return next(revision for revision in link.resource.revisions if revision.number == number)


def pages_through(db: Session, link: ShareLink, first: int, count: int) -> Sequence[Page]:
    """The pages that the link opens, from the ``first``-th on, ``count`` at most; for a link to one page that one."""
    statement = select(Page).where(Page.revision_id == revision_of(link).id).order_by(Page.number)
    if link.page_number is not None:
        return db.scalars(statement.where(Page.number == link.page_number)).all()
    return db.scalars(statement.offset(first - 1).limit(count)).all()


def page_through(db: Session, revision: Revision, number: int | None) -> Page | None:
    """The page of a revision with that number, if it has one."""
    if number is None:
        return None
    return db.scalar(select(Page).where(Page.revision_id == revision.id, Page.number == number))
