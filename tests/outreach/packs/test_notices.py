"""Emails to people about openings of what they shared: off by default, once for each link and recipient."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from hub.core.db import Database
from hub.mail.models import BouncedAddress, OutboxMessage
from hub.mail.queries import lasting_hash
from hub.mail.rules import State
from hub.members.models import OpeningMail, Person
from hub.members.rules.mail import Frequency, MailKind
from hub.outreach.actions import notices as notices_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.models import PackLink, Stakeholder
from hub.outreach.queries.notices import has_due_notices
from hub.outreach.rules.notices import notice_moment
from tests.outreach.packs.drafting import a_draft, links_in, ok, rows, send, work_on
from tests.world import FrozenClock, SignIn, find_text, posted_by

ANA = "ana@lakeshore.example"
NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 a.m. in New York


@pytest.fixture
def frozen(frozen_clock: FrozenClock, world: Database) -> FrozenClock:
    frozen_clock.at = TUESDAY
    return frozen_clock


def wish(sign_in: SignIn, every: str, email: str = ANA) -> None:
    """Choose how often the person hears of openings, on the page."""
    form = {"begins": "20:00", "ends": "07:00", "zone": "America/New_York", "openings": every}
    answer = sign_in(email).post("/account/mail", data=form, follow_redirects=True)
    assert "Settings saved" in answer.text, answer.text


def notices(world: Database) -> list[OutboxMessage]:
    """Run the step and return the emails about openings."""
    return [mail for mail in posted_by("openings", world) if mail.kind == MailKind.OPENING]


def sent_pack(world: Database, sign_in: SignIn) -> list[str]:
    """Send a pack to the board, and return the paths of the recipients' links."""
    ana = sign_in(ANA)
    send(ana, a_draft(ana))
    sending_actions.catch_up(world)
    return [f"/p/{link.token}" for link in rows(world, PackLink)]


@pytest.mark.both_databases
def test_a_recipients_opening_is_mailed_once_in_a_daily_email(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    maria, bo = sorted(sent_pack(world, sign_in), key=lambda path: path != f"/p/{_token_of(world, 'Maria')}")
    app.test_client().get(maria)
    frozen.advance(days=1)
    assert notices(world) == [], "a scanner fetches every link"
    app.test_client().post(f"{maria}/1/open")
    app.test_client().post(f"{maria}/2/download", buffered=True)
    assert notices(world) == [], "not before 8:00 a.m."
    frozen.advance(days=1)
    [mail] = notices(world)
    assert mail.to == ANA
    assert mail.subject == "Opened: Worth a look"
    assert re.findall(r"- Maria, (.*)", mail.text) == ["Nov 25, 2026"]
    assert "- Bo" not in mail.text
    assert "/sharing/packs/1" in mail.text
    assert "/mail/stop/" in mail.unsubscribe
    app.test_client().post(f"{maria}/1/open")
    app.test_client().post(f"{bo}/1/open")
    frozen.advance(days=1)
    _first, second = notices(world)
    assert "- Bo" in second.text
    assert "Maria" not in second.text, "once for each recipient"


def _token_of(world: Database, name: str) -> str:
    with world.reading() as db:
        of_person = select(PackLink.token).join(Stakeholder, Stakeholder.id == PackLink.stakeholder_id)
        return str(db.scalar(of_person.where(Stakeholder.name == name)))


@pytest.mark.both_databases
def test_share_links_and_newsletter_links_are_mailed_once_with_their_numbers(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    ana = sign_in(ANA)
    page = ok(ana.post("/resources/2/forward", data={"days": 90}, follow_redirects=True))
    share = find_text(r"/s/[\w-]+", page)
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    copy = links_in(ok(ana.post(f"{draft}/channel", data={"channel": "newsletter"}, follow_redirects=True)))[-1]
    for number in range(2):
        visitor = app.test_client()
        visitor.environ_base["REMOTE_ADDR"] = f"198.51.{number}.7"
        visitor.post(f"{share}/show")
        visitor.post(f"{copy}/1/open")
    frozen.advance(days=1)
    [mail] = notices(world)
    assert mail.subject == "Opened: Worth a look, and 1 more"
    assert "- Newsletter link, Nov 24, 2026" in mail.text
    assert "- Castings guide\n  opened 2 times" in mail.text
    app.test_client().post(f"{share}/show")
    frozen.advance(days=1)
    assert len(notices(world)) == 1


@pytest.mark.both_databases
def test_no_one_hears_of_openings_unless_they_ask(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    assert re.search(r'<input checked [^>]*name="openings"[^>]*value=""', sign_in(ANA).get("/account/mail").text)
    link = sent_pack(world, sign_in)[0]
    app.test_client().post(f"{link}/1/open")
    frozen.advance(days=8)
    assert notices(world) == []
    wish(sign_in, "daily")
    frozen.advance(days=1)
    assert notices(world) == [], "what was opened before isn't mailed"
    wish(sign_in, "daily", "dee@lakeshore.example")
    app.test_client().post(f"{link}/2/open")
    frozen.advance(days=1)
    assert [mail.to for mail in notices(world)] == [ANA], "only the person who sent it"


@pytest.mark.both_databases
def test_colleagues_openings_are_not_mailed(world: Database, sign_in: SignIn, frozen: FrozenClock) -> None:
    wish(sign_in, "daily")
    link = sent_pack(world, sign_in)[0]
    sign_in("dee@lakeshore.example").post(f"{link}/1/open")
    frozen.advance(days=1)
    assert notices(world) == []


@pytest.mark.both_databases
def test_the_weekly_email_comes_on_monday_with_everything_since(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "weekly")
    links = sent_pack(world, sign_in)
    app.test_client().post(f"{links[0]}/1/open")
    frozen.advance(days=5)  # Sunday
    app.test_client().post(f"{links[1]}/1/open")
    assert notices(world) == []
    frozen.advance(days=1)
    [mail] = notices(world)
    assert "- Bo" in mail.text
    assert "- Maria" in mail.text


@pytest.mark.both_databases
def test_a_worker_that_stops_before_it_commits_loses_nothing_and_sends_nothing_twice(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    link = sent_pack(world, sign_in)[0]
    app.test_client().post(f"{link}/1/open")
    frozen.advance(days=1)
    with pytest.raises(KeyboardInterrupt):
        _write_and_stop(world)
    assert [mail for mail in rows(world, OutboxMessage) if mail.kind == MailKind.OPENING] == []
    frozen.advance(days=3)  # the worker was off
    assert len(notices(world)) == 1
    with world.reading() as db:
        assert not has_due_notices(db)


def _write_and_stop(world: Database) -> None:
    with world.writing() as db:
        assert notices_actions.post_due_notices(db) == 1
        raise KeyboardInterrupt


@pytest.mark.both_databases
def test_unsubscribing_turns_it_off_and_cancels_what_waits(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    links = sent_pack(world, sign_in)
    app.test_client().post(f"{links[0]}/1/open")
    frozen.advance(days=1)
    [mail] = notices(world)
    stop = mail.unsubscribe.removeprefix("http://127.0.0.1:8000")
    assert "Who opened the links and packs" in ok(app.test_client().get(stop))
    assert rows(world, OpeningMail) != []
    ok(app.test_client().post(stop))
    assert rows(world, OpeningMail) == []
    assert [mail.state for mail in notices(world)] == ["cancelled"]
    app.test_client().post(f"{links[1]}/1/open")
    frozen.advance(days=1)
    assert len(notices(world)) == 1


@pytest.mark.both_databases
def test_the_email_names_no_one_to_the_coordinator_and_no_one_who_was_removed(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    for link in sent_pack(world, sign_in):
        app.test_client().post(f"{link}/1/open")
    maria = next(row.id for row in rows(world, Stakeholder) if row.name == "Maria")
    sign_in(ANA).post("/sharing/stakeholders/remove", data={"who": maria})
    frozen.advance(days=1)
    [mail] = notices(world)
    assert "Someone who is no longer on your list" in mail.text
    assert "Maria" not in mail.text
    assert "- Bo, " in mail.text
    page = sign_in("coordinator@hub.example").get(f"/outbox/{mail.id}").text
    assert "Bo, Nov" not in page
    assert "Bo, Nov" in sign_in(ANA).get(f"/outbox/{mail.id}").text


@pytest.mark.both_databases
def test_openings_wait_while_email_to_the_person_bounces(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    with world.writing() as db:
        db.add(BouncedAddress(address_hash=lasting_hash(db, ANA), since=frozen.at, words="No such"))
    link = sent_pack(world, sign_in)[0]
    app.test_client().post(f"{link}/1/open")
    frozen.advance(days=1)
    assert notices(world) == []
    with world.writing() as db:
        db.execute(delete(BouncedAddress))
    frozen.advance(days=1)
    assert len(notices(world)) == 1


def test_an_email_about_openings_that_was_turned_off_cannot_be_sent_again(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    app.test_client().post(f"{sent_pack(world, sign_in)[0]}/1/open")
    frozen.advance(days=1)
    [mail] = notices(world)
    wish(sign_in, "")
    ana = sign_in(ANA)
    assert "turned off this kind of email" in ana.post(f"/outbox/{mail.id}/again", follow_redirects=True).text
    assert [row.state for row in rows(world, OutboxMessage) if row.id == mail.id] == [State.CANCELLED]
    wish(sign_in, "weekly")
    assert "The email will be sent again." in ana.post(f"/outbox/{mail.id}/again", follow_redirects=True).text


def test_a_person_who_moved_to_another_organization_hears_nothing_of_the_old_one(
    world: Database, app: Flask, sign_in: SignIn, frozen: FrozenClock
) -> None:
    wish(sign_in, "daily")
    link = sent_pack(world, sign_in)[0]
    app.test_client().post(f"{link}/1/open")
    with world.writing() as db:
        ana, otto = (
            db.scalars(select(Person).where(Person.email == email)).one() for email in (ANA, "otto@prairie.example")
        )
        ana.organization_id = otto.organization_id
    frozen.advance(days=1)
    assert notices(world) == []


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), st.sampled_from(Frequency))
def test_an_email_is_due_at_eight_of_the_latest_day_or_monday(local: datetime, every: Frequency) -> None:
    now = local.replace(tzinfo=NEW_YORK)
    moment = notice_moment(every, now, NEW_YORK)
    assert (moment.hour, moment.minute) == (8, 0)
    assert moment <= now
    assert now.replace(tzinfo=None) - moment.replace(tzinfo=None) < timedelta(
        days=7 if every is Frequency.WEEKLY else 1
    )
    assert every is Frequency.DAILY or moment.weekday() == 0
