"""The pages of the six topics: what each section shows. Permissions are checked here, where rows are loaded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, lazyload
from sqlalchemy.orm.interfaces import ORMOption

from hub.calls.models import Ask, AskKind, Call, Presentation
from hub.calls.queries.series import is_held_call, is_upcoming_call
from hub.calls.rules.presentations import Outcome, SlotState
from hub.core.errors import NotFound
from hub.core.remembered import remembered
from hub.library.models import LISTED, Listed, Page, Resource, Revision, Topic
from hub.library.queries import reader_key, visible_to
from hub.library.rules import BIG_SIX, Kind
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.overview.models import TopicFirst, TopicPage
from hub.overview.rules import topics as topics_rules
from hub.search.queries import acronyms as acronyms_queries
from hub.search.queries import results as results_queries
from hub.search.queries.acronyms import UsedAcronym
from hub.search.rules.results import Query
from hub.sharing.queries import most_shared as most_shared_queries
from hub.sharing.queries.most_shared import SharedByMany

YEAR = timedelta(days=365)
NEWEST, SHARED, ORGANIZATIONS, ACRONYMS, QUESTIONS, TALKS = 5, 5, 8, 12, 6, 6  # shown at most
OFFERED = 20  # resources that the coordinator may put first, besides those that are


@dataclass(frozen=True)
class Card:
    """A topic on the page of all topics, with its newest resource."""

    topic: str
    sentences: str
    resources: int
    newest: Listed | None


@dataclass(frozen=True)
class Expertise:
    """An organization with the resources and talks that it has on a topic."""

    organization: Organization
    resources: int
    talks: int


@dataclass(frozen=True)
class OpenQuestion:
    """What an organization asked on a call, or a section of a call's notes with asks or questions."""

    lines: Sequence[str]
    organization: str
    day: date
    resource: int | None = None  # whose section it is; None: an ask on the call of this day
    page: int | None = None
    title: str = ""  # of the resource


@dataclass(frozen=True)
class Talk:
    """A presentation on a call, or for visitors a public deck."""

    title: str
    organization: Organization
    day: date
    deck: int | None
    recording: str = ""
    is_upcoming: bool = False
    has_call: bool = True


@dataclass(frozen=True)
class TopicView:
    """What a person sees on a topic's page. Visitors see public resources and nothing about the network."""

    page: TopicPage
    total: int
    first: Sequence[Resource]
    newest: Sequence[Resource]
    shared: Sequence[SharedByMany]
    experts: Sequence[Expertise]
    acronyms: Sequence[UsedAcronym]
    questions: Sequence[OpenQuestion]
    talks: Sequence[Talk]


def sentences_on(page: TopicPage) -> str:
    """Return the sentences about a topic: the coordinator's, or those that come with the hub."""
    return page.sentences or topics_rules.default_sentences(page.topic)


def page_of(db: Session, topic: str) -> TopicPage:
    """Return the page of a topic; raises NotFound if it isn't one of the six."""
    page = db.scalar(select(TopicPage).where(TopicPage.topic == topic)) if topic in BIG_SIX else None
    if page is None:
        raise NotFound
    return page


def page_to_edit(db: Session, person: Person | None, topic: str) -> TopicPage:
    """Return the page of a topic that ``person`` may edit, with who last edited it; raises NotFound."""
    page = page_of(db, topic)
    if not may(person, Permission.EDIT_TOPICS):
        raise NotFound
    db.refresh(page, ["changed_by"])
    return page


def cards(db: Session, person: Person | None) -> Sequence[Card]:
    """Return the six topics with the number of resources that ``person`` may open, and the newest of them."""
    newest = remembered(db, ("topics", reader_key(person)), lambda: _newest_by_topic(db, person))
    pages = {page.topic: page for page in db.scalars(select(TopicPage))}
    return [Card(topic, sentences_on(pages[topic]), *newest.get(topic, (0, None))) for topic in BIG_SIX]


def _newest_by_topic(db: Session, person: Person | None) -> dict[str, tuple[int, Listed]]:
    """Return the number of resources on each topic and the newest of them."""
    ranked = (
        select(
            Topic.name,
            Topic.resource_id,
            func.count().over(partition_by=Topic.name).label("total"),
            func.row_number()
            .over(partition_by=Topic.name, order_by=(Resource.published_on.desc(), Resource.id.desc()))
            .label("place"),
        )
        .join(Resource, Resource.id == Topic.resource_id)
        .where(Topic.name.in_(BIG_SIX), visible_to(person))
        .subquery()
    )
    rows = db.execute(
        LISTED.join(ranked, ranked.c.resource_id == Resource.id)
        .where(ranked.c.place == 1)
        .add_columns(ranked.c.name, ranked.c.total)
    )
    return {name: (total, Listed.of(listed)) for *listed, name, total in rows}


def topic_view(db: Session, person: Person | None, page: TopicPage, today: date, now: datetime) -> TopicView:
    """Return what ``person`` (None: a visitor) sees on a topic's page."""
    topic = page.topic
    takes_part = may(person, Permission.SEE_MEMBERS)
    newest, total = _newest(db, person, topic)
    return TopicView(
        page=page,
        total=total,
        first=first_of(db, person, topic),
        newest=newest,
        shared=_shared(db, person, topic, today) if person and takes_part else (),
        experts=_experts(db, person, topic, today, now),
        acronyms=acronyms_queries.acronyms_on(db, person, topic, ACRONYMS),
        questions=_questions(db, person, topic, today),
        talks=_talks(db, person, topic, now) if may(person, Permission.SEE_CALLS) else _decks(db, person, topic),
    )


def is_on(topic: str) -> ColumnElement[bool]:
    """Return the SQL condition for resources that have a topic."""
    return Resource.id.in_(select(Topic.resource_id).where(Topic.name == topic))


def _with_organization() -> ORMOption:
    """Return the option that loads the organization of a joined resource, without its periods of membership."""
    return contains_eager(Resource.organization).lazyload(Organization.periods)


def first_of(db: Session, person: Person | None, topic: str) -> Sequence[Resource]:
    """Return the resources that the coordinator put first and that ``person`` may open, in order."""
    return db.scalars(
        select(Resource)
        .join(TopicFirst, TopicFirst.resource_id == Resource.id)
        .join(Resource.organization)
        .where(TopicFirst.topic == topic, visible_to(person))
        .options(_with_organization())
        .order_by(TopicFirst.position)
    ).all()


def _newest(db: Session, person: Person | None, topic: str) -> tuple[Sequence[Resource], int]:
    """Return the newest resources on a topic, and how many there are in all."""
    are_shown = visible_to(person), is_on(topic)
    rows = db.scalars(
        select(Resource)
        .join(Resource.organization)
        .where(*are_shown)
        .options(_with_organization())
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(NEWEST)
    ).all()
    return rows, db.scalar(select(func.count()).select_from(Resource).where(*are_shown)) or 0


def _shared(db: Session, person: Person, topic: str, today: date) -> Sequence[SharedByMany]:
    return most_shared_queries.most_shared(
        db, person, is_on(topic), today - YEAR, today, topics_rules.FEWEST_ORGANIZATIONS, SHARED
    )


def _has_given(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for presentations that everyone who sees calls takes for given; joined with their calls.

    It says no more than the pages of calls: whether attendance confirms a presentation is its organization's business.
    """
    not_missed = or_(Presentation.outcome.is_(None), Presentation.outcome != Outcome.NO_SHOW)
    return and_(Presentation.state == SlotState.ACCEPTED, is_held_call(now), not_missed)


def _experts(db: Session, person: Person | None, topic: str, today: date, now: datetime) -> Sequence[Expertise]:
    """Return the members and BFFs with the most resources and talks on a topic; visitors see no talks."""
    resources = (
        select(Resource.organization_id, func.count().label("count"))
        .where(visible_to(person), is_on(topic))
        .group_by(Resource.organization_id)
        .subquery()
    )
    talks = (
        select(Presentation.organization_id, func.count().label("count"))
        .join(Call, Call.id == Presentation.call_id)
        .where(Presentation.topic == topic, _has_given(now), true() if may(person, Permission.SEE_CALLS) else false())
        .group_by(Presentation.organization_id)
        .subquery()
    )
    of_resources, of_talks = (func.coalesce(each.c.count, 0) for each in (resources, talks))
    rows = db.execute(
        select(Organization, of_resources, of_talks)
        .outerjoin(resources, resources.c.organization_id == Organization.id)
        .outerjoin(talks, talks.c.organization_id == Organization.id)
        .where(
            Organization.kind != OrganizationKind.HOST,
            members_queries.has_not_left(today),
            of_resources + of_talks > 0,
        )
        .order_by((of_resources + of_talks).desc(), Organization.name)
        .options(lazyload(Organization.periods))
        .limit(ORGANIZATIONS)
    )
    return [Expertise(row[0], row[1], row[2]) for row in rows]


def _questions(db: Session, person: Person | None, topic: str, today: date) -> Sequence[OpenQuestion]:
    """Return open asks of the last year on a topic, and sections of its call notes with questions, newest first."""
    asked = _asks(db, topic, today) if may(person, Permission.SEE_CALLS) else ()
    questions = [*asked, *_sections(db, person, topic, today)]
    return sorted(questions, key=lambda question: question.day, reverse=True)[:QUESTIONS]


def _asks(db: Session, topic: str, today: date) -> Sequence[OpenQuestion]:
    """Return the asks that aren't done, and whose words name the topic, or whose organization presented on it then."""
    presented = (
        select(Presentation.id)
        .where(
            Presentation.call_id == Ask.call_id,
            Presentation.organization_id == Ask.organization_id,
            Presentation.topic == topic,
            Presentation.state == SlotState.ACCEPTED,
        )
        .exists()
    )
    rows = db.execute(
        select(Ask.text, Organization.name, Call.day, presented)
        .join(Call, Call.id == Ask.call_id)
        .join(Ask.organization)
        .where(Ask.kind == AskKind.ASK, Ask.done_at.is_(None), Call.day >= today - YEAR)
        .order_by(Call.day.desc(), Ask.id.desc())
    )
    return [OpenQuestion([row[0]], row[1], row[2]) for row in rows if row[3] or topics_rules.is_about(row[0], topic)]


def _sections(db: Session, person: Person | None, topic: str, today: date) -> Sequence[OpenQuestion]:
    """Return the sections of call notes that are titled as asks or questions."""
    title = func.lower(Page.title)
    rows = db.execute(
        select(
            Resource.id, Resource.title, Resource.published_on, Organization.name, Page.number, Page.title, Page.text
        )
        .join(Resource.organization)
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .join(Page, Page.revision_id == Revision.id)
        .where(
            visible_to(person),
            is_on(topic),
            Resource.kind == Kind.CALL_NOTES,
            Resource.published_on >= today - YEAR,
            or_(title.like("%question%"), title.like("ask%"), title.like("%asks")),
        )
        .order_by(Resource.published_on.desc(), Resource.id.desc(), Page.number)
        .limit(QUESTIONS)
    )
    return [
        OpenQuestion(lines, row[3], row[2], row[0], row[4], row[1])
        for row in rows
        if (lines := topics_rules.first_lines(row[6], row[5]))
    ]


def _talks(db: Session, person: Person | None, topic: str, now: datetime) -> Sequence[Talk]:
    """Return the presentations on a topic, or with a deck on it, newest first; upcoming ones too."""
    on_topic = select(Resource.id).where(visible_to(person), is_on(topic))
    upcoming = and_(Presentation.state == SlotState.ACCEPTED, is_upcoming_call(now))
    deck = and_(Resource.id == Presentation.resource_id, visible_to(person))
    rows = db.execute(
        select(Presentation, Resource.id)
        .join(Presentation.call)
        .join(Presentation.organization)
        .outerjoin(Resource, deck)
        .where(or_(Presentation.topic == topic, Presentation.resource_id.in_(on_topic)), or_(_has_given(now), upcoming))
        .options(
            contains_eager(Presentation.call), contains_eager(Presentation.organization).lazyload(Organization.periods)
        )
        .order_by(Call.day.desc(), Presentation.id.desc())
        .limit(TALKS)
    )
    return [
        Talk(row.title, row.organization, row.call.day, id_, row.call.recording_link, row.call.ends_at > now)
        for row, id_ in rows
    ]


def _decks(db: Session, person: Person | None, topic: str) -> Sequence[Talk]:
    """Return the presentations in the library on a topic, for people who don't see calls."""
    rows = db.scalars(
        select(Resource)
        .join(Resource.organization)
        .where(visible_to(person), is_on(topic), Resource.kind == Kind.PRESENTATION)
        .options(_with_organization())
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(TALKS)
    )
    return [Talk(row.title, row.organization, row.published_on, row.id, has_call=False) for row in rows]


# For the coordinator


@dataclass(frozen=True)
class Placed:
    """A resource that is first on a topic's page, or may be; ``is_shown`` is False if it was withdrawn."""

    resource: Resource
    place: int | None
    is_shown: bool = True


def placed(db: Session, person: Person, topic: str) -> Sequence[Placed]:
    """Return all resources that come first, in order, also withdrawn ones, for a person who edits the page."""
    rows = db.execute(
        select(Resource, TopicFirst.position)
        .join(TopicFirst, TopicFirst.resource_id == Resource.id)
        .where(TopicFirst.topic == topic)
        .options(joinedload(Resource.organization))
        .order_by(TopicFirst.position)
    )
    return [
        Placed(resource, position, resource.withdrawn_at is None)
        for resource, position in rows
        if may(person, Permission.READ, resource)
    ]


def offered(db: Session, person: Person, topic: str, text: str) -> Sequence[Resource]:
    """Return the best results for ``text``, or the topic's newest resources if it is empty."""
    if not text.strip():
        query = Query(filters={"topic": [topic]}, sort="newest", per_page=OFFERED)
    else:
        query = Query(text, per_page=OFFERED)
    ids = [hit.resource for hit in results_queries.search(db, person, query).hits]
    return in_given_order(db, person, ids)


def in_given_order(db: Session, person: Person, ids: Collection[int]) -> Sequence[Resource]:
    """Return the resources with these ids that ``person`` finds, in their order, with their organizations."""
    rows = db.scalars(
        select(Resource).where(Resource.id.in_(ids), visible_to(person)).options(joinedload(Resource.organization))
    )
    order = {number: at for at, number in enumerate(ids)}
    return sorted(rows, key=lambda resource: order[resource.id])
