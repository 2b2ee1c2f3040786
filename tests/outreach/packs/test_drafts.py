"""Packs before they are sent: proposal, draft, preview."""

import re
from html import unescape

import pytest

from hub import worker
from hub.core.db import Database
from hub.mail.letters import NOT_SHOWN
from hub.outreach.models import Pack
from hub.outreach.rules.packs import PackState
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, links_in, ok, rows, send, work_on
from tests.world import SignIn


def checked(page: str) -> list[str]:
    """Return the ids of the checked resources on a page."""
    return re.findall(r'name="resources"[^>]* value="(\d+)" checked', page)


@pytest.mark.both_databases
def test_a_pack_is_proposed_by_topic_and_use(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    page = ok(ana.get("/sharing/packs/new"))
    assert re.findall(r'<legend class="h2">(.*?)</legend>', page) == [
        "Workforce and Training",
        "Supply Chain Support",
        "Other",
    ]
    assert len(checked(page)) == 3, "nothing was used yet, so the newest are checked"
    assert "Item 2" in page, "a single item of a weekly update can be chosen"
    ana.get("/resources/2/download")
    page = ok(ana.get("/sharing/packs/new"))
    assert "used once by your people" in page
    assert checked(page) == ["2"]
    draft = ok(ana.post("/sharing/packs/new", data={"resources": ["2"], "parts": ["3:2"]}, follow_redirects=True))
    assert "Weekly update (item 2)" in draft
    assert "Castings guide" in draft
    send(ana, "/sharing/packs/1")
    assert "already sent in a pack" in ok(ana.get("/sharing/packs/new"))


@pytest.mark.both_databases
def test_items_are_added_moved_and_removed_without_scripts(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)

    def order(page: str) -> list[str]:
        return [unescape(title) for title in re.findall(r'class="pack-what"><a [^>]*>(.*?)</a>', page)]

    assert order(work_on(ana, draft, "down-1")) == ["Castings guide", "Apprenticeships that last"]
    assert order(work_on(ana, draft, "save", **{"place-1": "1", "place-2": "5"})) == [
        "Apprenticeships that last",
        "Castings guide",
    ]
    assert "Weekly update" in work_on(ana, draft, "search", find="weekly")
    page = work_on(ana, draft, "add-1", part="slides 2 to 3")
    assert order(page)[-1] == "Apprenticeships that last (pages 2 to 3)"
    assert 'value="Worth a look"' in page
    assert "Two sentences. From us." in page
    assert order(work_on(ana, draft, "drop-2")) == [
        "Apprenticeships that last",
        "Apprenticeships that last (pages 2 to 3)",
    ]
    for part, sentence in (("7", "Page 7 wasn’t found"), ("seven", "7-9")):
        answer = ana.post(draft, data={"title": "Kept", "words": "kept too", "do": "add-1", "part": part})
        assert sentence in ok(answer, 422)
        assert "kept too" in answer.text, "nothing that was typed is lost"
    assert "no longer available" in ok(ana.post(draft, data={"title": "T", "do": "add-99"}), 422)


def test_the_preview_shows_exactly_what_is_sent(world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    page = work_on(ana, draft, "preview")
    assert "<strong>2 people</strong>" in page
    previewed = [ok(ana.get(f"{draft}/preview?recipient={place}")) for place in (1, 2)]
    texts = [unescape(re.search(r"<pre[^>]*>(.*?)</pre>", preview, re.DOTALL)[1]) for preview in previewed]  # type: ignore[index]
    html = ana.get(f"{draft}/mail?recipient=2")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert ana.get(links_in(texts[0])[0]).status_code == 404, "a link works only once the pack is sent"
    ok(ana.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
    worker.catch_up(world)
    for text, email in zip(texts, ("bo@shops.example", "maria@shops.example"), strict=True):
        [got] = mail_server.to(email)
        stop = str(got.mail["List-Unsubscribe"]).strip("<>")
        assert "/stop/" in stop
        assert got.part("text/plain").replace(stop, NOT_SHOWN).split() == text.split()
        assert "Ana Peña, Lakeshore" in str(got.mail["From"])
        assert got.mail["Reply-To"] == "ana@lakeshore.example"
        assert got.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail_server.to("maria@shops.example")[0].part("text/html").replace(stop, "#").split() == html.text.split()
    assert mail_server.to("cy@shops.example") == []


@pytest.mark.parametrize(
    ("fields", "form", "sentence"),
    [
        ({"groups": []}, {"when": "now"}, "Choose at least one group"),
        ({"groups": ["Nobody"]}, {"when": "now"}, "Choose at least one group"),
        ({}, {"when": "later"}, "Enter a date and time"),
        ({}, {"when": "later", "at": "2099-01-01T10:00"}, "within one year"),
    ],
)
def test_a_pack_that_cannot_be_sent_says_why(
    world: Database, sign_in: SignIn, fields: dict[str, object], form: dict[str, str], sentence: str
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save", **fields)
    assert sentence in ok(ana.post(f"{draft}/send", data=form), 422)
    assert [pack.state for pack in rows(world, Pack)] == [PackState.DRAFT]


def test_the_preview_asks_for_what_is_missing_and_nothing_is_lost(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana, ())
    page = work_on(ana, draft, "preview")
    assert "at least one resource" in page
    assert "Two sentences. From us." in page
    work_on(ana, draft, "add-1")
    assert "at least one group or person" in work_on(ana, draft, "preview", groups=[])
    assert "Email to Bo" in work_on(ana, draft, "preview")


def test_only_its_organization_sees_a_pack(sent: str, sign_in: SignIn) -> None:
    assert "Worth a look" in sign_in("dee@lakeshore.example").get("/sharing/packs").text
    for email in ("otto@prairie.example", "coordinator@hub.example"):
        browser = sign_in(email)
        assert "Worth a look" not in browser.get("/sharing/packs").text
        for path in ("", "/preview", "/mail", "/page", "/channel"):
            assert browser.get(f"/sharing/packs/1{path}").status_code == 404
        for path in ("", "/send", "/call-off", "/delete", "/channel"):
            assert browser.post(f"/sharing/packs/1{path}", data={"when": "now", "channel": "email"}).status_code == 404
    outbox = sign_in("coordinator@hub.example").get("/outbox").text
    assert "shops.example" not in outbox
