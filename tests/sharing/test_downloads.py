"""Downloads by people and by machines."""

from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Audience, Source
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.models import SharingEvent
from hub.sharing.rules.standing import Act
from tests.world import FrozenClock, SignIn, a_person, a_resource, an_organization

CONTENT = b"%PDF-1.4 " + bytes(range(256)) * 40


@pytest.fixture
def toolkit(database: Database, config: Config) -> int:
    """A community's toolkit for the network, with two file revisions; Ana and Ben are in another community."""
    with database.writing() as db:
        publisher = an_organization(db, "Lakeshore Forge")
        reader = an_organization(db, "Prairie Works")
        a_person(db, reader, email="ana@prairie.example")
        a_person(db, reader, email="ben@prairie.example", name="Ben")
        resource = a_resource(db, publisher, title="Toolkit")
        for number in (2, 3):
            add_file(db, config, resource, number, CONTENT + str(number).encode())
        return resource.id


def add_file(
    db: Session, config: Config, resource: Resource, number: int, content: bytes, name: str = "Plan für 2027.pdf"
) -> None:
    stored = originals.store(config, BytesIO(content))
    resource.revision_number = number
    db.add(
        Revision(
            resource_id=resource.id,
            number=number,
            source=Source.FILE,
            sha256=stored.sha256,
            size=stored.size,
            file_name=name,
            media_type="application/pdf",
            created_at=clock.now(),
        )
    )
    db.flush()


def take(browser: FlaskClient, address: str, **others: Any) -> TestResponse:
    return browser.get(address, buffered=True, **others)  # buffered: read to the end, and closed


def downloads(database: Database) -> list[SharingEvent]:
    with database.reading() as db:
        return list(db.scalars(select(SharingEvent).order_by(SharingEvent.id)))


@pytest.mark.both_databases
def test_a_download_gives_the_file_and_is_logged(toolkit: int, database: Database, sign_in: SignIn) -> None:
    answer = take(sign_in("ana@prairie.example"), f"/resources/{toolkit}/download")
    assert answer.status_code == 200
    assert answer.data == CONTENT + b"3"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "filename*=UTF-8''Plan%20f%C3%BCr%202027.pdf" in disposition
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "public" not in answer.headers["Cache-Control"]
    [event] = downloads(database)
    assert (event.act, event.resource_id, event.revision_number) == (Act.DOWNLOAD, toolkit, 3)
    assert event.person_id is not None
    assert event.organization_id is not None


def test_an_earlier_revision_is_downloaded_by_its_number(toolkit: int, database: Database, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    assert take(browser, f"/resources/{toolkit}/download?revision=2").data == CONTENT + b"2"
    assert [event.revision_number for event in downloads(database)] == [2]
    for nonsense in ("9", "x", "", "-1", "99999999999999999999"):
        assert take(browser, f"/resources/{toolkit}/download?revision={nonsense}").status_code == 404
    assert len(downloads(database)) == 1


def test_a_typed_text_comes_as_a_markdown_file(toolkit: int, sign_in: SignIn) -> None:
    answer = take(sign_in("ana@prairie.example"), f"/resources/{toolkit}/download?revision=1")
    assert answer.text == "One page of text."
    assert answer.mimetype == "text/markdown"
    assert "Toolkit.md" in answer.headers["Content-Disposition"]


@pytest.mark.both_databases
def test_ranges_are_served_and_count_as_one_download(toolkit: int, database: Database, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    parts = [
        take(browser, f"/resources/{toolkit}/download", headers={"Range": f"bytes={start}-{start + 999}"})
        for start in range(0, len(CONTENT) + 1, 1000)
    ]
    assert {part.status_code for part in parts} == {206}
    assert b"".join(part.data for part in parts) == CONTENT + b"3"
    assert len(downloads(database)) == 1


def test_a_range_outside_the_file_is_no_download(toolkit: int, database: Database, sign_in: SignIn) -> None:
    answer = take(sign_in("ana@prairie.example"), f"/resources/{toolkit}/download", headers={"Range": "bytes=999999-"})
    assert answer.status_code == 416
    assert downloads(database) == []


@pytest.mark.both_databases
def test_a_file_that_is_missing_from_the_storage_is_said_to_be_and_is_no_download(
    toolkit: int, database: Database, config: Config, sign_in: SignIn
) -> None:
    browser, address = sign_in("ana@prairie.example"), f"/resources/{toolkit}/download"
    tag = sha256(CONTENT + b"3").hexdigest()
    originals.path_of(config, tag).unlink()
    for headers in ({}, {"Range": "bytes=0-99"}, {"Range": "bytes=999999-"}, {"If-None-Match": f'"{tag}"'}):
        answer = take(browser, address, headers=headers)
        assert answer.status_code == 410, headers
        assert "The file is missing from the hub’s storage. Tell the coordinator" in answer.text
        assert answer.headers["Cache-Control"] == "private, no-store", "it may be restored"
        assert not {"ETag", "Accept-Ranges", "Content-Disposition"} & set(answer.headers.keys())
    with browser.head(address) as head:
        assert (head.status_code, head.data) == (410, b"")
    assert downloads(database) == []
    assert take(browser, f"{address}?revision=2").data == CONTENT + b"2", "other files are given"
    originals.store(config, BytesIO(CONTENT + b"3"))
    assert take(browser, address).data == CONTENT + b"3"
    assert len(downloads(database)) == 2


def test_an_unchanged_file_is_not_sent_again(toolkit: int, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    tag = take(browser, f"/resources/{toolkit}/download").headers["ETag"]
    again = take(browser, f"/resources/{toolkit}/download", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert sha256(CONTENT + b"3").hexdigest() in tag


@pytest.mark.both_databases
def test_one_event_per_person_and_hour(
    toolkit: int, database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = sign_in("ana@prairie.example"), sign_in("ben@prairie.example")
    for hour, minute in ((14, 0), (14, 59), (15, 0)):
        moment = datetime(2030, 5, 4, hour, minute, tzinfo=UTC)
        monkeypatch.setattr("hub.core.clock.now", lambda moment=moment: moment)
        monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
        take(ana, f"/resources/{toolkit}/download")
        take(ben, f"/resources/{toolkit}/download")
    assert len(downloads(database)) == 4


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("moment", "day", "quarter"),
    [
        (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), date(2026, 6, 30), "2026Q2"),  # still June in New York
        (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), date(2026, 7, 1), "2026Q3"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), date(2026, 12, 31), "2026Q4"),  # winter time
        (datetime(2027, 1, 1, 5, 0, tzinfo=UTC), date(2027, 1, 1), "2027Q1"),
        (datetime(2028, 3, 1, 4, 59, tzinfo=UTC), date(2028, 2, 29), "2028Q1"),  # a leap day
    ],
)
def test_the_hubs_time_zone_decides_the_day(
    toolkit: int,
    database: Database,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    moment: datetime,
    day: date,
    quarter: str,
) -> None:
    browser = sign_in("ana@prairie.example")
    monkeypatch.setattr("hub.core.clock.now", lambda: moment)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    take(browser, f"/resources/{toolkit}/download")
    [event] = downloads(database)
    assert (event.happened_on, event.quarter, event.recorded_at) == (day, quarter, moment)


def test_a_prefetch_is_not_logged(toolkit: int, database: Database, sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    head = browser.head(f"/resources/{toolkit}/download", buffered=True)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(CONTENT) + 1)
    for header in (
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ):
        assert take(browser, f"/resources/{toolkit}/download", headers=header).status_code == 503
    assert downloads(database) == []


def test_another_website_cannot_log_a_download_in_someones_name(
    toolkit: int, database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("ana@prairie.example")
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert take(browser, f"/resources/{toolkit}/download", headers=elsewhere).status_code == 200
    browser.get(f"/resources/{toolkit}/slides?pages=1", headers=elsewhere)
    assert downloads(database) == []
    for where in ("same-origin", "none"):
        assert take(browser, f"/resources/{toolkit}/download", headers={"Sec-Fetch-Site": where}).status_code == 200
    assert len(downloads(database)) == 1


def test_a_copy_that_a_visitor_has_already_is_not_counted_again(database: Database, client: FlaskClient) -> None:
    with database.writing() as db:
        resource = a_resource(db, an_organization(db), audience=Audience.PUBLIC).id
    first = take(client, f"/resources/{resource}/download")
    again = take(client, f"/resources/{resource}/download", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert len(downloads(database)) == 1


def test_a_visitors_download_is_logged_without_identity(database: Database, client: FlaskClient) -> None:
    with database.writing() as db:
        public = a_resource(db, an_organization(db), title="For all", audience=Audience.PUBLIC).id
        network = a_resource(db, an_organization(db)).id
    assert take(client, f"/resources/{public}/download").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    first = take(client, f"/resources/{public}/download", headers={"Range": "bytes=0-3"}, environ_overrides=elsewhere)
    assert first.status_code == 206
    third = {"REMOTE_ADDR": "192.0.2.2"}
    rest = take(client, f"/resources/{public}/download", headers={"Range": "bytes=4-"}, environ_overrides=third)
    assert rest.status_code == 206
    assert take(client, f"/resources/{network}/download").status_code == 302
    events = downloads(database)
    assert [(event.organization_id, event.person_id, event.resource_id) for event in events] == [
        (None, None, public)
    ] * 2
    assert not any("192.0.2" in str(event.once) or "127.0.0" in str(event.once) for event in events)


@pytest.mark.both_databases
def test_a_visitors_download_that_broke_off_counts_once_when_it_is_repeated(
    database: Database, client: FlaskClient, frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        owner = an_organization(db)
        first, second = (a_resource(db, owner, title=title, audience=Audience.PUBLIC).id for title in ("A", "B"))
    for _ in range(2):
        assert take(client, f"/resources/{first}/download").status_code == 200
    assert len(downloads(database)) == 1
    take(client, f"/resources/{second}/download")
    take(client, f"/resources/{first}/download", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert len(downloads(database)) == 3
    frozen_clock.advance(hours=1)
    take(client, f"/resources/{first}/download")
    assert len(downloads(database)) == 4


def test_no_one_downloads_what_they_may_not_read(database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        owner, other = an_organization(db), an_organization(db)
        host = an_organization(db, kind=OrganizationKind.HOST)
        for email, organization, role in (
            ("own@hub.example", owner, Role.CONTRIBUTOR),
            ("other@hub.example", other, Role.REPRESENTATIVE),
            ("coordinator@hub.example", host, Role.COORDINATOR),
        ):
            a_person(db, organization, role, email)
        private = a_resource(db, owner, audience=Audience.ORGANIZATION).id
    assert take(sign_in("own@hub.example"), f"/resources/{private}/download").status_code == 200
    assert take(sign_in("coordinator@hub.example"), f"/resources/{private}/download").status_code == 200
    assert take(sign_in("other@hub.example"), f"/resources/{private}/download").status_code == 404
    assert take(sign_in("other@hub.example"), "/resources/123456/download").status_code == 404
    assert len(downloads(database)) == 2


def test_a_link_has_no_file(database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        organization = an_organization(db)
        a_person(db, organization, email="ana@hub.example")
        resource = a_resource(db, organization)
        resource.revision_number = 2
        db.add(
            Revision(
                resource_id=resource.id,
                number=2,
                source=Source.LINK,
                url="https://recordings.example/7",
                created_at=clock.now(),
            )
        )
    answer = take(sign_in("ana@hub.example"), f"/resources/{resource.id}/download")
    assert answer.status_code == 422
    assert "is a link and has no file" in answer.text
    assert downloads(database) == []
