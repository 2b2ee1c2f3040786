"""Every job of every role, with the mouse and with the keyboard alone; the main ones without scripts and on a phone.

Each mode uses its own people and resources, so that tests don't affect each other.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hub.library.extract.legacy import libreoffice
from tests.browser.conftest import PASSWORD, pictures_are_drawn
from tests.browser.hands import KeyboardUser, MouseUser, User, refresh_until
from tests.library import documents
from tests.serving import Hub, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
NewUser = Callable[..., User]

MODES: dict[str, tuple[type[User], dict[str, Any]]] = {
    "mouse": (MouseUser, {}),
    "keys": (KeyboardUser, {}),
    "no-scripts": (MouseUser, {"java_script_enabled": False}),
    "phone": (MouseUser, {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}),
}
EVERY_MODE = pytest.mark.parametrize("mode", MODES)
MOUSE_AND_KEYS = pytest.mark.parametrize("mode", ["mouse", "keys"])


@pytest.fixture
def new_user(open_as: OpenAs, mode: str) -> NewUser:
    """``new_user("bff@demo.example")``: a user of this mode who signed in; without an email address, a visitor."""

    def make_user(email: str = "", password: str = PASSWORD) -> User:
        kind, options = MODES[mode]
        user = kind(open_as("visitor", **options))
        user.page.goto("/")
        if email:
            _sign_in(user, email, password)
        return user

    return make_user


def _sign_in(user: User, email: str, password: str) -> None:
    user.go_to("Sign in")
    user.sees_page("Sign in")
    user.fill_in("Email address", email)
    user.fill_in("Password", password)
    user.press_button("Sign in")
    user.sees_page(re.compile("Hello"))


@EVERY_MODE
def test_a_visitor_finds_and_downloads_a_public_resource(new_user: NewUser, mode: str) -> None:
    visitor = new_user()
    visitor.search_for("compressed air forty plants")
    visitor.press(visitor.page.locator("main").get_by_role("link", name="Compressed air: forty plants").first)
    expect(visitor.page.locator("nav[aria-label=Breadcrumb]")).to_contain_text("Compressed air: forty plants")
    download = visitor.download("Download")
    assert download.suggested_filename == "compressed-air-forty-plants.pdf"
    assert download.path().read_bytes().startswith(b"%PDF")


@EVERY_MODE
def test_a_member_finds_the_right_slide_downloads_shares_and_reports_it(new_user: NewUser, mode: str, hub: Hub) -> None:
    eventually(lambda: pictures_are_drawn(hub, "bayou-welding-cobots.pptx"), 300)
    member = new_user("contributor@demo.example")
    member.search_for("aluminum porosity rust")
    member.press(member.page.locator("main").get_by_role("link", name="Slide 7", exact=True))
    member.page.wait_for_url(re.compile(r"/resources/\d+/pages/7\?"))
    member.sees_page("The one under the tarp")
    expect(member.page.locator("mark").filter(has_text="porosity").first).to_be_visible()
    assert member.download("Download").suggested_filename == "bayou-welding-cobots.pptx"

    member.follow_link("Share this slide")
    member.sees_page(re.compile("Forward"))
    expect(member.field("Page or slide number")).to_have_value("7")
    slide_link = _create_link(member)
    expect(member.field("Text for your email")).to_have_value(re.compile(re.escape(slide_link)))
    member.fill_in("Shared with", f"Our yards, by {mode}")
    member.fill_in("About how many people", "12")
    member.select("How it was shared", "Newsletter")
    member.press_button("Report sharing")
    member.sees_status("Sharing reported.")

    member.follow_breadcrumb("Cobots in small yards: nine arms, one tarp")
    member.sees_page("Cobots in small yards: nine arms, one tarp")
    member.follow_link("Forward")
    member.sees_page(re.compile("Forward"))
    resource_link = _create_link(member)

    recipient = new_user()
    _open(recipient, slide_link, "The one under the tarp")
    if libreoffice():
        expect(recipient.page.locator("main img")).to_have_js_property("naturalWidth", 1200)
    expect(recipient.page.get_by_role("button", name="Download")).to_have_count(0)
    _open(recipient, resource_link, "Who programs")
    download = recipient.download("Download file", "button")
    assert download.path().stat().st_size > 10_000


def _create_link(user: User) -> str:
    user.press_button("Create link")
    expect(user.field("Link")).to_be_visible()
    return user.field("Link").input_value()


def _open(recipient: User, link: str, text: str) -> None:
    """Open a share link; its content is shown only after the View button was pressed."""
    recipient.page.goto(link)
    recipient.sees_page("Cobots in small yards: nine arms, one tarp")
    expect(recipient.page.locator("main")).to_contain_text("Keisha Broadnax of Lakeshore Forge")
    expect(recipient.page.get_by_text(text)).to_have_count(0)
    expect(recipient.page.locator("main img")).to_have_count(0)
    recipient.press_button(re.compile("^View"))
    expect(recipient.page.get_by_text(text).first).to_be_visible()


@EVERY_MODE
def test_a_bff_adds_a_deck_a_briefing_and_call_notes(new_user: NewUser, mode: str, tmp_path: Path) -> None:
    bff = new_user("bff@demo.example")
    deck = documents.three_slides(tmp_path / f"Die casting {mode}.pptx")
    briefing = documents.pdf(tmp_path / f"NOFO briefing {mode}.pdf", "Grants for die casting", "Apply by May")
    notes = tmp_path / f"Call notes 2026-02-02 {mode}.md"
    notes.write_text(f"# Who came to the call by {mode}\n\nTwelve shops.\n")
    bff.go_to("Add")
    bff.sees_page("Add a resource")
    bff.choose_files("Files", deck, briefing, notes)
    if mode != "no-scripts":
        expect(bff.page.locator("#upload-all-words")).to_contain_text("3 files uploaded", timeout=60_000)
    bff.fill_in("Summary", f"From the call, by {mode}")
    bff.check(bff.page.get_by_label("Supply Chain Support"))
    bff.press_button("Add to the hub")
    bff.sees_page("Added resources")
    if mode == "no-scripts":  # with scripts, the page updates automatically
        refresh_until(bff.page, "All resources have been processed.")
    expect(bff.page.get_by_role("status").filter(has_text="All resources have been processed.")).to_be_visible(
        timeout=60_000
    )
    expect(bff.page.get_by_text("3 slides, searchable")).to_be_visible()
    expect(bff.page.get_by_text("2 pages, searchable")).to_be_visible()
    expect(bff.page.get_by_role("cell", name="Call notes", exact=True)).to_be_visible()


@MOUSE_AND_KEYS
def test_a_bff_writes_a_text_adds_a_link_replaces_withdraws_and_restores(
    new_user: NewUser, mode: str, tmp_path: Path
) -> None:
    bff = new_user("june.akintola@supply-atlas.example")
    bff.go_to("Add")
    bff.follow_link("Write text")
    expect(bff.field("Text")).to_be_visible()
    bff.fill_in("Text", f"# Tooling round by {mode}\n\n1. **Inserts** are scarce.\n2. Ask Ana.")
    bff.check(bff.page.get_by_label("Briefing", exact=True))
    bff.press_button("Add to the hub")
    bff.sees_page(f"Tooling round by {mode}")
    expect(bff.page.locator("main strong").filter(has_text="Inserts")).to_be_visible()

    bff.go_to("Add")
    bff.follow_link("Add a link")
    expect(bff.field("Link")).to_be_visible()
    bff.fill_in("Link", f"https://supply-atlas.example/{mode}")
    bff.fill_in("Title", f"The atlas by {mode}")
    bff.press_button("Add to the hub")
    bff.sees_page(f"The atlas by {mode}")
    expect(bff.page.get_by_role("link", name=f"Open https://supply-atlas.example/{mode}")).to_be_visible()

    bff.go_to("Add")
    bff.sees_page("Add a resource")
    bff.choose_files("Files", documents.pdf(tmp_path / f"Plan of {mode}.pdf", f"The first plan by {mode}"))
    bff.press_button("Add to the hub")
    bff.sees_page(f"Plan of {mode}")
    bff.follow_link("Replace content")
    bff.sees_page(re.compile("Replace the content"))
    bff.choose_files("New file", documents.pdf(tmp_path / f"Better plan of {mode}.pdf", f"The better plan by {mode}"))
    bff.fill_in("Revision note", "Numbers corrected")
    bff.press_button("Replace content")
    bff.sees_status("Content replaced.")
    expect(bff.page.get_by_text("Numbers corrected")).to_be_visible()
    assert bff.download("Download revision 1").suggested_filename == f"Plan of {mode}.pdf"
    bff.follow_link("Withdraw")
    bff.sees_page(re.compile("Withdraw"))
    bff.fill_in("Reason", "Sent too early")
    bff.press_button("Withdraw resource")
    bff.sees_status("Only its organization and the coordinator can see it.")
    bff.press_button("Restore resource")
    bff.sees_status("Restored.")


REPRESENTATIVES = {
    "mouse": "erik.sorensen@prairie-implement.example",
    "keys": "representative@demo.example",
    "no-scripts": "lucia.armijo@redmesa-aero.example",
    "phone": "naomi.fujita@cascade-clean.example",
}


@EVERY_MODE
def test_a_representative_confirms_a_quarter_from_the_home_page(new_user: NewUser, mode: str) -> None:
    representative = new_user(REPRESENTATIVES[mode])
    quarter = _confirm(representative, f"Our forty shops, by {mode}")
    expect(representative.page.locator("main")).to_contain_text(f"Shared with Our forty shops, by {mode}")
    expect(representative.page.locator("h1")).to_contain_text(quarter)


def _confirm(user: User, shared_with: str) -> str:
    """Confirm the quarter that the home page offers, and return its name."""
    card = user.page.locator(".quarter-card").first
    user.press(card.get_by_role("link"))
    user.sees_page(re.compile("^Confirm"))
    quarter = (user.page.locator("h1").text_content() or "").removeprefix("Confirm ").strip()
    user.fill_in("Shared with", shared_with)
    user.press_button(f"Confirm {quarter}")
    user.sees_status(f"{quarter} is confirmed. Thank you.")
    return quarter


@pytest.mark.parametrize("mode", ["keys"])
def test_confirming_a_quarter_takes_few_key_presses_from_sign_in(
    new_user: NewUser, mode: str, record_property: Callable[[str, object], None]
) -> None:
    """At one key a second, slower than anyone types, a minute of the three is left to read the pages."""
    user = new_user("priya.ramanathan@harborline-hub.example")
    _confirm(user, "Our port shops")
    assert isinstance(user, KeyboardUser)
    record_property("moves", user.moves)
    print(f"\nFrom sign-in to a confirmed quarter: {user.moves} moves, {user.letters} letters.")  # noqa: T201 - shown by pytest -rP
    assert user.moves <= 40
    assert user.moves + user.letters <= 120


@MOUSE_AND_KEYS
def test_a_representative_confirms_nothing_to_share_and_corrects_it(new_user: NewUser, mode: str) -> None:
    emails = {"mouse": "linnea.hauge@northwoods-packaging.example", "keys": "marcus.tolliver@delta-crossing.example"}
    representative = new_user(emails[mode])
    representative.go_to("Sharing")
    representative.sees_page(re.compile("Sharing:"))
    representative.press(representative.page.get_by_role("link", name=re.compile("^Confirm Q")).first)
    representative.sees_page(re.compile("^Confirm"))
    quarter = (representative.page.locator("h1").text_content() or "").removeprefix("Confirm ").strip()
    representative.check(representative.page.get_by_role("radio", name="There was nothing to share"))
    representative.fill_in("Reason, if there was nothing to share", "The office was closed")
    representative.press_button(f"Confirm {quarter}")
    contradicted = f"You confirmed that there was nothing to share in {quarter}, but the sharing log lists"
    statuses = {"mouse": contradicted, "keys": f"{quarter} is confirmed: nothing to share. Thank you."}
    representative.sees_status(statuses[mode])
    expect(representative.page.locator("main")).to_contain_text("Nothing to share. The office was closed")
    representative.follow_link("Edit confirmation")
    representative.sees_page(f"Confirm {quarter}")
    representative.check(representative.page.get_by_role("radio", name="We shared the resources checked below"))
    representative.fill_in("Shared with", "The board, it turned out")
    representative.fill_in("Note", "The annual report, on paper")
    representative.press_button(f"Confirm {quarter}")
    representative.sees_status(f"{quarter} is confirmed.")
    expect(representative.page.get_by_role("heading", name="Replaced")).to_be_visible()


@MOUSE_AND_KEYS
def test_a_representative_invites_a_colleague_and_makes_them_alternate(new_user: NewUser, mode: str) -> None:
    emails = {"mouse": "elko.davenport@basin-range.example", "keys": "simone.achterberg@orir.example"}
    representative = new_user(emails[mode])
    representative.go_to("People")
    representative.sees_page("People")
    representative.follow_link("Add person")
    representative.fill_in("Name", f"Nia Colleague {mode}")
    representative.fill_in("Email address", f"nia.{mode}@colleagues.example")
    representative.press_button("Add person and create link")
    representative.sees_status(f"to give Nia Colleague {mode} the link.")

    invitation = _link_for(new_user("coordinator@demo.example"), f"Nia Colleague {mode}", "Create invitation link")
    colleague = new_user()
    _accept(colleague, invitation, PASSWORD)
    expect(colleague.page.get_by_role("heading", level=1)).to_have_text(f"Hello, Nia Colleague {mode}")

    representative.select("Role", "Alternate")
    representative.press_button("Change role")
    representative.sees_status(f"Nia Colleague {mode}’s role is now Alternate.")
    colleague = new_user(f"nia.{mode}@colleagues.example")  # a new role ends the sessions of the former one
    colleague.press(colleague.page.locator(".quarter-card").first.get_by_role("link"))
    expect(colleague.page.locator("h1")).to_be_visible()


def _link_for(coordinator: User, name: str, button: str) -> str:
    """Return the link to sign in that the coordinator creates for a person."""
    coordinator.go_to("People")
    coordinator.search_for(name)
    coordinator.follow_link(name)
    coordinator.press_button(button)
    coordinator.sees_page(re.compile(f"link for {name}"))
    return coordinator.field("Link").input_value()


def _accept(user: User, invitation: str, password: str = "seven brave castings") -> None:
    user.page.goto(invitation)
    user.sees_page("Welcome to the hub")
    user.fill_in("New password", password)
    user.fill_in("Repeat password", password)
    user.press_button("Set password and sign in")
    user.sees_status("Password set. You’re signed in.")


@MOUSE_AND_KEYS
def test_an_alternate_confirms_too(new_user: NewUser, mode: str) -> None:
    emails = {
        "mouse": "sanjay.mehrotra@millstream-precision.example",
        "keys": "luis.betancourt@piedmont-threads.example",
    }
    alternate = new_user(emails[mode])
    _confirm(alternate, f"Our textile shops, by {mode}")
    expect(alternate.page.locator("main")).to_contain_text("alternate")


@MOUSE_AND_KEYS
def test_the_board_filters_organizations_and_downloads_the_csv(new_user: NewUser, mode: str) -> None:
    board = new_user("board@demo.example")
    board.go_to("Board")
    board.sees_page("Board")
    board.select("Kind", "BFFs")
    board.press_button("Filter")
    board.page.wait_for_url("**/board?*kind=bff*")
    table = board.page.get_by_role("table").first
    expect(table).to_contain_text("Supply Atlas")
    expect(table).not_to_contain_text("Lakeshore")
    csv = board.download("Download CSV").path().read_text()
    assert "Supply Atlas" in csv
    assert "Lakeshore" not in csv
    board.press(table.get_by_role("link", name=re.compile("Supply Atlas")))
    board.sees_page(re.compile("Supply Atlas"))
    quarters = board.page.get_by_role("table").first
    board.press(quarters.get_by_role("link").first)
    board.sees_page(re.compile(r"^Sharing in Q\d 20\d\d: Supply Atlas"))


@MOUSE_AND_KEYS
def test_the_coordinator_runs_the_alliance(new_user: NewUser, mode: str) -> None:
    coordinator = new_user("coordinator@demo.example")
    name = f"Fox Valley Tooling {mode}"
    coordinator.go_to("Organizations")
    coordinator.sees_page("Organizations")
    coordinator.follow_link("Add organization")
    coordinator.sees_page("Add organization")
    coordinator.fill_in("Name", name)
    coordinator.fill_in("Region", "Upper Midwest")
    coordinator.fill_in("Joined on", "2026-01-05")
    coordinator.press_button("Save organization")
    coordinator.sees_status(f"{name} added.")
    coordinator.follow_link("Invite a representative")
    coordinator.sees_page(re.compile("Add person"))
    coordinator.fill_in("Name", f"Otis Fox {mode}")
    coordinator.fill_in("Email address", f"otis.{mode}@foxvalley.example")
    coordinator.press_button("Add person and create link")
    coordinator.sees_page(f"Invitation link for Otis Fox {mode}")
    representative = new_user()
    _accept(representative, coordinator.field("Link").input_value())
    representative.go_to("People")
    representative.sees_page("People")

    coordinator.go_to("Board")
    coordinator.sees_page("Board")
    coordinator.select(re.compile("^Standing in"), "Silent")
    coordinator.press_button("Filter")
    coordinator.page.wait_for_url("**/board?*standing=silent*")
    expect(coordinator.page.get_by_role("table").first).to_contain_text(name)


@MOUSE_AND_KEYS
def test_the_coordinator_withdraws_checks_the_audit_log_and_resets_a_password(
    new_user: NewUser, mode: str, hub: Hub
) -> None:
    path = documents.pdf(hub.folder / f"leaked-{mode}.pdf", "Not for everyone")
    command = hub.command("import", str(path), "--organization", "piedmont", "--kind", "resource", "--json")
    number = json.loads(command.stdout)["imported"][0]["resource"]
    coordinator = new_user("coordinator@demo.example")
    coordinator.page.goto(f"/resources/{number}")
    coordinator.follow_link("Withdraw")
    coordinator.sees_page(re.compile("^Withdraw"))
    coordinator.fill_in("Reason", f"It names a customer, {mode}")
    coordinator.press_button("Withdraw resource")
    coordinator.sees_status("Withdrawn.")
    coordinator.go_to("Audit log")
    coordinator.sees_page("Audit log")
    coordinator.search_for("withdrew")
    rows = coordinator.page.get_by_role("row").filter(has_text="withdrew the resource")
    expect(rows.filter(has_text=f"It names a customer, {mode}")).to_be_visible()

    name = {"mouse": "Billie Cantrell", "keys": "Casey Ruhl"}[mode]
    person = new_user()
    person.page.goto(_link_for(coordinator, name, "Create password link"))
    person.sees_page("Set a new password")
    person.fill_in("New password", "nine old hammers")
    person.fill_in("Repeat password", "nine old hammers")
    person.press_button("Set password and sign in")
    person.sees_page(f"Hello, {name}")
