"""The glossary that comes with the hub, and how it reaches hubs that have one already."""

from collections.abc import Sequence

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.migrations import schema
from hub.search import actions as search_actions
from hub.search.actions import Wording
from hub.search.models import GlossaryEntry
from hub.search.queries.glossary import glossary
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import words as words_rules
from tests.search.typed import parse
from tests.world import a_person, an_organization

BEFORE = "2026_11_28_glossary-1"


def also(db: Session, typed: str) -> Sequence[str]:
    return glossary_rules.expand(parse(typed).nodes, glossary(db)).also


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("FCI", "federal contract information"),
        ("SPRS", "Supplier Performance Risk System"),
        ("POA&M", "plan of action and milestones"),
        ("POA & M", "plan of action and milestones"),
        ("poam", "plan of action and milestones"),
        ("POA&Ms", "plan of action and milestones"),
        ("plan of action and milestones", "POA&M"),
        ("C3PAOs", "CMMC third-party assessment organization"),
        ("DIBCAC", "Defense Industrial Base Cybersecurity Assessment Center"),
        ("ssp", "system security plan"),
        ("RECO", "Regional Economic Competitiveness Officer"),
        ("NIST 800-171", "SP 800-171"),
        ("workforce investment board", "workforce development board"),
        ("MSDS", "SDS"),
        ("Digital Manufacturing and Design Innovation Institute", "MxD"),
        ("BUILD", "RAISE"),
    ],
)
def test_names_of_the_field_and_former_names_lead_to_each_other(database: Database, typed: str, name: str) -> None:
    with database.reading() as db:
        assert name in also(db, typed)


@pytest.mark.parametrize(
    "typed", ["raise", "step", "does", "dot", "it", "us", "far", "gi", "sd", "rd", "stem", "power"]
)
def test_an_ordinary_word_or_another_abbreviation_means_no_entry(database: Database, typed: str) -> None:
    with database.reading() as db:
        assert also(db, typed) == ()


def test_an_acronym_with_two_meanings_leads_to_both_and_each_meaning_to_the_acronym(database: Database) -> None:
    with database.reading() as db:
        assert set(also(db, "ITA")) == {"International Trade Administration", "individual training account"}
        assert also(db, "individual training account") == ("ITA",)
        meaning = glossary(db).meanings["ITA"]
    assert meaning == "International Trade Administration or individual training account"


@pytest.mark.both_databases
def test_every_entry_can_be_saved_as_it_is_and_is_found_by_each_of_its_names(database: Database) -> None:
    with database.writing() as db:
        cora = coordinator(db)
        compiled = glossary(db)
        for entry in db.scalars(select(GlossaryEntry).order_by(GlossaryEntry.id)).all():
            search_actions.edit_entry(
                db, cora, entry, Wording(entry.name, entry.meaning, entry.others, is_word=entry.is_word)
            )
            for name in entry.names:
                assert set(entry.names) - {name} <= set(
                    glossary_rules.expand(parse(f'"{name}"' if " " in name else name).nodes, compiled).also
                ), name
            if entry.is_word:
                assert entry.name.isupper(), entry.name
                assert words_rules.terms_of(entry.name)[0][-1] == entry.name, "capitals are indexed"


@pytest.mark.both_databases
def test_a_hub_gets_new_entries_and_keeps_those_that_its_coordinator_changed(database: Database) -> None:
    go_back(database)
    with database.writing() as db:
        cora = coordinator(db)
        assert also(db, "SPRS") == ()
        search_actions.add_entry(db, cora, Wording("fci", "food chain index", "", is_word=False))
        removed = search_actions.add_entry(db, cora, Wording("SPRS", "spring rolls", "", is_word=False))
        search_actions.remove_entry(db, cora, removed)
        renamed = search_actions.add_entry(db, cora, Wording("RLF", "revolving fund", "", is_word=False))
        search_actions.edit_entry(db, cora, renamed, Wording("RVF", "revolving fund", "UEI", is_word=False))
        nofo = db.scalars(select(GlossaryEntry).where(GlossaryEntry.name == "NOFO")).one()
        search_actions.remove_entry(db, cora, nofo)
        before = {row.name: row.names for row in db.scalars(select(GlossaryEntry))}
    schema.upgrade(database)
    with database.reading() as db:
        after = {row.name: row.names for row in db.scalars(select(GlossaryEntry))}
    assert after | before == after
    assert after.keys().isdisjoint({"FCI", "SPRS", "RLF", "UEI", "NOFO"})
    assert {"DIBCAC", "POA&M"} <= after.keys()


def coordinator(db: Session) -> Person:
    host = an_organization(db, "Secretariat", OrganizationKind.HOST)
    return a_person(db, host, Role.COORDINATOR, email="coordinator@hub.example")


def go_back(database: Database) -> None:
    """Downgrade to the migration before the entries."""
    alembic = schema._alembic()
    with database.engine.execution_options(hub_begin="IMMEDIATE").begin() as connection:
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, BEFORE)
