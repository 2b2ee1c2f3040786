"""Packs in a real browser with a local mail server: from the suggested resources to the confirmed quarter."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, a_demo_hub
from tests.mailserver import MailServer, ReceivedMail, a_mail_server
from tests.serving import Hub, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
NOTE = "Three things for the next owners' breakfast. Start with the grant."


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def hub(
    browser_type_launch_args: dict[str, Any],
    drawn_demo_pattern: Path,
    tmp_path_factory: pytest.TempPathFactory,
    mail_server: MailServer,
) -> Iterator[Hub]:
    """`hub serve` with the demo world and a mail server."""
    with a_demo_hub(drawn_demo_pattern, tmp_path_factory.mktemp("packs"), MAIL_URL=mail_server.url) as hub:
        yield hub


def create_and_send(page: Page) -> None:
    """Create a pack from the sharing page, and send it."""
    page.goto("/sharing")
    page.get_by_role("link", name="Create pack").click()
    page.get_by_role("button", name="Create pack").click()
    page.get_by_label(re.compile("^Note")).fill(NOTE)
    page.get_by_role("button", name=re.compile("^Move down")).first.click()
    page.get_by_label("Foundry owners").check()
    page.get_by_role("button", name="Preview pack").click()
    expect(page.frame_locator("iframe").get_by_text(NOTE)).to_be_visible()
    page.get_by_role("button", name="Send pack to 8 people").click()


def link_of(mail_server: MailServer, email: str) -> str:
    """Return the path of the pack's link in the message to this recipient."""
    [message] = [message for message in mail_server.to(email) if "/p/" in message.part("text/plain")]
    paths = re.findall(r"https?://[^/\s]+(/p/\w+)$", message.part("text/plain").replace("\r", ""), re.MULTILINE)
    return str(paths[-1])


def fits_the_width(page: Page) -> bool:
    """Return True if the page doesn't scroll sideways."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_pack_is_sent_opened_on_a_phone_asked_about_logged_and_confirmed(
    open_as: OpenAs, mail_server: MailServer
) -> None:
    rosa = open_as("representative")
    create_and_send(rosa)
    expect(rosa.get_by_text("Sent to 8 people")).to_be_visible(timeout=60_000)  # the page updates automatically
    assert len({message.recipient for message in mail_server.received if "/p/" in message.part("text/plain")}) == 8
    phone = open_as("visitor", **PHONE)
    phone.goto(link_of(mail_server, "ingrid@halvorsen-castings.example"))
    expect(phone.get_by_text(NOTE)).to_be_visible()
    assert fits_the_width(phone)
    phone.get_by_role("button", name=re.compile("^Open")).first.click()
    assert fits_the_width(phone)
    phone.get_by_role("button", name=re.compile("^Useful")).click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you")
    phone.get_by_role("link", name=re.compile("^Ask a question")).click()
    phone.get_by_label("Your question").fill("Does this hold for a shop of fourteen?")
    phone.get_by_role("button", name="Send question").click()
    expect(phone.get_by_role("status")).to_contain_text("Question sent. Rosa Peña can reply")
    text = "a shop of fourteen"  # the hub sends her other messages too
    to_rosa = partial(mail_server.to, "representative@demo.example")
    [question] = eventually(lambda: [message for message in to_rosa() if text in message.part("text/plain")])
    assert question.mail["Reply-To"] == "ingrid@halvorsen-castings.example"
    rosa.reload()
    expect(rosa.get_by_role("row", name=re.compile("Ingrid Halvorsen"))).to_contain_text("Opened by a person")
    expect(rosa.get_by_text("Does this hold for a shop of fourteen?")).to_be_visible()
    rosa.goto("/sharing")
    rosa.get_by_role("link", name=re.compile("^Confirm")).first.click()
    expect(rosa.get_by_label("Shared with")).to_have_value(re.compile("Foundry owners"))
    rosa.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(rosa.get_by_role("status").first).to_contain_text("is confirmed. Thank you.")


def test_a_pack_is_created_and_sent_without_scripts(open_as: OpenAs, mail_server: MailServer) -> None:
    tom = open_as("alternate", java_script_enabled=False)
    tom.goto("/sharing/packs/new")
    tom.get_by_role("button", name="Create pack").click()
    tom.get_by_label("Subject", exact=True).fill("Without scripts")
    tom.get_by_label(re.compile("^Title")).fill("melt")
    tom.get_by_role("button", name="Search", exact=True).last.click()
    tom.get_by_label("Only these pages").fill("3-5")
    tom.get_by_role("button", name=re.compile("^Add")).first.click()
    expect(tom.get_by_text("(slides 3 to 5)")).to_be_visible()
    tom.get_by_label("County and cities").check()
    tom.get_by_role("button", name="Preview pack").click()
    with tom.expect_navigation():
        tom.get_by_role("button", name="Send pack to 3 people").click()

    def is_sent() -> bool:
        tom.reload()
        return tom.get_by_text("Sent to 3 people").count() == 1

    eventually(is_sent)
    phone = open_as("visitor", **PHONE, java_script_enabled=False)
    phone.goto(link_of(mail_server, "ellen@lakecounty.example"))
    phone.get_by_role("button", name=re.compile("^Open.*slides 3 to 5")).click()
    expect(phone.get_by_role("heading", name=re.compile("^Slide 3"))).to_be_visible()


def test_a_recipient_unsubscribes_with_the_link_in_the_message(open_as: OpenAs, mail_server: MailServer) -> None:
    rosa = open_as("representative")
    rosa.goto("/sharing/stakeholders/import")
    rosa.get_by_label("Or paste a list").fill("Nils Berg <nils@berg-tools.example>")
    rosa.get_by_label("Add everyone to this group").fill("Tool makers")
    rosa.get_by_role("button", name="Preview import").click()
    expect(rosa.get_by_role("status")).to_contain_text("1 to add")
    rosa.get_by_role("button", name="Import 1 person").click()
    rosa.goto("/sharing/packs/new")
    rosa.get_by_label(re.compile("NOFO digest")).check()
    rosa.get_by_role("button", name="Create pack").click()
    rosa.get_by_label("Tool makers").check()
    rosa.get_by_role("button", name="Preview pack").click()
    rosa.get_by_role("button", name="Send pack to 1 person").click()
    [message] = eventually(lambda: mail_server.to("nils@berg-tools.example"))
    link = re.search(r"https?://[^/\s]+(/stop/\S+)", message.part("text/plain"))
    assert link
    nils = open_as("visitor", **PHONE)
    nils.goto(link[1])
    nils.get_by_role("button", name="Unsubscribe", exact=True).click()
    expect(nils.get_by_role("heading", name="You’re unsubscribed")).to_be_visible()
    rosa.goto("/sharing/stakeholders?q=nils")
    expect(rosa.get_by_role("row", name=re.compile("Nils Berg"))).to_contain_text("unsubscribed")


def test_a_reminder_leads_to_a_confirmed_quarter(open_as: OpenAs, hub: Hub, mail_server: MailServer) -> None:
    """As for a new representative: open the message, follow its link, sign in, fill in two fields, confirm."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as database:
        # No one has quiet hours, so the test passes at any time of day.
        database.execute("INSERT OR REPLACE INTO quiet_hours SELECT id, '00:00-00:00 America/New_York' FROM person")
    before = len(mail_server.received)
    coordinator = open_as("coordinator")
    coordinator.goto("/outbox/nudge")
    for organization in coordinator.locator("main").get_by_role("checkbox").all():
        organization.check()  # those who got a reminder today, in the demo world, get none
    coordinator.get_by_role("button", name="Send reminders").click()

    def reminders() -> list[ReceivedMail]:
        return [message for message in mail_server.received[before:] if "/confirm" in message.part("text/plain")]

    reminder = eventually(reminders)[0]
    link = re.search(r"https?://[^/\s]+(/sharing/\w+/confirm)", reminder.part("text/plain"))
    assert link
    page = open_as("visitor", **PHONE)
    page.goto(link[1])
    page.get_by_label("Email").fill(reminder.recipient)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirm Q")
    assert fits_the_width(page)
    page.get_by_label("Shared with").fill("Our shops, at the breakfast")
    page.get_by_role("textbox", name=re.compile("^Note")).fill("Read out the grant's dates")
    page.get_by_role("button", name=re.compile("^Confirm Q")).click()
    expect(page.get_by_role("status").first).to_contain_text("is confirmed. Thank you.")
