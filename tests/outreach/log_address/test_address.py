"""The page of the log address: create, replace, turn off."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.members.models import Organization, Person
from hub.outreach import spool
from hub.outreach.actions import log_address as log_address_actions
from hub.sharing.rules.logged_mail import Outcome
from tests.outreach import mails
from tests.outreach.log_address.arriving import DOMAIN, FILE, NOW, arrive, events, token_of
from tests.world import SignIn


@pytest.mark.both_databases
def test_the_page_creates_replaces_and_turns_off_the_address(
    world: dict[str, int], database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("ana@elsewhere.example")
    assert "/sharing/log-address" in browser.get("/sharing").text
    assert "Create log address" in browser.get("/sharing/log-address").text

    def shown(page: str) -> str:
        return str(re.findall(r'value="(log\+[a-z0-9]+@log\.hub\.example)"', page)[0])

    def takes(address: str) -> bool:
        with database.reading() as db:
            return log_address_actions.accepts(db, address)

    first = shown(browser.post("/sharing/log-address", follow_redirects=True).text)
    assert takes(first)
    assert takes(first.upper())
    second = shown(browser.post("/sharing/log-address", follow_redirects=True).text)
    assert (takes(first), takes(second)) == (False, True)
    browser.post("/sharing/log-address/end")
    assert not takes(second)
    for unknown in ("log+abcdefghjkmnpqrstuvwxy@log.hub.example", "log@log.hub.example", "ana@elsewhere.example", ""):
        assert not takes(unknown)


def test_people_who_left_can_no_longer_log(world: dict[str, int], database: Database) -> None:
    address = f"log+{token_of(database)}@{DOMAIN}"
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        assert log_address_actions.accepts(db, address)
        rita.left_at = clock.now()
    with database.reading() as db:
        assert not log_address_actions.accepts(db, address)
    assert log_address_actions.log_queued_mail(database, spool.QueuedMail((address,), NOW, mails.outlook(FILE))) == []


@pytest.mark.parametrize(("days", "takes"), [(0, True), (1, False)])
def test_the_log_address_of_an_organization_that_left_takes_no_mail(
    world: dict[str, int], database: Database, days: int, takes: bool
) -> None:
    address = f"log+{token_of(database)}@{DOMAIN}"
    with database.writing() as db:
        prairie = db.scalars(select(Organization).where(Organization.name == "Prairie Works")).one()
        prairie.periods[0].left_on = NOW.date() - timedelta(days=days)  # its last day
    with database.reading() as db:
        assert log_address_actions.accepts(db, address) is takes
    outcomes = log_address_actions.log_queued_mail(database, spool.QueuedMail((address,), NOW, mails.outlook(FILE)))
    assert outcomes == ([Outcome.LOGGED] if takes else [])
    assert len(events(database)) == len(outcomes)


def test_an_email_dated_before_its_organization_joined_counts_for_the_day_it_joined(
    world: dict[str, int], database: Database
) -> None:
    with database.writing() as db:
        prairie = db.scalars(select(Organization).where(Organization.name == "Prairie Works")).one()
        prairie.periods[0].joined_on = date(2026, 7, 6)
    for number, day in enumerate((5, 6, 7)):
        sent = datetime(2026, 7, day, 14, tzinfo=UTC)
        raw = mails.plain(
            f"https://hub.example.org/resources/{world['kit']} {number}", message_id=f"<{day}@x>", sent=sent
        )
        assert arrive(database, raw) == [Outcome.LOGGED]
    assert [event.happened_on.day for event in events(database)] == [6, 6, 7]


def test_without_a_mail_domain_the_page_says_that_log_addresses_are_off(
    database: Database, world: dict[str, int], sign_in: SignIn, config: Config
) -> None:
    browser = sign_in("rita@prairie.example")
    database.config = replace(config, MAIL_DOMAIN="")
    assert "are turned off" in browser.get("/sharing/log-address").text
    assert browser.post("/sharing/log-address").status_code == 422
