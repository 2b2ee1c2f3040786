"""The outbox: the coordinator sees every email, and everyone else those that the hub sent for them."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from hub.core import clock
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.delivery import delivering
from hub.mail.letters import Imprint, Letter, Link, Links, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.models import Person
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import SignIn, a_person, an_organization

LETTER = Letter(
    "What is new <b>here</b>",
    (Paragraph("Hello <script>alert(1)</script>"), Links((Link("Toolkit", "https://hub.example.org/s/abc"),))),
    "You are a test.",
    imprint=Imprint("Test works"),
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
        kind = LetterKind.PACK if others.get("unsubscribe") else LetterKind.QUESTION
        return mail_actions.post(db, LETTER, to=to, once=f"x {to}", kind=kind, **others)  # type: ignore[arg-type]


def put(database: Database, message_id: int, state: State) -> None:
    with database.writing() as db:
        db.execute(
            update(OutboxMessage).where(OutboxMessage.id == message_id).values(state=state, trouble="Why it is so.")
        )


def test_the_coordinator_reads_an_email_as_text_and_as_html_without_scripts_and_loading(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "rosa@lakeshore.example", person_id=people["rosa"])
    delivering.catch_up(database)
    browser = sign_in("coordinator@demo.example")
    page = browser.get("/outbox").get_data(as_text=True)
    assert "Saved as a file" in page
    assert "What is new &lt;b&gt;here&lt;/b&gt;" in page
    assert "HUB_MAIL_URL" in page
    details = browser.get(f"/outbox/{message_id}").get_data(as_text=True)
    assert "https://hub.example.org/s/abc" in details
    assert "<script>alert" not in details
    preview = browser.get(f"/outbox/{message_id}/html")
    assert "default-src 'none'" in preview.headers["Content-Security-Policy"]
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    html = preview.get_data(as_text=True)
    assert "<script" not in html
    assert 'href="https://hub.example.org/s/abc"' in html
    assert 'style="' in html


@pytest.mark.both_databases
def test_filters_and_search_words_narrow_the_list(database: Database, people: dict[str, int], sign_in: SignIn) -> None:
    put(database, posted(database, "rosa@lakeshore.example", person_id=people["rosa"]), State.FAILED)
    posted(database, "tom@ridge.example")
    browser = sign_in("coordinator@demo.example")
    for query, shows, hides in (
        ("state=failed", "rosa@", "tom@"),
        ("q=RIDGE", "tom@", "rosa@"),
        ("q=nobody%25", "No emails match", "rosa@"),
        ("kind=other", "No emails match", "tom@"),
        ("state=nonsense", "tom@", "No emails match"),
    ):
        page = browser.get(f"/outbox?{query}").get_data(as_text=True)
        assert shows in page, query
        assert hides not in page, query


@pytest.mark.both_databases
def test_people_who_do_not_manage_mail_see_only_emails_that_they_caused_and_why_they_failed(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    caused_by_rosa = posted(database, "carl@forge.example", sent_by_id=people["rosa"])
    caused_by_others = posted(database, "rosa@lakeshore.example", person_id=people["rosa"])
    put(database, caused_by_rosa, State.FAILED)
    browser = sign_in("rosa@lakeshore.example")
    page = browser.get("/outbox").get_data(as_text=True)
    assert "carl@forge.example" in page
    assert "Why it is so." in page
    assert "1 email" in page
    assert browser.get(f"/outbox/{caused_by_rosa}").status_code == 200
    assert browser.get(f"/outbox/{caused_by_others}").status_code == 404
    assert browser.post(f"/outbox/{caused_by_others}/again").status_code == 404


def test_the_coordinator_does_not_see_who_an_organization_writes_to(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "carl@forge.example", name="Carl", sent_by_id=people["rosa"])
    put(database, message_id, State.FAILED)
    browser = sign_in("coordinator@demo.example")
    page = browser.get("/outbox").get_data(as_text=True)
    assert "Outside recipient" in page
    for secret in ("carl@forge.example", "Carl", "Why it is so."):
        assert secret not in page
    assert "No emails match" in browser.get("/outbox?q=carl").get_data(as_text=True)
    for address in (f"/outbox/{message_id}", f"/outbox/{message_id}/html"):
        assert browser.get(address).status_code == 404


STATES = [State.WAITING, State.SENDING, State.KEPT, State.FAILED, State.UNKNOWN, State.BOUNCED, State.CANCELLED]


@pytest.mark.parametrize("state", STATES)
def test_a_private_link_is_shown_to_the_coordinator_alone_and_only_without_a_mail_server(
    database: Database, people: dict[str, int], sign_in: SignIn, state: State
) -> None:
    message_id = posted(database, "new@lakeshore.example", secret=True, sent_by_id=people["coordinator"])
    put(database, message_id, state)
    browser = sign_in("coordinator@demo.example")
    pages = (f"/outbox/{message_id}", f"/outbox/{message_id}/html")
    for page in pages:
        assert "https://hub.example.org/s/abc" not in browser.get(page).text, "opening the page leaves no trace"
    shown = browser.post(f"/outbox/{message_id}/show")
    assert "https://hub.example.org/s/abc" in shown.text, "the coordinator has to send it"
    database.config = replace(database.config, MAIL_URL="smtp://127.0.0.1:1")
    for page in pages:
        assert "https://hub.example.org/s/abc" not in browser.get(page).text
    assert "only its recipient can read it" in browser.get(pages[0]).text
    if state in mail_actions.RESENDABLE:
        browser.post(f"/outbox/{message_id}/again")
        with database.reading() as db:
            message = db.get_one(OutboxMessage, message_id)
            assert (message.state, "https://hub.example.org/s/abc" in message.text) == (State.WAITING, True)


@pytest.mark.both_databases
def test_a_sign_in_link_is_deleted_once_its_email_is_marked_as_sent(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "new@lakeshore.example", secret=True, sent_by_id=people["coordinator"])
    put(database, message_id, State.UNKNOWN)
    sign_in("coordinator@demo.example").post(f"/outbox/{message_id}/arrived")
    with database.reading() as db:
        message = db.get_one(OutboxMessage, message_id)
        assert (message.state, message.html) == (State.SENT, "")
        assert "/s/abc" not in message.text


@pytest.mark.both_databases
def test_the_coordinator_decides_about_emails_of_unknown_status(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    states = (State.UNKNOWN, State.UNKNOWN, State.WAITING, State.SENT)
    messages = [posted(database, f"p{n}@lakeshore.example", person_id=people["rosa"]) for n in range(4)]
    for message_id, state in zip(messages, states, strict=True):
        put(database, message_id, state)
    arrived, lost, waiting, sent = messages
    browser = sign_in("coordinator@demo.example")
    browser.post(f"/outbox/{arrived}/arrived")
    browser.post(f"/outbox/{lost}/again")
    browser.post(f"/outbox/{waiting}/cancel")
    refused = browser.post(f"/outbox/{sent}/again", follow_redirects=True).get_data(as_text=True)
    assert "status has changed" in refused
    with database.reading() as db:
        states_now = [db.get_one(OutboxMessage, message_id).state for message_id in messages]
    assert states_now == [State.SENT, State.WAITING, State.CANCELLED, State.SENT]
    audit = browser.get("/audit").get_data(as_text=True)
    for words in ("counted as sent", "sent again", "canceled"):
        assert words in audit


@pytest.mark.both_databases
def test_email_to_a_bounced_address_can_be_resumed(database: Database, people: dict[str, int], sign_in: SignIn) -> None:
    message_id = posted(database, "rosa@lakeshore.example", person_id=people["rosa"])
    with database.writing() as db:
        mail_actions.mark_bounced(db, mail_queries.lasting_hash(db, "rosa@lakeshore.example"), "5.1.1 No such user")
    browser = sign_in("coordinator@demo.example")
    assert "5.1.1 No such user" in browser.get(f"/outbox/{message_id}").get_data(as_text=True)
    browser.post(f"/outbox/{message_id}/address")
    with database.reading() as db:
        assert mail_queries.bouncing(db, ["rosa@lakeshore.example"]) == {}


def test_home_tells_the_sender_that_an_email_may_not_have_been_delivered(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    message_id = posted(database, "carl@forge.example", sent_by_id=people["rosa"])
    browser = sign_in("rosa@lakeshore.example")
    assert "may not have been delivered" not in browser.get("/").get_data(as_text=True)
    put(database, message_id, State.FAILED)
    with database.writing() as db:
        db.execute(update(OutboxMessage).values(settled_at=clock.now()))
    assert "1 email that you sent" in browser.get("/").get_data(as_text=True)
    assert "may not have been delivered" not in sign_in("coordinator@demo.example").get("/").get_data(as_text=True)


def test_a_persons_page_shows_a_bounce_and_can_resume_email(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    with database.writing() as db:
        mail_actions.mark_bounced(db, mail_queries.lasting_hash(db, "rosa@lakeshore.example"), "5.1.1 No such user")
    browser = sign_in("coordinator@demo.example")
    assert "5.1.1 No such user" in browser.get(f"/people/{people['rosa']}").get_data(as_text=True)
    browser.post(f"/people/{people['rosa']}/address")
    assert "5.1.1 No such user" not in browser.get(f"/people/{people['rosa']}").get_data(as_text=True)


def test_an_email_of_a_kind_that_its_recipient_turned_off_cannot_be_sent_again(
    database: Database, people: dict[str, int], sign_in: SignIn
) -> None:
    with database.writing() as db:
        message_id = mail_actions.post(
            db, LETTER, to="rosa@lakeshore.example", once="digest", kind=LetterKind.DIGEST, person_id=people["rosa"],
            unsubscribe="https://hub.example.org/mail/stop/1",
        )  # fmt: skip
        notification_settings_actions.unsubscribe(db, db.get_one(Person, people["rosa"]), MailKind.DIGEST)
    browser = sign_in("coordinator@demo.example")
    page = browser.post(f"/outbox/{message_id}/again", follow_redirects=True).text
    assert "turned off this kind of email" in page
    with database.reading() as db:
        assert db.get_one(OutboxMessage, message_id).state is State.CANCELLED
