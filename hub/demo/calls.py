"""The demo world's calls: two years of Mondays with attendance, presentations, a canceled call, and a moved one.

Each random choice has a generator seeded by organization and day, so loading on the same day gives the same world.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.actions import asks as asks_actions
from hub.calls.actions import attendance_reports as attendance_reports_actions
from hub.calls.actions import presentations as presentations_actions
from hub.calls.actions import series as series_actions
from hub.calls.models import AskKind, Attendance, Call, Presentation, Source
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.presentations import MOST_PER_CALL, Outcome
from hub.calls.rules.series import AHEAD, CallState
from hub.core import clock
from hub.core.db import config_of
from hub.demo.people import PEOPLE
from hub.demo.world import RESOURCES
from hub.library.models import Resource
from hub.library.rules import BIG_SIX, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role

COORDINATOR = "coordinator@demo.example"
LINK = "https://meet.example/j/81234567890"
# Out of 100 calls, how many each attends; the others attend 70.
RELIABILITY = {"lakeshore": 62, "delta-crossing": 34, "patient-capital": 41, "bayou": 48, "cascade": 93, "prairie": 88}
USUAL = 70
AGENDA = """1. Welcome and introductions (3 minutes)
2. Federal update: notices opening and closing (7 minutes)
3. Presentation, with questions (15 minutes)
4. Asks and offers (5 minutes)
"""
ASKS = (
    ("lakeshore", AskKind.ASK, "Does anyone have a sample agreement between a college and several small employers?"),
    ("supply-atlas", AskKind.FOLLOW_UP, "Send the list of suppliers with open capacity to everyone who asked."),
    ("amcc", AskKind.FOLLOW_UP, "Collect questions for the funding webinar by Thursday."),
)
# The attendance report of the last call: a known email, a phone with a known name, two unmatched participants,
# and two people of one name at the same time.
REPORT = """Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Rosa Peña,representative@demo.example,{day} 11:28:40 AM,{day} 12:01:02 PM,33,No
Naomi's iPhone (Naomi Fujita),,{day} 11:31:00 AM,{day} 12:00:10 PM,30,Yes
"Sørensen, Erik",,{day} 11:29:12 AM,{day} 12:00:10 PM,31,Yes
M. Tolliver DCMA,,{day} 11:35:00 AM,{day} 12:00:10 PM,26,Yes
Galaxy S23,,{day} 11:31:00 AM,{day} 11:58:30 AM,28,Yes
Jolene Hatcher,,{day} 11:30:00 AM,{day} 12:00:10 PM,30,Yes
Jolene Hatcher,,{day} 11:42:00 AM,{day} 11:58:30 AM,17,Yes
"""


def add_calls(
    db: Session,
    organizations: Mapping[str, Organization],
    people: Mapping[str, Person],
    resources: Mapping[str, Resource],
    today: date,
) -> None:
    """Schedule calls from January of last year to a year ahead, and add what happened on them."""
    cora = people[COORDINATOR]
    series_actions.make_series(db, cora, date(today.year - 1, 1, 1), today + AHEAD)
    calls = {call.day: call for call in db.scalars(select(Call).order_by(Call.day))}
    held = [call for call in calls.values() if call.state is CallState.PLANNED and call.ends_at <= clock.now()]
    upcoming = [call for call in calls.values() if call.state is CallState.PLANNED and call.ends_at > clock.now()]
    for call in (*held, *upcoming):
        call.joining_link = LINK
    for call in held:
        db.add_all(_attendances(call, organizations, people))
    _add_call_details(db, cora, held, upcoming, resources)
    _add_presentations(db, cora, calls, organizations, resources)
    _add_proposals(db, cora, upcoming, organizations, people)
    _settle_presentations(db, cora, held, organizations)
    _fill_last_call(db, cora, held[-1], organizations)


def _attendances(
    call: Call, organizations: Mapping[str, Organization], people: Mapping[str, Person]
) -> list[Attendance]:
    """Return a call's attendance entries, each from a check-in, the coordinator, or an attendance report."""
    attendances = []
    for slug, organization in organizations.items():
        chance = Random(f"attendance {slug} {call.day}")
        if not organization.membership.includes(call.day) or organization.kind is OrganizationKind.HOST:
            continue
        if chance.randint(1, 100) <= RELIABILITY.get(slug, USUAL):
            person = _attendee(slug, chance, people)
            attendances.append(_attendance(call, organization, person, chance.choice(list(Source)), people))
    return attendances


def _attendee(slug: str, chance: Random, people: Mapping[str, Person]) -> Person:
    emails = [person.email for person in PEOPLE if person.organization == slug and person.role is not Role.BOARD]
    return people[chance.choice(emails)]


def _attendance(
    call: Call, organization: Organization, person: Person, source: Source, people: Mapping[str, Person]
) -> Attendance:
    by_coordinator = source is Source.COORDINATOR
    subject = f"o{organization.id}" if by_coordinator else f"p{person.id}"
    return Attendance(
        call_id=call.id,
        organization_id=organization.id,
        organization_name=organization.name,
        person_id=None if by_coordinator else person.id,
        source=source,
        name="" if by_coordinator else person.name,
        recorded_at=min(call.ends_at + timedelta(minutes=5 if source is Source.CHECK_IN else 90), clock.now()),
        recorded_by_id=person.id if source is Source.CHECK_IN else people[COORDINATOR].id,
        once=f"{source.value} {call.id} {subject} 0",
    )


def _add_call_details(
    db: Session, cora: Person, held: list[Call], upcoming: list[Call], resources: Mapping[str, Resource]
) -> None:
    """Add agendas and recordings, cancel a call, skip the last week of December, and move a call."""
    documented = {resource.call_on for resource in resources.values()}
    quiet = [call for call in held[:-2] if call.day not in documented]
    series_actions.cancel(db, cora, quiet[-4], "The meeting service was down all morning.")
    for call in held:
        if call.state is CallState.PLANNED and (call.day in documented or call in held[-6:]):
            call.agenda = AGENDA
            call.recording_link = f"https://video.example/amcc/{call.day}"
    for call in upcoming[:3]:
        call.agenda = AGENDA
    last_of_december = [call for call in upcoming if (call.day.month, call.day.day >= 24) == (12, True)]
    series_actions.skip(db, cora, [call.day for call in last_of_december], "No calls between Christmas and New Year's.")
    moved = upcoming[5]
    if moved.state is CallState.PLANNED:
        zone = config_of(db).zone
        when = series_actions.When(moved.day + timedelta(days=1), moved.starts_at.astimezone(zone).time(), 30)
        series_actions.move(db, cora, moved, when, "The secretariat is traveling that Monday.")


def _add_presentations(
    db: Session,
    cora: Person,
    calls: Mapping[date, Call],
    organizations: Mapping[str, Organization],
    resources: Mapping[str, Resource],
) -> None:
    """Add a presentation by its organization for every deck in the library that belongs to a call."""
    for demo_resource in RESOURCES:
        resource, organization = resources[demo_resource.key], organizations[demo_resource.organization]
        call = calls.get(resource.call_on) if resource.call_on else None
        presents = demo_resource.kind is Kind.PRESENTATION and organization.kind is not OrganizationKind.HOST
        if call is None or not presents or call.state is not CallState.PLANNED or not _has_room(db, call, organization):
            continue
        topic = next((name for name in demo_resource.topics if name in BIG_SIX), "")
        proposal = presentations_actions.Proposal(demo_resource.title[:200], 15, topic)
        presentation = presentations_actions.propose(db, cora, organization, call, proposal)
        presentation.proposed_at = presentation.decided_at = call.starts_at - timedelta(days=30)
        presentation.resource_id = resource.id


# Presentations that need an answer after their call: organization, title, and what the coordinator says.
UNCONFIRMED = (
    ("patient-capital", "Loans that wait: equipment credit for small shops", None),
    ("delta-crossing", "A welding academy on a barge", Outcome.NO_SHOW),
)


def _settle_presentations(
    db: Session, cora: Person, held: list[Call], organizations: Mapping[str, Organization]
) -> None:
    """Confirm the presentations whose attendance isn't recorded; add one that isn't confirmed, and a no-show."""
    for presentation in presentations_queries.to_confirm(db, clock.now()):
        presentations_actions.settle(db, cora, presentation, Outcome.GIVEN)
    for slug, title, outcome in UNCONFIRMED:
        organization = organizations[slug]
        present = set(db.scalars(select(Attendance.call_id).where(Attendance.organization_id == organization.id)))
        call = next(
            call
            for call in reversed(held[:-1])
            if call.id not in present
            and call.state is CallState.PLANNED
            and organization.membership.includes(call.day)
            and _has_room(db, call, organization)
        )
        proposal = presentations_actions.Proposal(title, 15)
        presentation = presentations_actions.propose(db, cora, organization, call, proposal)
        presentation.proposed_at = presentation.decided_at = call.starts_at - timedelta(days=30)
        presentation.call = call
        if outcome:
            presentations_actions.settle(db, cora, presentation, outcome, "The speaker was ill.")


def _has_room(db: Session, call: Call, organization: Organization) -> bool:
    presenters = db.scalars(select(Presentation.organization_id).where(Presentation.call_id == call.id)).all()
    return len(presenters) < MOST_PER_CALL and organization.id not in presenters


def _add_proposals(
    db: Session,
    cora: Person,
    upcoming: list[Call],
    organizations: Mapping[str, Organization],
    people: Mapping[str, Person],
) -> None:
    """Add three proposals for upcoming calls: one accepted, one undecided, one declined."""
    planned = [call for call in upcoming if call.state is CallState.PLANNED and call.starts_at > clock.now()]
    ingrid, jolene = people["bff@demo.example"], people["jolene.hatcher@ridgeline-materials.example"]
    title = "Mine land to materials: what the first plant taught us"
    accepted = presentations_actions.propose(
        db,
        jolene,
        organizations["ridgeline"],
        planned[0],
        presentations_actions.Proposal(title, 15, "infrastructure", jolene.name),
    )
    presentations_actions.accept(db, cora, accepted)
    open_map = presentations_actions.Proposal(
        "An open map of suppliers, and how to add yours", 12, "supply-chain", ingrid.name
    )
    presentations_actions.propose(db, ingrid, organizations["supply-atlas"], planned[2], open_map)
    declined = presentations_actions.propose(
        db, ingrid, organizations["supply-atlas"], planned[1], presentations_actions.Proposal("A sales pitch", 10)
    )
    presentations_actions.decline(
        db, cora, declined, "BFFs present open-source value. Please bring something everyone can use."
    )


def _fill_last_call(db: Session, cora: Person, call: Call, organizations: Mapping[str, Organization]) -> None:
    """Add asks to the last call, and import an attendance report that leaves unmatched participants."""
    if call.state is not CallState.PLANNED:
        return
    for slug, kind, text in ASKS:
        asks_actions.add_ask(db, cora, call, organizations[slug], kind, text)
    report = REPORT.format(day=f"{call.day:%m/%d/%Y}")
    attendance_reports_actions.import_report(db, cora, call, report.encode(), f"participants_{call.day:%Y_%m_%d}.csv")
