"""Loads the demo world into an empty hub, through the same actions that people use."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import chosen_settings, clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.demo import documents, history, joining, packs, record, searching
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
from hub.members.rules.organizations import DesignationFacts
from hub.overview.queries import setup as setup_queries
from hub.sharing.models import Confirmation, ConfirmedResource, SharingEvent

PASSWORD = "welcome-to-the-hub"  # noqa: S105 - of invented people on a hub that listens to this machine alone
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
    """Return whether there is no one and nothing in the hub."""
    with database.reading() as db:
        return not any(db.scalar(select(model.id).limit(1)) for model in (Organization, Person, Resource))


def load(database: Database, progress: Progress | None = None) -> None:
    """Make the demo world; raises Refused when the hub has anything in it. The worker reads the files afterward."""
    if not is_empty(database):
        raise Refused("This hub isn't empty. Run make demo to load the demo into a new one.")
    today = clock.today(database.config.zone)
    password_hash = signing_in_actions.hashed(PASSWORD)
    stored = _store_files(database, today, progress)
    evidence = joining.store(database.config, today)
    with database.writing() as db:
        chosen_settings.store(db, setup_queries.GUIDE, " ".join(setup_queries.STEPS))
        organizations = {one.slug: _add_organization(db, one, today) for one in ORGANIZATIONS}
        people = _add_people(db, organizations, password_hash)
        resources = {one.key: _add_resource(db, one, organizations, people, stored, today) for one in RESOURCES}
        _add_sharing(db, organizations, people, resources, today)
        _add_confirmations(db, organizations, people, resources, today)
        packs.add(db, people["representative@demo.example"], resources, today)
        joining.load(db, evidence, people)
        add_calls(db, organizations, people, resources, today)
        searching.add(db, people)
        add_mail(db, people)
        record.add(db, people, resources, stored, today)


def _store_files(database: Database, today: date, progress: Progress | None) -> dict[str, originals.StoredFile]:
    """Make the documents and put them on disk, before any row is locked."""
    stored = {}
    for done, resource in enumerate(RESOURCES, 1):
        if resource.source is Source.FILE:
            stored[resource.key] = originals.store(database.config, BytesIO(documents.make(resource, today)))
        if progress:
            progress(done, len(RESOURCES))
    return stored


def _add_organization(db: Session, one: DemoOrganization, today: date) -> Organization:
    return organizations_actions.add_organization(
        db,
        None,
        name=one.name,
        kind=one.kind,
        slug=one.slug,
        region=one.region,
        website=one.website,
        joined_on=one.joined_on(today),
        left_on=one.left_on(today),
        designations=[
            DesignationFacts(
                d.name, d.status, date(d.start_year, 10, 1), date(d.end_year, 9, 30) if d.end_year else None
            )
            for d in one.designations
        ],
    )


def _add_people(db: Session, organizations: dict[str, Organization], password_hash: str) -> dict[str, Person]:
    """Everybody, with their roles held since their organization joined."""
    people = {
        one.email: people_actions.add_person(
            db,
            None,
            organizations[one.organization],
            email=one.email,
            name=one.name,
            role=one.role,
            password_hash=password_hash,
        )
        for one in PEOPLE
    }
    db.flush()
    joined = {organization.id: _moment(organization.joined_on) for organization in organizations.values()}
    for held in db.scalars(select(RoleHeld)):
        held.since = joined[held.organization_id]
    for person in people.values():
        person.created_at = joined[person.organization.id]
    return people


def _add_resource(
    db: Session,
    one: DemoResource,
    organizations: dict[str, Organization],
    people: dict[str, Person],
    stored: dict[str, originals.StoredFile],
    today: date,
) -> Resource:
    facts = library_actions.Facts(
        kind=one.kind,
        title=one.title,
        summary=one.summary,
        topics=one.topics,
        published_on=one.published_on(today),
        audience=Audience(one.audience),
        call_on=one.call_on(today),
    )
    organization = organizations[one.organization]
    author = next(person for person in people.values() if person.organization is organization)
    resource = library_actions.add(db, author, organization, facts, _content(one, stored, today))
    resource.created_at = min(_moment(one.published_on(today)), clock.now())
    return resource


def _content(one: DemoResource, stored: dict[str, originals.StoredFile], today: date) -> library_actions.Content:
    if one.source is Source.LINK:
        return library_actions.WebLink(one.url)
    if one.source is Source.TEXT:
        return library_actions.Written(one.text(today))
    return library_actions.File(stored[one.key], one.file_name)


def _add_sharing(
    db: Session,
    organizations: dict[str, Organization],
    people: dict[str, Person],
    resources: dict[str, Resource],
    today: date,
) -> None:
    """Add eight quarters of sharing, as the log would hold them."""
    db.add_all(
        SharingEvent(
            act=event.act,
            carrier=event.carrier,
            organization_id=organizations[event.organization].id,
            person_id=people[event.person].id,
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
        for event in history.events(today)
    )


def _add_confirmations(
    db: Session,
    organizations: dict[str, Organization],
    people: dict[str, Person],
    resources: dict[str, Resource],
    today: date,
) -> None:
    """Add the confirmations of these quarters, each superseding the one before it."""
    before: dict[tuple[str, str], Confirmation] = {}
    for made in history.confirmations(today):
        key = (made.organization, made.quarter)
        named = [resources[name] for name in made.resources]
        confirmation = Confirmation(
            organization_id=organizations[made.organization].id,
            quarter=made.quarter,
            person_id=people[made.person].id,
            role=people[made.person].role,
            confirmed_at=made.confirmed_at.replace(tzinfo=UTC),
            shared=made.shared,
            with_whom=made.with_whom,
            people=made.people,
            note=made.note,
            reason=made.reason,
            supersedes_id=before[key].id if key in before else None,
            items=[ConfirmedResource(resource_id=one.id, title=one.title) for one in named],
        )
        confirmation.digest = digest_of(confirmation.canonical)
        db.add(confirmation)
        db.flush()
        before[key] = confirmation


def _moment(day: date) -> datetime:
    return datetime.combine(day, POSTED, UTC) + timedelta(minutes=day.toordinal() % 50)
