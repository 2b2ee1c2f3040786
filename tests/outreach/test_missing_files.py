"""What recipients get whose file is missing from the storage, and what is recorded of it."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Config
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.files import originals
from hub.library.rules import Kind
from hub.outreach.models import PackCount, PackTrace
from hub.sharing.models import SharingEvent
from tests.outreach.packs.drafting import a_draft
from tests.outreach.test_links import make_link
from tests.world import SignIn, a_person, an_organization, find_text


@pytest.mark.both_databases
def test_a_recipient_learns_that_the_file_is_missing_and_no_sharing_is_recorded(
    config: Config, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    stored = originals.store(config, BytesIO(b"alloys"))
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        ana = a_person(db, lakeshore, email="ana@lakeshore.example")
        facts = library_actions.Facts(kind=Kind.RESOURCE, title="Castings guide")
        resource = library_actions.add(db, ana, lakeshore, facts, library_actions.File(stored, "guide.md")).id
    browser = sign_in("ana@lakeshore.example")
    link = make_link(browser, resource)
    draft = a_draft(browser, (resource,))
    copied = browser.post(f"{draft}/channel", data={"channel": "newsletter"}, follow_redirects=True)
    pack = find_text(r"127\.0\.0\.1:8000(/p/[\w-]+)", copied.text)
    originals.path_of(config, stored.sha256).unlink()
    for address in (f"{link}/download", f"{pack}/1/download"):
        answer = client.post(address)
        assert answer.status_code == 410, answer.text
        assert "The file is missing from the hub’s storage" in answer.text
        assert _recorded(database) == 0
    originals.store(config, BytesIO(b"alloys"))
    for address in (f"{link}/download", f"{pack}/1/download"):
        assert client.post(address, buffered=True).data == b"alloys"
    assert _recorded(database) > 0


def _recorded(database: Database) -> int:
    with database.reading() as db:
        counts = [db.scalar(select(func.count()).select_from(model)) for model in (SharingEvent, PackTrace, PackCount)]
    return sum(count or 0 for count in counts)
