"""Loading the demo world into an empty hub, through the same actions that people use."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hub.core import chosen_settings, clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.demo import documents, history, joining, packs, record, searching, topics
from hub.demo.calls import add_calls
from hub.demo.mail import add_mail
from hub.demo.organizations import ORGANIZATIONS
from hub.demo.people import PEOPLE
from hub.demo.shapes import DemoOrganization, DemoResource
from hub.demo.world import RESOURCES
from hub.library import actions as library_actions
from hub.library.files import originals
from hub.library.models import Resource
from hub.library.rules import Audience, Source
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.models import Organization, Person, RoleHeld
from hub.members.rules.factors import NO_ROLES, REQUIRED_ROLES
from hub.members.rules.organizations import DesignationFacts
from hub.overview.queries import setup as setup_queries
from hub.sharing.actions.entries import actor_columns
from hub.sharing.models import Confirmation, ConfirmedResource, ReachedPerson, SharingEvent

PASSWORD = "welcome-to-the-hub"  # noqa: S105 - for invented people, on a hub that only this machine can reach
SIGN_INS = """Sign in with the password welcome-to-the-hub as
  coordinator@demo.example      runs the hub, sees who has shared
  board@demo.example            sits on the Advisory Board
  representative@demo.example   confirms the quarter of a member community
  alternate@demo.example        may do the same
  contributor@demo.example      searches, downloads, uploads, and forwards
  bff@demo.example              represents a BFF"""
POSTED = time(15, 0)  # in UTC: the morning of American working days

Progress = Callable[[int, int], None]


def is_empty(database: Database) -> bool:
    """Return True if the hub has no organizations, people or resources."""
    with database.reading() as db:
        return not any(db.scalar(select(model.id).limit(1)) for model in (Organization, Person, Resource))


def load(database: Database, progress: Progress | None = None) -> None:
    """Create the demo world; raise Refused if the hub isn't empty. The worker extracts the files' text later."""
    if not is_empty(database):
        raise Refused("This hub isn't empty. Run make demo to load the demo into a new one.")
    today = clock.today(database.config.zone)
    password_hash = signing_in_actions.hashed(PASSWORD)
    stored = _store_files(database, today, progress)
    evidence = joining.store(database.config, today)
    with database.writing() as db:
        chosen_settings.store(db, chosen_settings.RECORDS_BEGIN, history.records_begin(today).isoformat())
    chosen_settings.refresh(database)  # the demo's audit packets show standings
    with database.writing() as db:
        chosen_settings.store(db, setup_queries.GUIDE, " ".join(setup_queries.STEPS))
        # Anyone who tries the demo signs in with the password alone.
        chosen_settings.store(db, REQUIRED_ROLES, NO_ROLES)
        organizations = {demo.slug: _add_organization(db, demo, today) for demo in ORGANIZATIONS}
        people = _add_people(db, organizations, password_hash)
        resources = {demo.key: _add_resource(db, demo, organizations, people, stored, today) for demo in RESOURCES}
        _add_sharing(db, organizations, people, resources, today)
        _add_confirmations(db, organizations, people, resources, today)
        packs.add(db, people["representative@demo.example"], resources, today)
        joining.load(db, evidence, people)
        add_calls(db, organizations, people, resources, today)
        searching.add(db, people)
        topics.add(db, people["coordinator@demo.example"], resources)
        add_mail(db, people)
        record.add(db, people, resources, stored, today)


def _store_files(database: Database, today: date, progress: Progress | None) -> dict[str, originals.StoredFile]:
    """Create the documents and store them on disk, before the transaction takes any lock."""
    stored = {}
    for done, resource in enumerate(RESOURCES, 1):
        if resource.source is Source.FILE:
            stored[resource.key] = originals.store(database.config, BytesIO(documents.make(resource, today)))
        if progress:
            progress(done, len(RESOURCES))
    return stored


def _add_organization(db: Session, demo: DemoOrganization, today: date) -> Organization:
    return organizations_actions.add_organization(
        db,
        None,
        name=demo.name,
        kind=demo.kind,
        slug=demo.slug,
        region=demo.region,
        website=demo.website,
        postal_address=demo.postal_address,
        periods=demo.periods(today),
        designations=[
            DesignationFacts(
                d.name, d.status, date(d.start_year, 10, 1), date(d.end_year, 9, 30) if d.end_year else None
            )
            for d in demo.designations
        ],
    )


def _add_people(db: Session, organizations: dict[str, Organization], password_hash: str) -> dict[str, Person]:
    """Add all people, with roles that they have held since their organization joined."""
    people = {
        demo.email: people_actions.add_person(
            db,
            None,
            organizations[demo.organization],
            email=demo.email,
            name=demo.name,
            role=demo.role,
            password_hash=password_hash,
        )
        for demo in PEOPLE
    }
    db.flush()
    joined = {organization.id: _moment(organization.membership.first_day) for organization in organizations.values()}
    for held in db.scalars(select(RoleHeld)):
        held.since = joined[held.organization_id]
    for person in people.values():
        person.created_at = joined[person.organization.id]
    return people


def _add_resource(
    db: Session,
    demo: DemoResource,
    organizations: dict[str, Organization],
    people: dict[str, Person],
    stored: dict[str, originals.StoredFile],
    today: date,
) -> Resource:
    facts = library_actions.Facts(
        kind=demo.kind,
        title=demo.title,
        summary=demo.summary,
        topics=demo.topics,
        published_on=demo.published_on(today),
        audience=Audience(demo.audience),
        call_on=demo.call_on(today),
    )
    organization = organizations[demo.organization]
    author = next(person for person in people.values() if person.organization is organization)
    resource = library_actions.add(db, author, organization, facts, _content(demo, stored, today))
    resource.created_at = min(_moment(demo.published_on(today)), clock.now())
    return resource


def _content(demo: DemoResource, stored: dict[str, originals.StoredFile], today: date) -> library_actions.Content:
    if demo.source is Source.LINK:
        return library_actions.WebLink(demo.url)
    if demo.source is Source.TEXT:
        return library_actions.Written(demo.text(today))
    return library_actions.File(stored[demo.key], demo.file_name)


def _add_sharing(
    db: Session,
    organizations: dict[str, Organization],
    people: dict[str, Person],
    resources: dict[str, Resource],
    today: date,
) -> None:
    """Add eight quarters of sharing events to the log, with the people whom the forwards reached."""
    events = list(history.events(today))
    rows = [
        SharingEvent(
            act=event.act,
            carrier=event.carrier,
            **actor_columns(people[event.person], organizations[event.organization]),
            resource_id=resources[event.resource].id,
            title=resources[event.resource].title,
            revision_number=1,
            happened_on=event.happened_on,
            quarter=str(Quarter.of(event.happened_on)),
            recorded_at=event.recorded_at.replace(tzinfo=UTC),
            with_whom=event.with_whom,
            people=event.people,
            channel=event.channel,
            note=event.note,
        )
        for event in events
    ]
    db.add_all(rows)
    db.flush()
    people_reached = [
        {"share_id": row.id, "key": digest_of(name)}
        for row, event in zip(rows, events, strict=True)
        for name in history.recipients_of(event)
    ]
    db.execute(insert(ReachedPerson), people_reached)


def _add_confirmations(
    db: Session,
    organizations: dict[str, Organization],
    people: dict[str, Person],
    resources: dict[str, Resource],
    today: date,
) -> None:
    """Add the confirmations of these quarters, each superseding the previous one."""
    latest: dict[tuple[str, str], Confirmation] = {}
    for demo in history.confirmations(today):
        key = (demo.organization, demo.quarter)
        shared = [resources[name] for name in demo.resources]
        confirmation = Confirmation(
            **actor_columns(people[demo.person], organizations[demo.organization]),
            quarter=demo.quarter,
            role=people[demo.person].role,
            confirmed_at=demo.confirmed_at.replace(tzinfo=UTC),
            shared=demo.shared,
            with_whom=demo.with_whom,
            people=demo.people,
            note=demo.note,
            reason=demo.reason,
            supersedes_id=latest[key].id if key in latest else None,
            items=[ConfirmedResource(resource_id=resource.id, title=resource.title) for resource in shared],
        )
        confirmation.digest = digest_of(confirmation.canonical)
        db.add(confirmation)
        db.flush()
        latest[key] = confirmation


def _moment(day: date) -> datetime:
    return datetime.combine(day, POSTED, UTC) + timedelta(minutes=day.toordinal() % 50)
