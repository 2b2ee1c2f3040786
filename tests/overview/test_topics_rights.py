"""A topic's page shows people nothing of what they may not open, whichever resources there are."""

import os
import shutil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.library.models import Page, Resource, Revision
from hub.library.queries import visible_to
from hub.library.rules import Audience, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission, may
from hub.overview.models import TopicFirst
from hub.overview.queries import topics as topics_queries
from hub.overview.rules.topics import FEWEST_ORGANIZATIONS
from hub.search import index
from tests.overview.topic_worlds import a_call, a_share, a_talk, an_ask
from tests.world import a_person, a_resource, an_organization

TOPIC = "workforce"
ACRONYMS = ("CMMC", "NOFO", "WIOA", "EDA")
ADDED = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.integers(0, 3),
            "audience": st.sampled_from(list(Audience)),
            "kind": st.sampled_from([Kind.CALL_NOTES, Kind.PRESENTATION, Kind.RESOURCE]),
            "acronym": st.sampled_from(ACRONYMS),
            "is_on_topic": st.booleans(),
            "is_withdrawn": st.booleans(),
            "is_first": st.booleans(),
            "has_talk": st.booleans(),
            "shared_by": st.integers(0, 4),
        }
    ),
    min_size=1,
    max_size=8,
)


def people(db: Session) -> list[Person | None]:
    """Add four organizations and the host, and return a person of every kind; None is a visitor."""
    today = clock.now().date()
    host = an_organization(db, "Secretariat", OrganizationKind.HOST)
    members = [an_organization(db, f"Community {letter}") for letter in "ABC"]
    ally = an_organization(db, "An ally", OrganizationKind.BFF)
    gone = an_organization(db, "Gone", left_on=today.replace(year=today.year - 1))
    roles = ((host, Role.COORDINATOR), (members[0], Role.BOARD), (members[0], Role.CONTRIBUTOR))
    others = ((members[1], Role.REPRESENTATIVE), (ally, Role.ALTERNATE), (gone, Role.CONTRIBUTOR))
    return [None, *(a_person(db, organization, role) for organization, role in (*roles, *others))]


def add(db: Session, number: int, facts: dict[str, Any]) -> None:
    """Add a resource whose title, text and talk have a word that nothing else has."""
    owners = db.scalars(select(Organization).where(Organization.name != "Gone").order_by(Organization.id)).all()
    owner, word = owners[facts["owner"]], f"word{number}"
    resource = a_resource(
        db,
        owner,
        f"Title {word}",
        [f"- Who knows {word}? {facts['acronym']} {facts['acronym']}{number}"],
        kind=facts["kind"],
        audience=facts["audience"],
        topics=[TOPIC] if facts["is_on_topic"] else ["trade"],
        withdrawn_at=clock.now() if facts["is_withdrawn"] else None,
    )
    db.query(Page).filter(Page.revision.has(resource_id=resource.id)).one().title = "Questions"
    if facts["is_first"]:
        db.add(TopicFirst(topic=TOPIC, resource_id=resource.id, position=number + 1))
    if facts["has_talk"]:
        by = db.scalars(select(Person).order_by(Person.id)).first()
        assert by is not None
        a_talk(db, a_call(db, 7 + number), by, owner, f"Talk of {owner.name}", deck=resource.id)
    for organization in owners[: facts["shared_by"]]:
        a_share(db, organization, resource, clock.now().date())


def check(db: Session, person: Person | None) -> None:
    """Assert that everything on the page comes from resources that the person may open."""
    visible = {row.id: row for row in db.scalars(select(Resource).where(visible_to(person)))}
    on_topic = set(db.scalars(select(Resource.id).where(visible_to(person), topics_queries.is_on(TOPIC))))
    page = topics_queries.page_of(db, TOPIC)
    view = topics_queries.topic_view(db, person, page, clock.now().date(), clock.now())
    card = next(card for card in topics_queries.cards(db, person) if card.topic == TOPIC)
    assert view.total == card.resources == len(on_topic)
    assert {resource.id for resource in view.first} <= set(visible)
    assert {resource.id for resource in view.newest} <= on_topic
    assert {each.resource.id for each in view.shared} <= on_topic
    assert all(each.organizations >= FEWEST_ORGANIZATIONS for each in view.shared)
    assert {question.resource for question in view.questions if question.resource} <= on_topic
    assert {talk.deck for talk in view.talks if talk.deck} <= set(visible)
    for expert in view.experts:
        assert expert.resources == sum(visible[id_].organization_id == expert.organization.id for id_ in on_topic)
    texts = [text for (text,) in db.execute(select(Page.text).where(Page.revision.has(on_current(on_topic))))]
    for acronym in view.acronyms:
        assert acronym.resources == sum(f" {acronym.name} " in text for text in texts)
    if not may(person, Permission.SEE_MEMBERS):
        assert not view.shared
        assert not any(expert.talks for expert in view.experts)
        assert all(question.resource for question in view.questions)
        assert not any(talk.has_call for talk in view.talks)


def on_current(ids: set[int]) -> Any:
    """Return the condition for revisions of these resources, which have one each."""
    return Revision.resource_id.in_(ids)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(added=ADDED)
def test_nothing_on_a_topic_page_comes_from_what_a_person_may_not_open(
    sqlite_template: Path, tmp_path: Path, config: Config, added: list[dict[str, Any]]
) -> None:
    folder = tmp_path / os.urandom(6).hex()
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "hub.sqlite3")
    database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", SECRET_KEY=config.SECRET_KEY))
    with database.writing() as db:
        everyone = people(db)
        for number, facts in enumerate(added):
            add(db, number, facts)
        asking = everyone[2]
        assert asking is not None
        an_ask(db, a_call(db, 3), asking, "Who trains welders?")
    for catches_up in (False, True):
        if catches_up:
            index.catch_up(database)
        for person in everyone:
            with database.reading() as db:
                check(db, db.get(Person, person.id) if person else None)
    database.close()
