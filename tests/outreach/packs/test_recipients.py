"""Recipients of a pack: single people next to groups, and a test for the person who writes it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.mail.models import BouncedAddress, OutboxMessage
from hub.mail.queries import lasting_hash
from hub.members.models import Person
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import PackFetch, PackLink, PackPerson, PackTrace, Stakeholder
from hub.outreach.rules.packs import MOST_TESTS
from hub.sharing.models import SharingEvent
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, ok, rows, send, stop_address, work_on
from tests.world import SignIn

ANA = "ana@lakeshore.example"


def ids_of(world: Database, *names: str) -> list[int]:
    by_name = {stakeholder.name: stakeholder.id for stakeholder in rows(world, Stakeholder)}
    return [by_name[name] for name in names]


def checked_people(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="people"[^>]*value="(\d+)" checked', page)]


@pytest.mark.both_databases
def test_people_are_found_and_chosen_without_scripts(world: Database, sign_in: SignIn) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    page = work_on(ana, draft, "people", who="cy@shops", words="Kept while searching")
    [cy] = ids_of(world, "Cy")
    assert f'value="{cy}"' in page
    assert "Kept while searching" in page
    assert checked_people(page) == []
    assert "No one else on your list matches “Zoe”" in work_on(ana, draft, "people", who="Zoe")
    assert checked_people(work_on(ana, draft, "save", people=[cy])) == [cy]
    assert checked_people(ok(ana.get(draft))) == [cy]
    page = work_on(ana, draft, "people", who="shops.example", people=[cy])
    assert page.count('name="people"') == 3, "a person who is chosen isn't offered again"
    assert checked_people(work_on(ana, draft, "save", people=[])) == []


@pytest.mark.both_databases
def test_single_people_get_the_pack_next_to_groups_once(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    work_on(ana, draft, "save", groups=["Board"], people=ids_of(world, "Cy", "Bo"))
    preview = ok(ana.get(f"{draft}/preview"))
    assert "Our stakeholders: Board, and 2 people: <strong>3 people</strong>" in preview
    ok(ana.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
    worker.catch_up(world)
    assert sorted(got.recipient for got in mail_server.received) == [
        "bo@shops.example",
        "cy@shops.example",
        "maria@shops.example",
    ]
    events = rows(world, SharingEvent)
    assert {event.with_whom for event in events} == {"Our stakeholders: Board, and 2 people"}
    assert "Cy" not in repr([(event.with_whom, event.note) for event in events]), "an entry names no one"


@pytest.mark.both_databases
def test_a_pack_for_one_person_needs_no_group(world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana), groups=[], people=ids_of(world, "Cy"))
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["cy@shops.example"]
    assert "1 of our stakeholders" in ok(ana.get("/sharing/packs/1"))


@pytest.mark.both_databases
def test_single_people_who_can_get_no_email_are_skipped_and_shown(
    world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    work_on(ana, draft, "save", groups=[], people=ids_of(world, "Cy", "Bo", "Maria"))
    client.post(stop_address(world, "bo@shops.example"))
    with world.writing() as db:
        db.add(BouncedAddress(address_hash=lasting_hash(db, "cy@shops.example"), since=clock.now(), words="No such"))
    page = ok(ana.get(draft))
    assert "unsubscribed" in page
    assert "bounced" in page
    preview = ok(ana.get(f"{draft}/preview"))
    assert "<strong>1 person</strong>" in preview
    assert "1 person who unsubscribed" in preview
    assert "1 bouncing address" in preview
    ok(ana.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["maria@shops.example"]


@pytest.mark.both_databases
def test_a_person_who_is_removed_from_the_list_drops_out_of_scheduled_packs(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    cy, maria = ids_of(world, "Cy", "Maria")
    send(ana, a_draft(ana), groups=[], people=[cy, maria])
    ana.post("/sharing/stakeholders/remove", data={"who": cy})
    ana.post("/sharing/stakeholders/new", data={"email": "cy@shops.example", "name": "Cy again"})
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["maria@shops.example"]
    assert "1 of our stakeholders" in ok(ana.get("/sharing/packs/1"))
    assert [row.stakeholder_id for row in rows(world, PackPerson)] == [maria]


def test_only_people_on_ones_own_list_can_be_chosen(world: Database, sign_in: SignIn) -> None:
    with world.writing() as db:
        otto = db.scalars(select(Person).where(Person.email == "otto@prairie.example")).one()
        stakeholders_actions.add_stakeholder(db, otto, "pat@other.example", "Pat", "", "")
    ana = sign_in(ANA)
    draft = a_draft(ana)
    [pat] = ids_of(world, "Pat")
    assert "pat@other.example" not in work_on(ana, draft, "people", who="Pat", people=[pat, 2**31 - 1])
    work_on(ana, draft, "save", people=[pat])
    assert rows(world, PackPerson) == []


def test_a_pack_takes_a_hundred_single_people(world: Database, sign_in: SignIn) -> None:
    lines = "\n".join(f"person{number}@many.example" for number in range(101))
    with world.writing() as db:
        ana_herself = db.scalars(select(Person).where(Person.email == ANA)).one()
        stakeholders_actions.import_list(db, ana_herself, lines)
    many = [stakeholder.id for stakeholder in rows(world, Stakeholder) if "many" in stakeholder.email]
    ana = sign_in(ANA)
    draft = a_draft(ana)
    form = {"title": "T", "do": "save"}
    page = ok(ana.post(draft, data=form | {"people": many}), 422)
    assert "You can choose up to 100 single people. Put them in a group instead." in page
    assert len(checked_people(page)) == 101, "nothing that was chosen is lost"
    assert ana.post(draft, data=form | {"people": many[1:]}).status_code == 302


@pytest.mark.both_databases
def test_a_test_goes_to_its_author_and_counts_for_nothing(
    world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    page = work_on(ana, draft, "test", title="Worth a look", groups=[], words="Typed just now")
    assert f"A test is on its way to {ANA}" in page
    assert "Typed just now" in page, "the draft was saved"
    worker.catch_up(world)
    [got] = mail_server.received
    assert got.recipient == ANA
    assert got.mail["Subject"] == "[Test] Worth a look"
    assert got.mail["List-Unsubscribe"] is None
    text = got.part("text/plain")
    assert "This is a test." in text
    assert text.index("This is a test.") < text.index("Typed just now")
    links = {
        unescape(link) for link in re.findall(r"http://127\.0\.0\.1:8000([^\s\"<]+)", text + got.part("text/html"))
    }
    assert {f"{draft}/page#item-1", f"{draft}/page"} <= links
    assert not any(link.startswith(("/p/", "/stop/")) for link in links)
    for link in links:
        assert client.get(link.partition("#")[0]).status_code == 302, "outsiders can't open it"
        assert sign_in("otto@prairie.example").get(link.partition("#")[0]).status_code in {404, 200}
        ok(ana.get(link.partition("#")[0]))
    assert 'id="item-1"' in ok(ana.get(f"{draft}/page"))
    for model in (PackLink, PackTrace, PackFetch, SharingEvent):
        assert rows(world, model) == [], model
    assert "can’t be deleted" not in ok(ana.post(f"{draft}/delete", follow_redirects=True))


def test_a_test_needs_a_resource_and_a_draft_and_is_limited(
    world: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, start = sign_in(ANA), datetime.now(UTC)
    empty = a_draft(ana, ())
    assert "Add at least one resource" in ok(ana.post(f"{empty}/test"), 422)
    draft = a_draft(ana)
    assert sign_in("otto@prairie.example").post(f"{draft}/test").status_code == 404
    for second in range(MOST_TESTS):
        monkeypatch.setattr(clock, "now", lambda second=second: start + timedelta(seconds=second))
        assert ana.post(f"{draft}/test").status_code == 302
    page = ok(ana.post(draft, data={"title": "Typed", "words": "just now", "do": "test"}), 422)
    assert "tests in the last hour" in page
    assert "just now" in page
    assert len(rows(world, OutboxMessage)) == MOST_TESTS
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=2))
    assert ana.post(f"{draft}/test").status_code == 302
    work_on(ana, draft, "save")
    ana.post(f"{draft}/send", data={"when": "now"})
    assert "has been sent or scheduled" in ok(ana.post(f"{draft}/test"), 422)


def test_the_preview_counts_one_person_and_several(world: Database, sign_in: SignIn) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    for groups, sentence in ((["Board"], "2 people, each with their own link."), ([], "1 person with their own link.")):
        maria = [str(row.id) for row in rows(world, Stakeholder) if row.name == "Maria"]
        page = work_on(ana, draft, "preview", groups=groups, people=[] if groups else maria)
        assert sentence in " ".join(BeautifulSoup(page, "lxml").get_text().split())
