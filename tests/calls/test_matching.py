"""The order of evidence by which participants are matched with people and organizations."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.calls.rules.matching import (
    ORDER,
    Directory,
    How,
    KnownPerson,
    Match,
    Target,
    directory,
    is_generic,
    may_be_remembered,
    propose,
)
from hub.calls.rules.matching import likely as likely_people
from hub.calls.rules.matching import match as match_one
from hub.calls.rules.participants import Participant, normalize_name, participant_key

PEOPLE = [
    KnownPerson(1, "Rosa Peña", "rosa@lakeshore.example", 10),
    KnownPerson(2, "Tom Vandersloot", "tom@lakeshore.example", 10),
    KnownPerson(3, "Erik Sørensen", "erik@prairie.example", 20),
    KnownPerson(4, "Chris Lee", "chris@lakeshore.example", 10),
    KnownPerson(5, "Chris Lee", "chris@prairie.example", 20),
    KnownPerson(6, "Ingrid Holm", "ingrid@gmail.com", 30),
]
ORGANIZATIONS = [
    (10, "Lakeshore Forge", "https://www.lakeshore.example/about"),
    (20, "Prairie Works", ""),
    (30, "Supply Atlas", "https://atlas.example"),
]


@pytest.fixture(scope="module")
def known() -> Directory:
    return directory(PEOPLE, ORGANIZATIONS)


@pytest.mark.parametrize(
    ("name", "email", "person", "organization", "how"),
    [
        ("Anyone", "ROSA@lakeshore.example", 1, 10, How.ADDRESS),
        ("Erik Sørensen", "rosa@lakeshore.example", 1, 10, How.ADDRESS),  # the address beats the name
        ("New Intern", "intern@lakeshore.example", None, 10, How.DOMAIN),
        ("New Intern", "intern@plant2.lakeshore.example", None, 10, How.DOMAIN),
        ("Tom Vandersloot", "tom.v@lakeshore.example", 2, 10, How.DOMAIN),  # the name tells which person
        ("Someone", "x@atlas.example", None, 30, How.DOMAIN),
        ("Rosa Peña", "r.pena@prairie.example", None, 20, How.DOMAIN),  # the name is someone else's
    ],
)
def test_an_address_decides(
    known: Directory, name: str, email: str, person: int | None, organization: int, how: How
) -> None:
    participant = Participant(name, email.lower())
    assert match_one(participant, known, {}) == Match(Target(person, organization), how)
    assert match_one(participant, known, {participant_key(name, ""): Target(None, 99)}) == Match(
        Target(person, organization), how
    ), "a remembered name doesn't change that"


@pytest.mark.parametrize(
    ("name", "email", "person", "organization"),
    [
        ("rosa pena", "", 1, 10),
        ("Rosa's iPhone (Rosa Peña)", "", 1, 10),
        ("Peña, Rosa", "", 1, 10),
        ("Rosa Peña (she/her)", "", 1, 10),
        ("Rosa Peña - Lakeshore Forge", "", 1, 10),
        ("Lakeshore Forge | Rosa Peña", "", 1, 10),
        ("Dr. Erik Sørensen (Guest)", "erik.private@gmail.com", 3, 20),  # an email provider's address says nothing
        ("Chris Lee / Prairie Works", "", 5, 20),
        ("Conference room (Prairie Works)", "", None, 20),
    ],
)
def test_a_name_alone_only_proposes(
    known: Directory, name: str, email: str, person: int | None, organization: int
) -> None:
    participant = Participant(name, email)
    assert match_one(participant, known, {}) is None
    assert propose(participant, known, {}) == Target(person, organization)
    assert propose(replace(participant, has_namesake=True), known, {}) is None, "it could be either of them"
    elsewhere = replace(participant, email="someone@elsewhere.example")
    assert (match_one(elsewhere, known, {}), propose(elsewhere, known, {})) == (None, None)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Chris Lee", ""),
        ("iPad", ""),
        ("Rosa", ""),
        ("A Stranger", "stranger@gmail.com"),
        ("+1 312 555 0100", ""),
        ("Rosa Peña - Prairie Works", ""),  # she is at Lakeshore
        ("Rosa Peña", "rosa.pena@elsewhere.example"),  # the address of a company outside
    ],
)
def test_uncertain_participants_are_neither_matched_nor_proposed(known: Directory, name: str, email: str) -> None:
    assert match_one(Participant(name, email), known, {}) is None
    assert propose(Participant(name, email), known, {}) is None


def test_a_remembered_name_decides_unless_anything_contradicts_it(known: Directory) -> None:
    aliases = {"name:plant 2": Target(None, 10), "name:chris lee": Target(4, 10), "name:ghost": Target()}
    plant, ghost = Participant("Plant 2"), Participant("Ghost")
    assert match_one(plant, known, aliases) == Match(Target(None, 10), How.REMEMBERED)
    assert match_one(ghost, known, aliases) == Match(Target(), How.REMEMBERED)
    assert match_one(replace(plant, email="p@gmail.com"), known, aliases) == Match(Target(None, 10), How.REMEMBERED)
    assert match_one(replace(plant, has_namesake=True), known, aliases) is None
    assert match_one(replace(plant, email="x@elsewhere.example"), known, aliases) is None
    assert match_one(Participant("Chris Lee"), known, aliases) is None, "Prairie has a Chris Lee too"
    known_elsewhere = directory(PEOPLE, ORGANIZATIONS, [("plant 2", 20)])
    assert match_one(plant, known_elsewhere, aliases) is None, "a Plant 2 had an address of Prairie"
    assert propose(plant, known_elsewhere, aliases) is None
    assert match_one(ghost, directory(PEOPLE, ORGANIZATIONS, [("ghost", 20)]), aliases) is None


def test_a_remembered_address_yields_only_to_a_persons_own_address(known: Directory) -> None:
    aliases = {
        "email:x@y.org": Target(),
        "email:z@prairie.example": Target(2, 10),
        "email:tom@lakeshore.example": Target(),
    }
    assert match_one(Participant("Rosa Peña", "x@y.org"), known, aliases) == Match(Target(), How.REMEMBERED_ADDRESS)
    decided = match_one(Participant("Z", "z@prairie.example"), known, aliases)
    assert decided == Match(Target(2, 10), How.REMEMBERED_ADDRESS)
    assert match_one(Participant("Tom", "tom@lakeshore.example"), known, aliases) == Match(Target(2, 10), How.ADDRESS)


def test_only_what_nothing_contradicts_is_remembered(known: Directory) -> None:
    assert may_be_remembered(Participant("Plant 2"), Target(None, 10), known)
    assert may_be_remembered(Participant("Rosa Peña"), Target(1, 10), known)
    assert may_be_remembered(Participant("Plant 2", "p2@elsewhere.example"), Target(None, 10), known)
    assert not may_be_remembered(Participant("Rosa Peña"), Target(None, 20), known)
    assert not may_be_remembered(Participant("Chris Lee"), Target(4, 10), known)
    assert not may_be_remembered(Participant("Plant 2", has_namesake=True), Target(None, 10), known)
    assert not may_be_remembered(Participant("iPad"), Target(None, 10), known)
    assert not may_be_remembered(Participant("Anyone", "rosa@lakeshore.example"), Target(None, 20), known)


NAMES = st.sampled_from(["Rosa Peña", "Chris Lee", "Plant 2", "Prairie Works", "Rosa Peña - Prairie Works", "iPad"])
ADDRESSES = st.sampled_from(
    ["", "rosa@lakeshore.example", "chris@prairie.example", "new@lakeshore.example", "new@shared.example",
     "x@elsewhere.example", "someone@gmail.com", "ingrid@gmail.com"]
)  # fmt: skip
TARGETS = st.sampled_from([Target(), Target(1, 10), Target(None, 10), Target(None, 20), Target(None, 30)])


@given(
    name=NAMES,
    email=ADDRESSES,
    namesake=st.booleans(),
    remembered_name=st.none() | TARGETS,
    remembered_address=st.none() | TARGETS,
    seen=st.lists(st.sampled_from([None, 10, 20, 30]), max_size=2),
)
def test_no_one_is_credited_to_an_organization_that_stronger_evidence_speaks_against(
    name: str,
    email: str,
    namesake: bool,
    remembered_name: Target | None,
    remembered_address: Target | None,
    seen: list[int | None],
) -> None:
    """The order of evidence once more, from the top: what speaks first has the say."""
    shared = [KnownPerson(7, "Ada", "ada@shared.example", 10), KnownPerson(8, "Bea", "bea@shared.example", 20)]
    people = [*PEOPLE, *shared]
    known = directory(people, ORGANIZATIONS, [(normalize_name(name), organization) for organization in seen])
    aliases = {}
    if remembered_name:
        aliases[participant_key(name, "")] = remembered_name
    if remembered_address and email:
        aliases[participant_key("", email)] = remembered_address
    participant = Participant(name, email, has_namesake=namesake)
    decided, proposed = match_one(participant, known, aliases), propose(participant, known, aliases)
    domain = email.rpartition("@")[2]
    owners = {person.organization_id for person in people if person.email.endswith("@" + domain)}
    allowed: set[int | None]
    if account := next((person for person in people if person.email == email), None):
        allowed = {account.organization_id}
    elif email and remembered_address:
        allowed = {remembered_address.organization_id}
    elif email and domain != "gmail.com":
        allowed = {*owners} or {None}
    else:
        allowed = {None, 10, 20, 30}
    for target in [decided.target if decided else None, proposed]:
        assert target is None or target.organization_id in allowed
    if decided and decided.how is How.REMEMBERED:
        assert remembered_name
        assert not namesake
        assert set(seen) <= {remembered_name.organization_id}
        assert "Chris Lee" not in name, "two organizations have one"
    assert decided is None or decided.how not in {How.NAME, How.DECIDED}


def test_the_docs_have_the_same_order_of_evidence() -> None:
    text = (Path(__file__).parents[2] / "docs" / "calls.md").read_text(encoding="utf-8")
    table = [line.split("|")[2].strip() for line in text.splitlines() if re.match(r"\| \d \|", line)]
    assert table == [how.label for how in ORDER]
    assert list(ORDER) == list(How)


def test_the_likeliest_people_are_suggested(known: Directory) -> None:
    assert [person.id for person in likely_people(Participant("Rosa P."), PEOPLE)][:1] == [1]
    assert [person.id for person in likely_people(Participant("T. Vandersloot"), PEOPLE)][:1] == [2]
    assert likely_people(Participant("zzz qqq"), PEOPLE) == []


def test_generic_device_names_are_recognized() -> None:
    for name in ("iPhone", "iPad", "Galaxy S23", "Guest 2", "+1 312-555-0100", "Zoom User", "Conference Room B"):
        assert is_generic(name), name
    for name in ("Rosa Peña", "Rosa's iPhone", "Guestavo Ipadson", "Lakeshore Forge"):
        assert not is_generic(name), name
