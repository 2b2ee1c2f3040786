"""The library's pages: add, read, edit, replace, withdraw."""

import io
import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.core.audit import Entry
from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Audience
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import SignIn, a_person, a_resource, an_organization

NOTES = b"# Workforce call\n\nAna spoke about apprenticeships.\n\n# Follow-ups\n\nSend the toolkit."


@dataclass
class People:
    """The email addresses of a person at each of two members, and of the coordinator."""

    ana: str = "ana@lakeshore.example"
    bo: str = "bo@rivers.example"
    coordinator: str = "cy@amcc.example"


@pytest.fixture
def people(database: Database) -> People:
    people = People()
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, people.coordinator)
        a_person(db, an_organization(db, "Lakeshore Forge"), Role.CONTRIBUTOR, people.ana)
        a_person(db, an_organization(db, "Three Rivers"), Role.REPRESENTATIVE, people.bo)
    return people


def _form(*uploads: tuple[str, bytes], **fields: object) -> dict[str, object]:
    form: dict[str, object] = {"kind": "resource", "audience": "network"} | fields
    if uploads:
        form["files"] = [(io.BytesIO(content), name) for name, content in uploads]
    return form


def _add(browser: FlaskClient, *uploads: tuple[str, bytes], **fields: object) -> TestResponse:
    return browser.post("/resources/new", data=_form(*uploads, **fields), follow_redirects=True)


def test_an_uploaded_file_is_listed_at_once_and_has_pages_after_the_worker_reads_it(
    sign_in: SignIn, people: People, database: Database
) -> None:
    browser = sign_in(people.ana)
    answer = _add(browser, ("call_notes.md", NOTES), kind="call-notes", topics="workforce", tags="CMMC, Apprentices")
    assert answer.status_code == 200
    assert "Processing." in answer.text
    assert "call notes" in answer.text
    page_texts.catch_up(database)
    page = browser.get(answer.request.path)
    assert "2 sections" in page.text
    assert "Section 2: Follow-ups" in page.text
    assert "Workforce and Training" in page.text
    section = browser.get(f"{answer.request.path}/pages/2")
    assert "Send the toolkit." in section.text
    assert 'rel="prev"' in section.text


def test_each_of_several_files_becomes_a_resource(sign_in: SignIn, people: People, database: Database) -> None:
    answer = _add(sign_in(people.ana), ("one.txt", b"first text"), ("two.txt", b"second text"), title="Ignored")
    assert answer.status_code in {200, 404}  # another room has the list of newest resources
    with database.reading() as db:
        assert set(db.scalars(select(Resource.title))) == {"one", "two"}


@pytest.mark.both_databases
def test_a_duplicate_file_gives_a_warning_with_a_link_and_a_choice(
    sign_in: SignIn, people: People, database: Database
) -> None:
    browser = sign_in(people.ana)
    _add(browser, ("toolkit.md", NOTES), title="The toolkit")
    again = _add(browser, ("copy.md", NOTES), summary="My summary stays")
    assert again.status_code == 422
    assert "This file is already in the hub" in again.text
    assert "The toolkit" in again.text
    assert "My summary stays" in again.text
    fields = _hidden(again.text)
    added = browser.post("/resources/new", data=_form(title="Copy") | fields, follow_redirects=True)
    assert added.status_code == 200
    with database.reading() as db:
        assert set(db.scalars(select(Resource.title))) == {"The toolkit", "Copy"}


def _hidden(html: str) -> dict[str, str]:
    page = BeautifulSoup(html, "lxml")
    return {
        str(field["name"]): str(field["value"])
        for field in page.find_all("input")
        if field.get("name") in {"kept", "warned"}
    }


def test_a_duplicate_that_the_person_may_not_read_is_not_revealed(
    sign_in: SignIn, people: People, database: Database
) -> None:
    _add(sign_in(people.bo), ("plan.md", NOTES), title="Secret plan", audience="organization")
    answer = _add(sign_in(people.ana), ("plan.md", NOTES))
    assert answer.status_code == 200
    assert "Secret plan" not in answer.text


def test_an_uploaded_file_is_kept_when_the_form_has_errors(sign_in: SignIn, people: People, database: Database) -> None:
    browser = sign_in(people.ana)
    refused = _add(browser, ("notes.md", NOTES), ("virus.exe", b"MZ"))
    assert refused.status_code == 422
    assert "virus.exe" in refused.text
    assert "The hub doesn’t accept the file type of “virus.exe”" in refused.text
    kept = browser.post("/resources/new", data=_form() | _hidden(refused.text), follow_redirects=True)
    assert kept.status_code == 200
    with database.reading() as db:
        assert list(db.scalars(select(Resource.title))) == ["notes"]


def test_another_persons_kept_file_cannot_be_claimed(sign_in: SignIn, people: People, database: Database) -> None:
    refused = _add(sign_in(people.bo), ("notes.md", NOTES), ("virus.exe", b"MZ"))
    answer = _add(sign_in(people.ana), **_hidden(refused.text))
    assert answer.status_code == 422
    with database.reading() as db:
        assert db.scalar(select(Resource.id)) is None


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (("empty.pdf", b""), "is empty"),
        (("../../etc/passwd.exe", b"x"), "doesn’t accept the file type"),
    ],
)
def test_a_bad_file_is_refused_with_advice(
    sign_in: SignIn, people: People, upload: tuple[str, bytes], words: str
) -> None:
    answer = _add(sign_in(people.ana), upload)
    assert answer.status_code == 422
    assert words in answer.text


def test_submitting_without_a_file_says_so(sign_in: SignIn, people: People) -> None:
    answer = _add(sign_in(people.ana))
    assert answer.status_code == 422
    assert "Choose at least one file." in answer.text


def test_a_briefing_can_be_typed_and_its_items_become_pages(
    sign_in: SignIn, people: People, database: Database
) -> None:
    body = "Good week!\n\n1. CHIPS funds open\n2. CMMC webinar on Friday\n3. Site visit <script>alert(1)</script>\n"
    browser = sign_in(people.ana)
    answer = browser.post(
        "/resources/new?by=text", data=_form(title="AMCC Update", kind="briefing", body=body), follow_redirects=True
    )
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    page_texts.catch_up(database)
    page = browser.get(answer.request.path)
    assert "3 items" in page.text
    assert "CMMC webinar on Friday" in browser.get(f"{answer.request.path}/pages/2").text


def test_only_web_links_can_be_added(sign_in: SignIn, people: People) -> None:
    browser = sign_in(people.ana)
    refused = browser.post("/resources/new?by=link", data=_form(title="Recording", url="javascript:alert(1)"))
    assert refused.status_code == 422
    assert "starts with https://" in refused.text
    added = browser.post(
        "/resources/new?by=link", data=_form(title="Recording", url="https://example.org/call"), follow_redirects=True
    )
    assert 'href="https://example.org/call"' in added.text


def test_a_link_needs_a_title(sign_in: SignIn, people: People) -> None:
    answer = sign_in(people.ana).post("/resources/new?by=link", data=_form(url="https://example.org"))
    assert answer.status_code == 422
    assert "Enter a title" in answer.text


@pytest.mark.both_databases
def test_details_can_be_edited_and_the_edit_is_audited(sign_in: SignIn, people: People, database: Database) -> None:
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        resource = a_resource(db, lakeshore, "Old title", topics=["trade", "exports"])
        version = resource.version
    browser = sign_in(people.ana)
    assert "exports" in browser.get(f"/resources/{resource.id}/edit").text
    form = _form(title="New title", topics=["trade", "workforce"], tags="Exports; FDI", published_on="2025-02-03")
    answer = browser.post(f"/resources/{resource.id}/edit", data=form, follow_redirects=True)
    assert "New title" in answer.text
    assert "Feb 3, 2025" in answer.text
    with database.reading() as db:
        changed = db.get_one(Resource, resource.id)
        assert changed.version > version
        entry = db.scalar(select(Entry).where(Entry.action == "edited the resource"))
        assert entry is not None
        assert entry.details["before"]["title"] == "Old title"


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "x" * 301}, {"published_on": "1666-01-01"}, {"kind": "song"}]
)
def test_an_invalid_detail_is_refused_and_the_form_keeps_its_values(
    sign_in: SignIn, people: People, database: Database, wrong: dict[str, str]
) -> None:
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        resource = a_resource(db, lakeshore)
    form = _form(title="A title", summary="typed with care") | wrong
    answer = sign_in(people.ana).post(f"/resources/{resource.id}/edit", data=form)
    assert answer.status_code == 422
    assert "typed with care" in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.both_databases
def test_replacing_keeps_the_old_revision_and_the_address(sign_in: SignIn, people: People, database: Database) -> None:
    browser = sign_in(people.ana)
    address = _add(browser, ("plan.txt", b"the first plan")).request.path
    data = {"files": [(io.BytesIO(b"the second plan"), "plan2.txt")], "note": "Numbers corrected"}
    answer = browser.post(f"{address}/replace", data=data, follow_redirects=True)
    assert answer.request.path == address
    assert "Numbers corrected" in answer.text
    assert "Download revision 1" in answer.text
    page_texts.catch_up(database)
    assert "the second plan" in browser.get(f"{address}/pages/1").text
    with database.reading() as db:
        hashes = list(db.scalars(select(Revision.sha256).order_by(Revision.number)))
    assert [originals.path_of(database.config, str(sha)).read_bytes() for sha in hashes] == [
        b"the first plan",
        b"the second plan",
    ]


def test_a_replacement_file_need_not_be_sent_again_after_a_form_error(sign_in: SignIn, people: People) -> None:
    browser = sign_in(people.ana)
    address = _add(browser, ("plan.txt", b"the first plan")).request.path
    data = {"files": [(io.BytesIO(b"the second plan"), "plan2.txt")], "note": "n" * 501}
    refused = browser.post(f"{address}/replace", data=data)
    assert refused.status_code == 422
    assert "plan2.txt is already uploaded." in refused.text
    match = re.search(r'name="kept" value="([^"]+)"', refused.text)
    assert match
    other_person = sign_in(people.bo).post(f"{address}/replace", data={"kept": match[1]})
    assert other_person.status_code == 403
    done = browser.post(f"{address}/replace", data={"kept": match[1], "note": "Shorter"}, follow_redirects=True)
    assert "Content replaced. The earlier revision is still available." in done.text
    assert "plan2.txt" in done.text


def test_widening_the_audience_opens_only_the_current_revision(
    sign_in: SignIn, people: People, database: Database, client: FlaskClient
) -> None:
    ana, bo = sign_in(people.ana), sign_in(people.bo)
    address = _add(ana, ("plan.txt", b"with names"), audience="organization").request.path

    def replace(content: bytes) -> None:
        ana.post(f"{address}/replace", data={"files": [(io.BytesIO(content), "plan.txt")]})

    def open_to(audience: str) -> None:
        facts = {"title": "Plan", "kind": "resource", "audience": audience}
        assert ana.post(f"{address}/edit", data=facts).status_code == 302

    def readable(browser: FlaskClient) -> list[int]:
        answers = {n: browser.get(f"{address}/download?revision={n}", buffered=True).status_code for n in (1, 2, 3)}
        page = browser.get(address).text
        listed = [n for n in answers if f"Download revision {n}" in page]
        available = [n for n, status in answers.items() if status == 200]
        assert listed == (available if len(available) > 1 else []), "exactly the listed revisions can be downloaded"
        return available

    replace(b"without names")
    open_to("network")
    assert (readable(ana), readable(bo), readable(client)) == ([1, 2], [2], [])
    replace(b"for all the world")
    open_to("public")
    assert (readable(ana), readable(bo), readable(client)) == ([1, 2, 3], [2, 3], [3])
    assert client.get(f"{address}/pages/1/image?revision=2").status_code == 302
    open_to("organization")
    open_to("public")
    assert (readable(ana), readable(bo), readable(client)) == ([1, 2, 3], [3], [3]), (
        "narrowing applies to all revisions"
    )


@pytest.mark.both_databases
def test_withdrawing_hides_a_resource_and_restoring_shows_it(
    sign_in: SignIn, people: People, database: Database
) -> None:
    ana, bo = sign_in(people.ana), sign_in(people.bo)
    address = _add(ana, ("plan.txt", b"a plan")).request.path
    assert bo.get(address).status_code == 200
    assert ana.post(f"{address}/withdraw", data={"reason": ""}).status_code == 422
    withdrawn = ana.post(f"{address}/withdraw", data={"reason": "Outdated"}, follow_redirects=True)
    assert "Outdated" in withdrawn.text
    assert bo.get(address).status_code == 404
    assert sign_in(people.coordinator).get(address).status_code == 200
    ana.post(f"{address}/restore")
    assert bo.get(address).status_code == 200


def test_other_organizations_cannot_change_a_resource(sign_in: SignIn, people: People) -> None:
    address = _add(sign_in(people.ana), ("plan.txt", b"a plan")).request.path
    bo = sign_in(people.bo)
    for page in ("edit", "replace", "withdraw"):
        assert bo.get(f"{address}/{page}").status_code == 403
        assert bo.post(f"{address}/{page}", data={"reason": "x", "title": "x"}).status_code == 403
    for act in ("restore", "read-again"):
        assert bo.post(f"{address}/{act}").status_code == 403


@pytest.mark.both_databases
def test_the_audience_decides_who_reads(
    sign_in: SignIn, people: People, database: Database, client: FlaskClient
) -> None:
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        public = a_resource(db, lakeshore, "For all", audience=Audience.PUBLIC)
        network = a_resource(db, lakeshore, "For the network")
        own = a_resource(db, lakeshore, "For us", audience=Audience.ORGANIZATION)
    expected = {
        public.id: (200, 200, 200, 200),
        network.id: (302, 200, 200, 200),
        own.id: (302, 404, 200, 200),
    }
    browsers = (client, sign_in(people.bo), sign_in(people.ana), sign_in(people.coordinator))
    for resource_id, statuses in expected.items():
        for path in (f"/resources/{resource_id}", f"/resources/{resource_id}/pages/1"):
            answers = tuple(browser.get(path).status_code for browser in browsers)
            assert answers == statuses, path
    missing = client.get("/resources/999/pages/1")
    assert missing.location == f"/sign-in?next={quote('/resources/999/pages/1')}", "a visitor learns nothing"


def test_the_coordinator_adds_for_any_organization(sign_in: SignIn, people: People, database: Database) -> None:
    _add(sign_in(people.coordinator), ("plan.txt", b"a plan"), organization="three-rivers")
    with database.reading() as db:
        owner = db.scalar(select(Organization.slug).join(Resource, Resource.organization_id == Organization.id))
    assert owner == "three-rivers"


def test_a_contributor_can_add_only_for_their_own_organization(
    sign_in: SignIn, people: People, database: Database
) -> None:
    _add(sign_in(people.ana), ("plan.txt", b"a plan"), organization="three-rivers")
    with database.reading() as db:
        owner = db.scalar(select(Organization.slug).join(Resource, Resource.organization_id == Organization.id))
    assert owner == "lakeshore-forge"


NAUGHTY = ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "Ω 👩‍🏭 \u202eabc", "%s%n"]


@pytest.mark.both_databases
@pytest.mark.parametrize("typed", NAUGHTY)
def test_typed_text_is_shown_unchanged_and_never_runs(
    sign_in: SignIn, people: People, database: Database, typed: str
) -> None:
    browser = sign_in(people.ana)
    answer = _add(browser, ("plan.txt", b"a plan"), title=typed, summary=typed, tags=typed)
    page = BeautifulSoup(answer.text, "lxml")
    assert page.h1 is not None
    assert page.h1.get_text() == typed.replace("\u202e", "")
    assert page.find("img", attrs={"onerror": True}) is None
    assert all(not script.get_text().strip() for script in page.find_all("script"))


@pytest.mark.both_databases
def test_uploading_the_same_bytes_twice_stores_one_file(database: Database) -> None:
    first = originals.store(database.config, io.BytesIO(b"the same"))
    second = originals.store(database.config, io.BytesIO(b"the same"))
    assert first == second
    assert len(list(originals.all_stored(database.config))) == 1
