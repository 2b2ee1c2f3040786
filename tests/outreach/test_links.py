"""Share links: created, opened by people without an account, expired, revoked."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.derive import page_texts
from hub.library.derive.previews import making
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, Kind, PageKind, Source
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission
from hub.outreach.models import ShareLink
from hub.sharing.models import SharingEvent
from hub.sharing.rules.standing import Act
from tests.library import documents
from tests.world import NAUGHTY, SignIn, a_person, a_resource, an_organization, find_text


@pytest.fixture
def deck(database: Database) -> int:
    """A deck of three slides from one organization; Ana and Rita belong to another."""
    with database.writing() as db:
        publisher, reader = an_organization(db, "Lakeshore Forge"), an_organization(db, "Prairie Works")
        a_person(db, reader, email="ana@prairie.example", name="Ana Peña")
        a_person(db, reader, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        a_person(db, publisher, email="otto@lakeshore.example", name="Otto")
        host = an_organization(db, kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        return a_resource(
            db,
            publisher,
            title="Apprenticeships that last",
            pages=["first words", "middle words", "last words"],
            page_kind=PageKind.SLIDE,
            summary="What eight employers did. " * 20,
        ).id


def make_link(browser: FlaskClient, resource: int, **fields: object) -> str:
    """Create a share link and return its path."""
    answer = browser.post(f"/resources/{resource}/forward", data={"days": 90, **fields}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return find_text(r"/s/[\w-]+", answer.text)


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as db:
        return list(db.scalars(select(model).order_by(model.id)))


def test_a_link_comes_with_a_text_to_send(deck: int, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    assert browser.get(f"/resources/{deck}/forward").status_code == 200
    answer = browser.post(f"/resources/{deck}/forward", data={"days": 30}, follow_redirects=True)
    text = unescape(find_text(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", answer.text))
    assert text.startswith("Apprenticeships that last\n\nWhat eight employers did.")
    assert "http://127.0.0.1:8000/s/" in text
    assert "From Lakeshore Forge" in text
    mailto = urlsplit(unescape(find_text(r'href="(mailto:[^"]+)"', answer.text)))
    query = parse_qs(mailto.query, strict_parsing=True)
    assert query["subject"] == ["Apprenticeships that last"]
    assert query["body"] == [text.replace("\n", "\r\n")]


@pytest.mark.both_databases
def test_fetching_a_link_logs_nothing_and_viewing_logs_a_forward(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck)
    for _ in range(3):
        page = client.get(link)
    assert page.status_code == 200
    assert "Ana Peña of Prairie Works shared this with you" in page.text
    assert "Apprenticeships that last" in page.text
    assert "Lakeshore Forge" in page.text
    assert "first words" not in page.text
    assert client.head(link).status_code == 200
    assert rows(database, SharingEvent) == []
    shown = client.post(f"{link}/show", follow_redirects=True)
    assert "first words" in shown.text
    assert "first words" in client.get(link).text
    [event] = rows(database, SharingEvent)
    [row] = rows(database, ShareLink)
    assert (event.act, event.link_id, event.organization_id) == (Act.FORWARD, row.id, row.organization_id)
    assert event.person_id == row.person_id
    client.post(f"{link}/show")
    client.post(f"{link}/download", buffered=True)
    assert len(rows(database, SharingEvent)) == 1, "one visit is one forward"


def test_a_recipient_downloads_the_file_without_an_account(
    deck: int, database: Database, app: Flask, sign_in: SignIn, client: FlaskClient
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck)
    answer = client.post(f"{link}/download", buffered=True)
    assert answer.data == b"first words\n\nmiddle words\n\nlast words"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    app.test_client().post(f"{link}/download", buffered=True, environ_overrides=elsewhere)
    assert [event.act for event in rows(database, SharingEvent)] == [Act.FORWARD, Act.FORWARD], "two networks"
    assert client.get(f"{link}/download").status_code == 405


@pytest.mark.both_databases
def test_people_of_the_sharing_organization_are_not_counted(deck: int, database: Database, sign_in: SignIn) -> None:
    ana, rita = sign_in("ana@prairie.example"), sign_in("rita@prairie.example")
    link = make_link(ana, deck)
    for colleague in (ana, rita):
        assert "first words" in colleague.post(f"{link}/show", follow_redirects=True).text
        colleague.post(f"{link}/download", buffered=True)
    rita.post("/sign-out")
    assert "first words" in rita.post(f"{link}/show", follow_redirects=True).text
    assert rows(database, SharingEvent) == [], "the browser is a colleague's, even after signing out"
    sign_in("otto@lakeshore.example").post(f"{link}/show")
    assert len(rows(database, SharingEvent)) == 1, "a person of another organization is outside"


def test_a_browser_is_a_colleagues_for_the_days_of_a_session_even_after_it_was_closed(
    deck: int, database: Database, sign_in: SignIn
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck)
    for address in ("/sign-out", "/sign-out/everywhere"):
        rita = sign_in("rita@prairie.example")
        rita.post(address)
        cookie = rita.get_cookie("hub_session")
        assert cookie
        assert cookie.expires, "otherwise the browser deletes it when it is closed"
        days = (cookie.expires - clock.now()).total_seconds() / 86_400
        assert days == pytest.approx(database.config.SESSION_DAYS, abs=0.1)
        rita.post(f"{link}/show")
    assert rows(database, SharingEvent) == []


@pytest.mark.both_databases
def test_an_opening_counts_once_for_each_network_and_day(
    deck: int, database: Database, app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck)

    def opened_from(*addresses: str) -> int:
        for address in addresses:
            app.test_client().post(f"{link}/show", environ_overrides={"REMOTE_ADDR": address})
        return len(rows(database, SharingEvent))

    assert opened_from(*["198.51.100.7"] * 38, "198.51.100.200", "::ffff:198.51.100.9") == 1  # 40 fresh cookies
    assert opened_from("198.51.101.7") == 2
    assert opened_from("2001:db8:7::1", "2001:db8:7:ff::2") == 3
    assert not any("198" in event.once for event in rows(database, SharingEvent))
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert opened_from("198.51.100.7", "198.51.100.8") == 4


@pytest.mark.both_databases
def test_a_link_to_one_page_opens_only_that_page(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck, page=2)
    page = client.get(link).text
    assert "shared slide 2 of this with you" in page
    assert "Download file" not in page
    shown = client.post(f"{link}/show", follow_redirects=True).text
    assert "middle words" in shown
    assert "Slide 2" in shown
    assert "first words" not in shown
    assert "last words" not in shown
    assert client.post(f"{link}/download").status_code == 404
    assert client.get(f"{link}?page=1").text.count("middle words") == 1
    assert [event.page_number for event in rows(database, SharingEvent)] == [2]


def test_a_link_to_one_page_keeps_its_revision(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    browser = sign_in("ana@prairie.example")
    second, whole = make_link(browser, deck, page=2), make_link(browser, deck)
    with database.writing() as db:
        revision = Revision(
            resource_id=deck, number=2, source=Source.TEXT, body="new", created_at=clock.now(), page_count=2
        )
        db.add(revision)
        db.get_one(Resource, deck).revision_number = 2
        db.flush()
        db.add_all(Page(revision_id=revision.id, number=n, kind=PageKind.SLIDE, text="new words") for n in (1, 2))
    assert "middle words" in client.post(f"{second}/show", follow_redirects=True).text
    assert client.post(f"{whole}/download", buffered=True).data == b"new"


def test_a_link_to_a_page_stops_when_that_revision_is_for_one_organization_only(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck, page=2)
    with database.writing() as db:
        otto = db.scalars(select(Person).where(Person.email == "otto@lakeshore.example")).one()
        resource = library_queries.get_for(db, otto, deck, Permission.CHANGE)
        facts = library_actions.Facts(Kind.RESOURCE, title=resource.title, audience=Audience.ORGANIZATION)
        library_actions.change(db, otto, resource, facts, closes=True)
        library_actions.replace(db, otto, resource, library_actions.Written("what all may read"))
        resource.closed_to_outsiders_at = None  # as in a hub that hasn't stored it yet
        library_actions.change(db, otto, resource, replace(facts, audience=Audience.NETWORK))
    assert sign_in("ana@prairie.example").get(f"/resources/{deck}").status_code == 200
    assert client.get(link).status_code == 410
    assert "middle words" not in client.post(f"{link}/show", follow_redirects=True).text


def test_search_engines_are_told_not_to_index_share_links(deck: int, sign_in: SignIn, client: FlaskClient) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck)
    assert "noindex" in client.get(link).headers["X-Robots-Tag"]


def test_a_missing_page_is_refused_and_the_typed_number_is_kept(deck: int, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    for number in (4, 0, -1, 99999999999, "two"):
        answer = browser.post(f"/resources/{deck}/forward", data={"days": 30, "page": number})
        assert answer.status_code == 422, number
        assert f'value="{number}"' in answer.text
    assert 'value="2"' in browser.get(f"/resources/{deck}/forward?page=2").text


@pytest.mark.both_databases
def test_submitting_a_form_twice_creates_one_link(deck: int, database: Database, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    assert make_link(browser, deck) == make_link(browser, deck)
    assert make_link(browser, deck, page=1) != make_link(browser, deck, page=2)
    assert make_link(browser, deck, days=7) != make_link(browser, deck)
    assert len(rows(database, ShareLink)) == 4


@pytest.mark.both_databases
def test_a_revoked_link_no_longer_works(deck: int, database: Database, sign_in: SignIn, client: FlaskClient) -> None:
    ana = sign_in("ana@prairie.example")
    link = make_link(ana, deck)
    client.post(f"{link}/show")
    [row] = rows(database, ShareLink)
    assert "Revoke" in ana.get("/sharing/links").text
    assert sign_in("otto@lakeshore.example").post(f"/sharing/links/{row.id}/revoke").status_code == 404
    answer = ana.post(f"/sharing/links/{row.id}/revoke", follow_redirects=True)
    assert "Link revoked" in answer.text
    for closed in (client.get(link), client.post(f"{link}/show"), client.post(f"{link}/download")):
        assert closed.status_code == 410
        assert "Apprenticeships" not in closed.text
    assert len(rows(database, SharingEvent)) == 1
    assert make_link(ana, deck) != link


def test_people_who_manage_the_organization_can_revoke_links_of_others(
    deck: int, database: Database, sign_in: SignIn
) -> None:
    rita, ana = sign_in("rita@prairie.example"), sign_in("ana@prairie.example")
    make_link(ana, deck)
    make_link(rita, deck)
    of_ana, of_rita = rows(database, ShareLink)
    assert ana.post(f"/sharing/links/{of_rita.id}/revoke").status_code == 404
    assert rita.post(f"/sharing/links/{of_ana.id}/revoke").status_code == 302
    assert sign_in("coordinator@hub.example").post(f"/sharing/links/{of_rita.id}/revoke").status_code == 302
    assert all(link.revoked_at for link in rows(database, ShareLink))


@pytest.mark.both_databases
def test_a_link_expires(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck, days=7)
    now = datetime.now(UTC)
    for days, status in ((6, 200), (9, 410)):
        monkeypatch.setattr("hub.core.clock.now", lambda days=days: now + timedelta(days=days))
        assert client.get(link).status_code == status
        assert client.post(f"{link}/show").status_code == (303 if status == 200 else 410)
    assert len(rows(database, SharingEvent)) == 1


@pytest.mark.parametrize("change", ["withdrawn", "private"])
def test_a_link_stops_when_its_resource_may_no_longer_be_forwarded(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient, change: str
) -> None:
    link = make_link(sign_in("ana@prairie.example"), deck)
    with database.writing() as db:
        resource = db.get_one(Resource, deck)
        if change == "withdrawn":
            resource.withdrawn_at = clock.now()
        else:
            resource.audience = Audience.ORGANIZATION
    assert client.get(link).status_code == 410
    assert client.post(f"{link}/download").status_code == 410


def test_an_unknown_link_is_not_found(database: Database, client: FlaskClient) -> None:
    for token in ("x", "a" * 500, "%00", "ä", "' OR 1=1"):
        assert client.get(f"/s/{token}").status_code == 404
        assert client.post(f"/s/{token}/show").status_code == 404


def test_only_readable_resources_can_be_forwarded(
    deck: int, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    with database.writing() as db:
        db.get_one(Resource, deck).audience = Audience.ORGANIZATION
    assert sign_in("ana@prairie.example").post(f"/resources/{deck}/forward", data={"days": 30}).status_code == 404
    own = sign_in("otto@lakeshore.example").post(f"/resources/{deck}/forward", data={"days": 30})
    assert own.status_code == 422
    assert "is for your organization only. You can change its audience." in own.text
    assert client.get(f"/resources/{deck}/forward").status_code == 302


def test_sharing_can_be_reported_on_the_page_of_the_link(deck: int, database: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@prairie.example")
    page = ana.post(f"/resources/{deck}/forward", data={"days": 30, "page": 3}, follow_redirects=True).text
    action = find_text(r'action="(/sharing/links/\d+/sent)"', page)
    fields = dict(re.findall(r'name="(form_id|happened_on)"[^>]*value="([^"]*)"', page))
    form = fields | {"with_whom": "our 40 manufacturers", "people": "40", "channel": "email"}
    refused = ana.post(action, data=form | {"with_whom": ""})
    assert refused.status_code == 422
    assert 'value="40"' in refused.text
    for _ in range(2):
        assert "Sharing reported" in ana.post(action, data=form, follow_redirects=True).text
    [event] = rows(database, SharingEvent)
    assert (event.act, event.people, event.page_number) == (Act.DECLARED, 40, 3)
    assert event.with_whom == "our 40 manufacturers"
    assert event.link_id is not None
    assert sign_in("otto@lakeshore.example").post(action, data=form).status_code == 404


def test_hostile_texts_are_escaped(database: Database, sign_in: SignIn, client: FlaskClient) -> None:
    with database.writing() as db:
        organization = an_organization(db, NAUGHTY)
        a_person(db, organization, email="ana@hub.example", name=NAUGHTY)
        resource = a_resource(db, organization, title=NAUGHTY * 10, pages=[NAUGHTY], summary=NAUGHTY * 50).id
    browser = sign_in("ana@hub.example")
    link = make_link(browser, resource, page=1)
    for page in (
        browser.get(f"/resources/{resource}/forward?link=1"),
        browser.get("/sharing/links"),
        client.get(link),
        client.post(f"{link}/show", follow_redirects=True),
    ):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    download = browser.get(f"/resources/{resource}/download", buffered=True)
    assert download.status_code == 200
    assert "%E2%80%AE" not in download.headers["Content-Disposition"], (
        "a file name can't contain a right-to-left override"
    )


def test_pictures_are_served_only_through_the_link_and_after_view(
    database: Database, sign_in: SignIn, client: FlaskClient, tmp_path: Path
) -> None:
    with documents.pdf(tmp_path / "plan.pdf", "Welding", "Casting", "Machining").open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        publisher = an_organization(db, "Lakeshore Forge")
        a_person(db, publisher, email="otto@lakeshore.example")
        facts = library_actions.Facts(Kind.RESOURCE, title="Plan")
        resource = library_actions.add(db, None, publisher, facts, library_actions.File(stored, "plan.pdf")).id
    with Reader() as reader:
        page_texts.catch_up(database, reader)
        making.catch_up(database, reader)
    browser = sign_in("otto@lakeshore.example")
    whole, second = make_link(browser, resource), make_link(browser, resource, page=2)

    def picture(link: str, number: int) -> int:
        return client.get(f"{link}/pages/{number}/image?width=1200").status_code

    assert "<img" not in main_of(client.get(second).text)
    assert picture(second, 2) == 404, "no one pressed View"
    shown = main_of(client.post(f"{second}/show", follow_redirects=True).text)
    assert f'src="{second}/pages/2/image?width=1200"' in shown
    assert "Page 2" in find_text('alt="([^"]+)', shown)
    assert "Casting" in shown
    assert [picture(second, number) for number in (1, 2, 3)] == [404, 200, 404]
    assert [picture(whole, number) for number in (1, 2, 3)] == [404, 404, 404]
    assert client.get(f"/resources/{resource}/pages/2/image").status_code != 200
    assert main_of(client.post(f"{whole}/show", follow_redirects=True).text).count("<img") == 3
    assert [picture(whole, number) for number in (1, 3, 4)] == [200, 200, 404]
    browser.post("/sharing/links/2/revoke")
    assert picture(second, 2) == 404


def main_of(page: str) -> str:
    return find_text("<main(.*)</main>", page)
