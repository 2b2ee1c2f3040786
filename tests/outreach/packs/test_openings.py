"""Recipients of a pack open, download, rate and ask; and what the hub keeps about them."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.mail.models import OutboxMessage
from hub.outreach.actions import sending as sending_actions
from hub.outreach.models import PackCount, PackFetch, PackLink, PackTrace, Stakeholder
from hub.outreach.rules.openings import Trace
from hub.sharing.models import SharingEvent
from hub.sharing.rules.evidence import Carrier
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, links_in, ok, rows, send, work_on
from tests.world import NAUGHTY, SignIn


@pytest.mark.both_databases
def test_a_scanner_that_fetches_every_link_counts_nothing(
    sent: str, world: Database, mail_server: MailServer, app: Flask, sign_in: SignIn
) -> None:
    before = {model: len(rows(world, model)) for model in (SharingEvent, PackTrace, PackLink, Stakeholder)}
    scanner = app.test_client()
    for got in mail_server.received:
        for part in ("text/plain", "text/html"):
            addresses = re.findall(r"http://127\.0\.0\.1:8000([^\s\"<]+)", got.part(part))
            assert len(addresses) >= 4
            pages = [ok(scanner.get(unescape(address), follow_redirects=True)) for address in addresses]
            links = {link for page in pages for link in re.findall(r'(?:href|src|action)="(/[^"]+)"', page)}
            links = {link for link in links if "static" not in link}
            for address in {*addresses, *links}:
                scanner.get(unescape(address), follow_redirects=True)
                scanner.head(unescape(address))
    assert {model: len(rows(world, model)) for model in before} == before
    assert (
        "<strong>2</strong> opened by a scanner or unknown"
        in sign_in("ana@lakeshore.example").get("/sharing/packs/1").text
    )
    assert sum(fetch.count for fetch in rows(world, PackFetch)) > 4


@pytest.mark.both_databases
def test_a_recipient_opens_downloads_and_gives_an_opinion(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    ana = sign_in("ana@lakeshore.example")
    page = ok(client.get(sent))
    assert "Ana Peña of Lakeshore shared this with you" in page
    assert "Two sentences. From us." in page
    assert "after 400 days only totals are kept" in page
    assert "alloys" not in page
    assert client.get(f"{sent}/2").headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "alloys" in ok(client.post(f"{sent}/2/open", follow_redirects=True))
    assert client.post(f"{sent}/2/download", buffered=True).data.startswith(b"alloys")
    client.post(f"{sent}/2/say", data={"opinion": "useful"})
    client.post(f"{sent}/2/say", data={"opinion": "not_for_me"})
    client.post(f"{sent}/2/say", data={"opinion": "not_for_me"})
    assert client.post(f"{sent}/2/say", data={"opinion": "spam"}).status_code == 404
    acts = Counter(trace.act for trace in rows(world, PackTrace))
    assert acts == {Trace.OPENED: 1, Trace.DOWNLOADED: 1, Trace.NOT_FOR_ME: 1}, (
        "only the last opinion counts, and only once"
    )
    assert [event.carrier for event in rows(world, SharingEvent)] == [Carrier.HUB_MAIL] * 2, (
        "sending was logged already"
    )
    page = ok(ana.get("/sharing/packs/1"))
    assert "<strong>1</strong> opened by a person" in page
    assert "Downloaded" in page
    ana.post(f"{sent}/1/open")
    ana.post("/sign-out")
    assert "one" in ok(ana.post(f"{sent}/1/open", follow_redirects=True)), "they can read it"
    assert "outside Lakeshore" in ok(ana.post(f"{sent}/1/ask", data={"question": "Me too?"}), 422)
    assert len(rows(world, PackTrace)) == 3, "people of the sending organization don't count"
    assert client.get(f"{sent}/99").status_code == 404
    assert client.get("/p/nonsense").status_code == 404


def test_a_question_reaches_the_sender_and_the_publisher(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    mail_server.received.clear()
    assert "Send a copy to Prairie" in ok(client.get(f"{sent}/1/ask"))
    assert client.post(f"{sent}/1/ask", data={"question": " "}).status_code == 422
    question = {"question": f"What does it cost? {NAUGHTY}", "copy": "y"}
    assert "Question sent. Ana Peña can reply by email." in ok(
        client.post(f"{sent}/1/ask", data=question, follow_redirects=True)
    )
    worker.catch_up(world)
    assert {got.recipient for got in mail_server.received} == {"ana@lakeshore.example", "otto@prairie.example"}
    for got in mail_server.received:
        assert got.mail["Reply-To"] == "maria@shops.example"
        assert "What does it cost?" in got.part("text/plain")
        assert "<script>" not in got.part("text/html")
    page = ok(sign_in("ana@lakeshore.example").get("/sharing/packs/1"))
    assert "What does it cost?" in page
    assert "<script>alert" not in page
    client.post(f"{sent}/2/ask", data={"question": "Only you"})
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received[2:]] == ["ana@lakeshore.example"]
    assert "maria@shops.example" not in sign_in("coordinator@hub.example").get("/outbox?q=maria").text


def test_a_recipients_page_takes_twenty_questions_and_no_more(
    sent: str, world: Database, client: FlaskClient, mail_server: MailServer
) -> None:
    for number in range(1, 21):
        assert client.post(f"{sent}/1/ask", data={"question": f"Question {number}?"}).status_code == 303, number
    page = ok(client.post(f"{sent}/2/ask", data={"question": "One more, typed with care?"}), 422)
    assert "Too many questions have come through this link" in page
    assert "One more, typed with care?" in page
    assert sum(trace.act is Trace.QUESTION for trace in rows(world, PackTrace)) == 20
    mail_server.received.clear()
    worker.catch_up(world)
    assert len(mail_server.received) == 20


@pytest.mark.both_databases
def test_an_address_with_an_account_at_the_sending_organization_is_not_an_outsider(
    world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    """It is a colleague who opens it, even on a browser that isn't signed in."""
    ana = sign_in("ana@lakeshore.example")
    ana.post("/sharing/stakeholders/new", data={"email": "dee@lakeshore.example", "name": "Dee", "groups": "Inside"})
    send(ana, a_draft(ana), groups=["Inside"])
    sending_actions.catch_up(world)
    [link] = rows(world, PackLink)
    assert "one" in ok(client.post(f"/p/{link.token}/1/open", follow_redirects=True))
    client.post(f"/p/{link.token}/1/download", buffered=True)
    assert rows(world, PackTrace) == rows(world, SharingEvent) == rows(world, PackFetch) == []


@pytest.mark.both_databases
def test_a_recipients_opening_counts_once_a_day(
    world: Database, app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in("ana@lakeshore.example")
    send(ana, a_draft(ana, (1,)))
    sending_actions.catch_up(world)  # nothing is sent, so that only openings count
    link = rows(world, PackLink)[0]
    for number in range(3):
        app.test_client().post(f"/p/{link.token}/1/open", environ_overrides={"REMOTE_ADDR": f"198.51.{number}.7"})
    assert len(rows(world, SharingEvent)) == 1
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    app.test_client().post(f"/p/{link.token}/1/open")
    assert len({event.happened_on for event in rows(world, SharingEvent)}) == 2


@pytest.mark.both_databases
def test_each_visitor_who_opens_a_newsletter_link_counts(
    world: Database, app: Flask, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    page = ok(ana.post(f"{draft}/channel", data={"channel": "newsletter"}, follow_redirects=True))
    again = ok(ana.post(f"{draft}/channel", data={"channel": "newsletter"}, follow_redirects=True))
    link = links_in(page)[-1]
    assert link in again, "a channel has only one link"
    assert "&lt;h2&gt;Worth a look&lt;/h2&gt;" in page
    readers = [app.test_client() for _ in range(3)]
    for number, reader in enumerate(readers):
        reader.environ_base["REMOTE_ADDR"] = f"198.51.{number}.7"
    for reader in readers:
        assert "Castings guide" in ok(reader.get(link))
    assert rows(world, SharingEvent) == []
    for reader in readers[:2]:
        for _ in range(2):
            assert "one" in ok(reader.post(f"{link}/1/open", follow_redirects=True))
    events = rows(world, SharingEvent)
    assert [(event.carrier, event.resource_id, event.channel) for event in events] == [
        (Carrier.OPENING, 1, "newsletter")
    ] * 2
    readers[0].post(f"{link}/1/ask", data={"question": "Who?", "name": "Zoe", "email": "zoe@reader.example"})
    assert readers[0].post(f"{link}/1/ask", data={"question": "Who?"}).status_code == 422
    worker.catch_up(world)
    assert [got.mail["Reply-To"] for got in mail_server.received] == ["zoe@reader.example"]
    assert "opened by 2 people" in ok(ana.get(f"{draft}/channel"))
    assert "can’t be deleted" in ok(ana.post(f"{draft}/delete"), 422)


@pytest.mark.both_databases
def test_removing_a_stakeholder_keeps_counts_and_no_address(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    client.post(f"{sent}/1/open")
    client.post(f"{sent}/1/ask", data={"question": "Call me under 555-0147"})
    worker.catch_up(world)
    ana = sign_in("ana@lakeshore.example")
    maria = next(stakeholder for stakeholder in rows(world, Stakeholder) if stakeholder.name == "Maria")
    ana.post("/sharing/stakeholders/remove", data={"who": maria.id})
    page = ok(ana.get("/sharing/packs/1"))
    assert "Maria" not in page
    assert "555-0147" not in page
    assert "<strong>1</strong> opened by a person" in page
    assert {event.people for event in rows(world, SharingEvent)} == {2}
    emails = [email for email in rows(world, OutboxMessage) if email.kind == "pack"]
    assert sum("maria" in repr((email.to, email.name, email.text, email.html)).lower() for email in emails) == 0
    assert client.get(sent).status_code == 200, "the link still works for anyone who has it"


@pytest.mark.both_databases
def test_traces_become_counts_after_the_retention_period(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(f"{sent}/1/download")
    client.post(f"{sent}/1/say", data={"opinion": "useful"})
    ana = sign_in("ana@lakeshore.example")
    numbers = re.findall(
        r"<li><strong>.*?</li>|<td data-label.*?</td>", ok(ana.get("/sharing/packs/1")).split("Recipients")[0]
    )
    days = world.config.TRACE_DAYS
    for moment, reduced in ((days - 1, False), (days + 1, True), (days + 2, True)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: datetime.now(UTC) + timedelta(days=moment))
        sending_actions.catch_up(world)
        assert (rows(world, PackTrace) == []) == reduced
    assert rows(world, PackFetch) == []
    assert all(link.stakeholder_id is None for link in rows(world, PackLink))
    counts = rows(world, PackCount)
    assert ("downloaded", 1) in [(row.act, row.count) for row in counts]
    monkeypatch.undo()
    page = ok(ana.get("/sharing/packs/1"))
    assert (
        re.findall(r"<li><strong>.*?</li>|<td data-label.*?</td>", page.split("Recipients")[0])[: len(numbers)]
        == numbers
    )
    assert "Maria" not in page
    assert len(rows(world, SharingEvent)) == 2, "the sharing log stays as it is"


def test_withdrawn_and_private_resources_are_not_shown(sent: str, world: Database, client: FlaskClient) -> None:
    with world.writing() as db:
        db.get_one(Resource, 1).withdrawn_at = clock.now()
        db.get_one(Resource, 2).audience = Audience.ORGANIZATION
    assert "withdrawn" in ok(client.get(sent))
    for path in ("1", "2", "1/ask", "1/pages/1/image"):
        assert client.get(f"{sent}/{path}").status_code == 404
    for path in ("1/open", "2/download", "1/say"):
        assert client.post(f"{sent}/{path}", data={"opinion": "useful"}).status_code == 404
    assert rows(world, PackTrace) == []


@pytest.mark.both_databases
def test_the_sender_does_not_see_the_new_title_of_a_resource_made_private(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    sent_pack, draft = a_draft(ana), a_draft(ana)
    send(ana, sent_pack)
    worker.catch_up(world)
    with world.reading() as db:
        old_title = db.get_one(Resource, 2).title
    with world.writing() as db:
        resource = db.get_one(Resource, 2)
        resource.title, resource.audience = "Layoffs to come", Audience.ORGANIZATION
    for address in (sent_pack, draft):
        page = ok(ana.get(address))
        assert "Layoffs" not in page
        assert old_title in page, "as in the sharing log"


def test_pack_links_expire(sent: str, world: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=world.config.SHARE_LINK_DAYS + 2))
    for closed in (
        client.get(sent),
        client.get(f"{sent}/1"),
        client.post(f"{sent}/1/open"),
        client.post(f"{sent}/1/download"),
    ):
        assert closed.status_code == 410
        assert "Apprenticeships" not in closed.text


@pytest.mark.both_databases
def test_hostile_texts_are_escaped(
    world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    with world.writing() as db:
        db.get_one(Resource, 1).title = NAUGHTY
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    page = work_on(ana, draft, "save", title=NAUGHTY, words=NAUGHTY)
    send(ana, draft, title=NAUGHTY, words=NAUGHTY)
    worker.catch_up(world)
    link = links_in(mail_server.received[0].part("text/plain"))[-1]
    pages = [page, *(ok(ana.get(f"{draft}{path}")) for path in ("", "/page", "/channel")), ok(client.get(link))]
    pages += [ok(client.post(f"{link}/1/open", follow_redirects=True)), ok(client.get(f"{link}/1/ask"))]
    for content in pages:
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
