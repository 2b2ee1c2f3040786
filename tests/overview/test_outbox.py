"""The outbox as its readers see it: who runs the mail sees it, and everyone what they caused."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from hub.core import clock
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.delivery import delivering
from hub.mail.letters import Letter, Link, Links, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import SignIn, a_person, an_organization

LETTER = Letter(
    "What is new <b>here</b>",
    (Paragraph("Hello <script>alert(1)</script>"), Links((Link("Toolkit", "https://hub.example.org/s/abc"),))),
    "You are a test.",
)


@pytest.fixture
def people(database: Database) -> dict[str, int]:
    """A coordinator, and Rosa, who represents a member."""
    with database.writing() as db:
        host, lakeshore = an_organization(db, "AMCC", OrganizationKind.HOST), an_organization(db, "Lakeshore")
        return {
            "coordinator": a_person(db, host, Role.COORDINATOR, "coordinator@demo.example").id,
            "rosa": a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example").id,
        }


def posted(database: Database, to: str, **others: object) -> int:
    with database.writing() as db:
        return mail_actions.post(db, LETTER, to=to, once=f"x {to}", kind="test", **others)  # type: ignore[arg-type]


def put(database: Database, message_id: int, state: State) -> None:
    with database.writing() as db:
        db.execute(
            update(OutboxMessage).where(OutboxMessage.id == message_id).values(state=state, trouble="Why it is so.")
        )


def test_the_coordinator_reads_a_message_as_text_and_as_html_that_runs_and_loads_nothing(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "rosa@lakeshore.example", person_id=people["rosa"])
    delivering.catch_up(database)
    browser = sign_in("coordinator@demo.example")
    page = browser.get("/outbox").get_data(as_text=True)
    assert "Kept as a file" in page
    assert "What is new &lt;b&gt;here&lt;/b&gt;" in page
    assert "HUB_MAIL_URL" in page
    one = browser.get(f"/outbox/{message_id}").get_data(as_text=True)
    assert "https://hub.example.org/s/abc" in one
    assert "<script>alert" not in one
    shown = browser.get(f"/outbox/{message_id}/html")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    html = shown.get_data(as_text=True)
    assert "<script" not in html
    assert 'href="https://hub.example.org/s/abc"' in html
    assert 'style="' in html


@pytest.mark.both_databases
def test_filters_and_words_narrow_the_list(database: Database, people: dict[str, int], sign_in: SignIn) -> None:
    put(database, posted(database, "rosa@lakeshore.example", person_id=people["rosa"]), State.FAILED)
    posted(database, "tom@ridge.example")
    browser = sign_in("coordinator@demo.example")
    for query, shows, hides in (
        ("state=failed", "rosa@", "tom@"),
        ("q=RIDGE", "tom@", "rosa@"),
        ("q=nobody%25", "Nothing fits", "rosa@"),
        ("kind=other", "Nothing fits", "tom@"),
        ("state=nonsense", "tom@", "Nothing fits"),
    ):
        page = browser.get(f"/outbox?{query}").get_data(as_text=True)
        assert shows in page, query
        assert hides not in page, query


@pytest.mark.both_databases
def test_who_does_not_run_the_mail_sees_what_they_caused_and_its_failures_alone(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    hers = posted(database, "carl@forge.example", sent_by_id=people["rosa"])
    others = posted(database, "rosa@lakeshore.example", person_id=people["rosa"])
    put(database, hers, State.FAILED)
    browser = sign_in("rosa@lakeshore.example")
    page = browser.get("/outbox").get_data(as_text=True)
    assert "carl@forge.example" in page
    assert "Why it is so." in page
    assert "1 message" in page
    assert browser.get(f"/outbox/{hers}").status_code == 200
    assert browser.get(f"/outbox/{others}").status_code == 404
    assert browser.post(f"/outbox/{others}/again").status_code == 404


def test_whom_an_organization_writes_to_is_its_own_even_before_the_coordinator(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    hers = posted(database, "carl@forge.example", name="Carl", sent_by_id=people["rosa"])
    put(database, hers, State.FAILED)
    browser = sign_in("coordinator@demo.example")
    page = browser.get("/outbox").get_data(as_text=True)
    assert "Somebody outside of the hub" in page
    for secret in ("carl@forge.example", "Carl", "Why it is so."):
        assert secret not in page
    assert "Nothing fits" in browser.get("/outbox?q=carl").get_data(as_text=True)
    for address in (f"/outbox/{hers}", f"/outbox/{hers}/html"):
        assert browser.get(address).status_code == 404


STATES = [State.WAITING, State.SENDING, State.KEPT, State.FAILED, State.UNKNOWN, State.BOUNCED, State.CANCELLED]


@pytest.mark.parametrize("state", STATES)
def test_a_link_that_lets_somebody_in_is_shown_to_nobody_when_there_is_a_mail_server(
    database: Database, people: dict[str, int], sign_in: SignIn, state: State
) -> None:
    message_id = posted(database, "new@lakeshore.example", secret=True, sent_by_id=people["coordinator"])
    put(database, message_id, state)
    browser = sign_in("coordinator@demo.example")
    pages = (f"/outbox/{message_id}", f"/outbox/{message_id}/html")
    for page in pages:
        assert "https://hub.example.org/s/abc" in browser.get(page).text, "somebody has to hand it on"
    database.config = replace(database.config, MAIL_URL="smtp://127.0.0.1:1")
    for page in pages:
        assert "https://hub.example.org/s/abc" not in browser.get(page).text
    assert "lets one person in" in browser.get(pages[0]).text
    if state in mail_actions.AGAIN:
        browser.post(f"/outbox/{message_id}/again")
        with database.reading() as db:
            found = db.get_one(OutboxMessage, message_id)
            assert (found.state, "https://hub.example.org/s/abc" in found.text) == (State.WAITING, True)


@pytest.mark.both_databases
def test_a_link_that_lets_somebody_in_goes_once_its_message_is_known_to_have_arrived(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "new@lakeshore.example", secret=True, sent_by_id=people["coordinator"])
    put(database, message_id, State.UNKNOWN)
    sign_in("coordinator@demo.example").post(f"/outbox/{message_id}/arrived")
    with database.reading() as db:
        found = db.get_one(OutboxMessage, message_id)
        assert (found.state, found.html) == (State.SENT, "")
        assert "/s/abc" not in found.text


@pytest.mark.both_databases
def test_what_nobody_knows_a_person_decides(database: Database, people: dict[str, int], sign_in: SignIn) -> None:
    one, two, three, four = (posted(database, f"p{n}@lakeshore.example", person_id=people["rosa"]) for n in range(4))
    for message_id, state in ((one, State.UNKNOWN), (two, State.UNKNOWN), (three, State.WAITING), (four, State.SENT)):
        put(database, message_id, state)
    browser = sign_in("coordinator@demo.example")
    browser.post(f"/outbox/{one}/arrived")
    browser.post(f"/outbox/{two}/again")
    browser.post(f"/outbox/{three}/cancel")
    refused = browser.post(f"/outbox/{four}/again", follow_redirects=True).get_data(as_text=True)
    assert "has moved on" in refused
    with database.reading() as db:
        states = [db.get_one(OutboxMessage, message_id).state for message_id in (one, two, three, four)]
    assert states == [State.SENT, State.WAITING, State.CANCELLED, State.SENT]
    audit = browser.get("/audit").get_data(as_text=True)
    for words in ("counted as sent", "sent again", "took back"):
        assert words in audit


@pytest.mark.both_databases
def test_an_address_that_works_again_gets_mail_again(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "rosa@lakeshore.example", person_id=people["rosa"])
    with database.writing() as db:
        mail_actions.mark_bounced(db, mail_queries.address_hash(db, "rosa@lakeshore.example"), "5.1.1 No such user")
    browser = sign_in("coordinator@demo.example")
    assert "5.1.1 No such user" in browser.get(f"/outbox/{message_id}").get_data(as_text=True)
    browser.post(f"/outbox/{message_id}/address")
    with database.reading() as db:
        assert mail_queries.bouncing(db, ["rosa@lakeshore.example"]) == {}


def test_home_tells_who_caused_a_message_that_it_did_not_arrive(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "carl@forge.example", sent_by_id=people["rosa"])
    browser = sign_in("rosa@lakeshore.example")
    assert "didn’t arrive" not in browser.get("/").get_data(as_text=True)
    put(database, message_id, State.FAILED)
    with database.writing() as db:
        db.execute(update(OutboxMessage).values(settled_at=clock.now()))
    assert "1 message that you sent" in browser.get("/").get_data(as_text=True)
    assert "didn’t arrive" not in sign_in("coordinator@demo.example").get("/").get_data(as_text=True)


def test_a_persons_page_says_that_mail_came_back_and_lets_it_go_again(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    with database.writing() as db:
        mail_actions.mark_bounced(db, mail_queries.address_hash(db, "rosa@lakeshore.example"), "5.1.1 No such user")
    browser = sign_in("coordinator@demo.example")
    assert "5.1.1 No such user" in browser.get(f"/people/{people['rosa']}").get_data(as_text=True)
    browser.post(f"/people/{people['rosa']}/address")
    assert "5.1.1 No such user" not in browser.get(f"/people/{people['rosa']}").get_data(as_text=True)
