"""Eight quarters of the demo world's sharing history: pure functions of the day.

Each organization has a line in ``PATTERNS`` with one letter per quarter; the details (which resource, when,
which audience) come from a random generator seeded by organization and quarter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from hub.core.quarters import Quarter
from hub.demo.organizations import ORGANIZATIONS
from hub.demo.people import PEOPLE
from hub.demo.shapes import DemoOrganization, DemoResource
from hub.demo.texts.shares import AUDIENCES, CONFIRMATION_NOTES, CORRECTION_NOTES, LATE_SHARE_NOTE, NOTES, REASONS
from hub.demo.world import RESOURCES
from hub.library.rules import BIG_SIX, Audience
from hub.members.rules.organizations import Role
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act, Channel

QUARTERS = 8

# One letter per quarter, from the oldest to the current one:
#   c confirmed on time   l confirmed late   r confirmed, then corrected by a second confirmation
#   f shared, not confirmed   d downloads only   s silent
#   n downloads only, confirmed "nothing shared"   m nothing recorded, confirmed "nothing shared"
#   h the host, which shares but has no commitments   - not in the alliance
PATTERNS = {
    "amcc": "hhhhhhhh",
    "lakeshore": "crcclfcd",
    "ridgeline": "cccrcccf",
    "bayou": "cclmcccd",
    "prairie": "ccccccff",
    "red-mesa": "clccfccf",
    "cascade": "cccccccf",
    "millstream": "cccrcccf",
    "piedmont": "cfcclccd",
    "delta-crossing": "ccllfdds",
    "harborline": "dcccccfd",
    "northwoods": "clfd--ff",
    "basin-range": "-----dcf",
    "orir": "cccdccnd",
    "shop-floor-skills": "cccclccf",
    "supply-atlas": "cclccccf",
    "cyber-guild": "fccccrcs",
    "patient-capital": "sdfcsdsd",
}
SHARING = frozenset("clrfh")
DOWNLOADING = frozenset("clrfhdn")
CONFIRMING = frozenset("clrnm")

# Its last quarter is always confirmed, no matter which day the demo is loaded, so its home page shows one next step.
SHOWN = "lakeshore"
# This organization recorded one share only after the quarter had ended, two quarters ago.
LATE_TO_RECORD, LATE_QUARTER = "cascade", 5

CHANNELS = (Channel.EMAIL, Channel.NEWSLETTER, Channel.MEETING, Channel.MEETING, Channel.WEBSITE, Channel.OTHER)
WORKDAY = (13 * 60, 21 * 60)  # in minutes of the UTC day; New York has the same date then


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """One sharing event. ``recorded_at`` is in UTC, without a zone."""

    act: Act
    organization: str
    person: str
    resource: str
    happened_on: date
    recorded_at: datetime
    with_whom: str = ""
    people: int | None = None
    channel: Channel | None = None
    note: str = ""
    carrier: Carrier | None = None


@dataclass(frozen=True, slots=True)
class DemoConfirmation:
    """A quarter confirmed by a representative or alternate. ``confirmed_at`` is in UTC, without a zone."""

    organization: str
    quarter: str
    person: str
    confirmed_at: datetime
    shared: bool
    resources: tuple[str, ...] = ()
    with_whom: str = ""
    people: int | None = None
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One organization's quarter, with its pattern letter and its random generators."""

    organization: DemoOrganization
    place: int
    quarter: Quarter
    today: date
    first_day: date  # of the days on which an event is possible
    last_day: date

    @property
    def letter(self) -> str:
        """The organization's letter for this quarter in ``PATTERNS``."""
        return PATTERNS[self.organization.slug][self.place]

    def chance(self, subject: str) -> Random:
        """Return a random generator seeded by organization, quarter and ``subject``."""
        return Random(f"{subject} {self.organization.slug} {self.quarter}")


def records_begin(today: date) -> date:
    """Return the day on which the demo hub's records begin: the oldest of its quarters has none."""
    return Quarter.of(today).back(QUARTERS - 1)[-1].first_day


def events(today: date) -> Iterator[DemoEvent]:
    """Yield all sharing events up to ``today``, in the order that they were recorded."""
    unsorted = [event for chapter in _chapters(today) for event in _events_of(chapter)]
    yield from sorted(unsorted, key=lambda event: (event.recorded_at, event.organization, event.resource, event.person))


def confirmations(today: date) -> Iterator[DemoConfirmation]:
    """Yield all confirmations up to ``today``, in the order that they were made."""
    unsorted = [confirmation for chapter in _chapters(today) for confirmation in _confirmations_of(chapter)]
    yield from sorted(unsorted, key=lambda confirmation: (confirmation.confirmed_at, confirmation.organization))


def _chapters(today: date) -> Iterator[Chapter]:
    quarters = Quarter.of(today).back(QUARTERS)[::-1]
    for organization in ORGANIZATIONS:
        for place, quarter in enumerate(quarters):
            first_day, last_day = quarter.first_day, min(quarter.last_day, today)
            for period in organization.periods(today):
                if period.joined_on <= last_day and first_day <= (period.left_on or today):
                    first_day, last_day = max(first_day, period.joined_on), min(last_day, period.left_on or today)
            yield Chapter(organization, place, quarter, today, first_day, last_day)


def _events_of(chapter: Chapter) -> list[DemoEvent]:
    """Return an organization's events in a quarter: at most one per act, person, resource, and day."""
    chance = chapter.chance("events")
    acts = [Act.DOWNLOAD] * (chapter.letter in DOWNLOADING and chance.randint(3, 7))
    if chapter.letter in SHARING:
        acts += [Act.FORWARD] * chance.randint(1, 3) + [Act.DECLARED] * chance.randint(1, 3)
    unique: dict[tuple[str, ...], DemoEvent] = {}
    for act in _thinned(acts, chapter):
        event = _event(act, chapter, chance)
        unique[act, event.person, event.resource, str(event.happened_on)] = event
    if (chapter.organization.slug, chapter.place) == (LATE_TO_RECORD, LATE_QUARTER):
        unique["late",] = _late_share(chapter)
    return list(unique.values())


def _thinned(acts: list[Act], chapter: Chapter) -> list[Act]:
    """Return fewer ``acts`` for a quarter that has just begun, but at least one of each kind."""
    whole = (chapter.quarter.last_day - chapter.quarter.first_day).days + 1
    share = ((chapter.last_day - chapter.first_day).days + 1) / whole
    remaining = []
    for act in dict.fromkeys(acts):
        count = acts.count(act)
        least = 4 if chapter.organization.slug == SHOWN else 2
        remaining += [act] * min(count, max(least if act is Act.DOWNLOAD else 1, round(count * share)))
    return remaining


def _event(act: Act, chapter: Chapter, chance: Random) -> DemoEvent:
    slug = chapter.organization.slug
    happened = chapter.first_day + timedelta(days=chance.randint(0, (chapter.last_day - chapter.first_day).days))
    person = chance.choice(_people(slug))
    resource = _resource(chapter, happened, chance)
    if act is Act.DOWNLOAD:
        return DemoEvent(act, slug, person, resource.key, happened, _moment(happened, chapter.today, chance))
    with_whom, people = _audience(slug, chance)
    if act is Act.FORWARD:
        recorded = _moment(happened, chapter.today, chance)
        carrier = Random(f"carrier {slug} {happened} {resource.key}").choice(tuple(Carrier))
        reached = None if carrier is Carrier.OPENING else people
        return DemoEvent(
            act, slug, person, resource.key, happened, recorded, with_whom, reached, Channel.EMAIL, carrier=carrier
        )
    delay = chance.choice((0, 0, 0, 0, 0, 0, 1, 2, 4, 7))
    recorded = _moment(min(chapter.last_day, happened + timedelta(days=delay)), chapter.today, chance)
    channel, note = chance.choice(CHANNELS), chance.choice((*NOTES[_topic(resource)], ""))
    return DemoEvent(act, slug, person, resource.key, happened, recorded, with_whom, people, channel, note)


def recipients_of(event: DemoEvent) -> list[str]:
    """Return names of the people whom a forward reached; an audience has the same people every time."""
    if event.act is not Act.FORWARD:
        return []
    return [f"{event.organization} {event.with_whom} {place}" for place in range(event.people or 1)]


def _late_share(chapter: Chapter) -> DemoEvent:
    """Return a share on the quarter's last day that was recorded eight days later."""
    chance = chapter.chance("late")
    slug, happened = chapter.organization.slug, chapter.quarter.last_day
    with_whom, people = _audience(slug, chance)
    return DemoEvent(
        Act.DECLARED,
        slug,
        _holder(slug, Role.ALTERNATE),
        _resource(chapter, happened, chance).key,
        happened,
        _moment(happened + timedelta(days=8), chapter.today, chance),
        with_whom,
        people,
        Channel.MEETING,
        LATE_SHARE_NOTE,
    )


def _confirmations_of(chapter: Chapter) -> Iterator[DemoConfirmation]:
    """Yield a quarter's confirmations up to ``chapter.today``."""
    letter, slug = chapter.letter, chapter.organization.slug
    if letter not in CONFIRMING:
        return
    chance = chapter.chance("confirmations")
    after = chance.randint(33, 60) if letter == "l" else chance.randint(2, 24)
    first = chapter.quarter.last_day + timedelta(days=after)
    if slug == SHOWN:
        first = min(first, chapter.today)
    roles = [Role.REPRESENTATIVE, Role.ALTERNATE]
    if chance.random() < 0.3:
        roles.reverse()
    confirmation = _confirmation(chapter, roles[0], first, chance)
    if first <= chapter.today:
        yield confirmation
    corrected_on = first + timedelta(days=chance.randint(3, 5))
    if letter == "r" and corrected_on <= chapter.today:
        yield _corrected(confirmation, _holder(slug, roles[1]), _moment(corrected_on, chapter.today, chance), chance)


def _confirmation(chapter: Chapter, role: Role, day: date, chance: Random) -> DemoConfirmation:
    slug = chapter.organization.slug
    person, moment = _holder(slug, role), _moment(day, chapter.today, chance)
    if chapter.letter in "nm":
        reason = REASONS[1 if slug == "bayou" else chance.choice((0, 2, 3))]
        return DemoConfirmation(slug, str(chapter.quarter), person, moment, shared=False, reason=reason)
    shares = [event for event in _events_of(chapter) if event.act is not Act.DOWNLOAD]
    reached = {event.with_whom: event.people or 0 for event in shares}
    return DemoConfirmation(
        slug,
        str(chapter.quarter),
        person,
        moment,
        shared=True,
        resources=tuple(dict.fromkeys(event.resource for event in shares)),
        with_whom="; ".join(reached),
        people=sum(reached.values()),
        note=chance.choice(CONFIRMATION_NOTES),
    )


def _corrected(first: DemoConfirmation, person: str, moment: datetime, chance: Random) -> DemoConfirmation:
    """Return the same confirmation with fewer people, by the other person who may confirm."""
    return DemoConfirmation(
        first.organization,
        first.quarter,
        person,
        moment,
        shared=True,
        resources=first.resources,
        with_whom=first.with_whom,
        people=max(1, round((first.people or 1) * 0.8)),
        note=chance.choice(CORRECTION_NOTES),
    )


def _resource(chapter: Chapter, day: date, chance: Random) -> DemoResource:
    """Return a random resource that the organization could read that day, preferring newer ones."""
    since = (chapter.today - day).days
    readable = [
        resource
        for resource in RESOURCES
        if resource.age_days >= since
        and (resource.audience is not Audience.ORGANIZATION or resource.organization == chapter.organization.slug)
    ]
    return chance.choices(readable, [1 / (40 + resource.age_days - since) for resource in readable])[0]


def _audience(slug: str, chance: Random) -> tuple[str, int]:
    """Return a random audience of the organization and the number of people reached this time."""
    with_whom, people = chance.choice(AUDIENCES[slug])
    return with_whom, max(1, round(people * chance.uniform(0.6, 1)))


def _moment(day: date, today: date, chance: Random) -> datetime:
    """Return a moment on ``day``: in working hours, or just after midnight in New York if the day isn't over yet."""
    minute = 5 * 60 + 1 if day >= today else chance.randint(*WORKDAY)
    return datetime.combine(day, time(minute // 60, minute % 60, chance.randint(0, 59)))


def _topic(resource: DemoResource) -> str:
    return next(topic for topic in resource.topics if topic in BIG_SIX)


def _people(slug: str) -> list[str]:
    return [person.email for person in PEOPLE if person.organization == slug and person.role is not Role.BOARD]


def _holder(slug: str, role: Role) -> str:
    return next(person.email for person in PEOPLE if (person.organization, person.role) == (slug, role))
