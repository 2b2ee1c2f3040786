"""What the tests of the viewer share: people, resources on their way, and pages as they are read."""

from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.derive.previews import making
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.rules import Audience, Kind
from hub.members.models import Organization
from tests.library import documents

OURS, THEIRS, COORDINATOR = "ana@lakeshore.example", "bo@rivers.example", "cy@amcc.example"


@dataclass
class World:
    """Two members, and what they add."""

    database: Database
    reader: Reader
    ours: Organization
    theirs: Organization

    def add(self, path: Path, audience: Audience = Audience.NETWORK, title: str = "A title of ours") -> int:
        """Return the id of a resource of ours with that file, which waits to be read."""
        with path.open("rb") as stream:
            stored = originals.store(self.database.config, stream)
        with self.database.writing() as db:
            facts = library_actions.Facts(Kind.PRESENTATION, title=title, audience=audience)
            return library_actions.add(db, None, self.ours, facts, library_actions.File(stored, path.name)).id

    def read(self) -> None:
        """Let the worker read."""
        page_texts.catch_up(self.database, self.reader)

    def draw(self) -> None:
        """Let the worker draw."""
        making.catch_up(self.database, self.reader)

    def drawn(self, path: Path, audience: Audience = Audience.NETWORK) -> int:
        """Return a resource that was read and drawn."""
        resource = self.add(path, audience)
        self.read()
        self.draw()
        return resource


def page_at(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    page = BeautifulSoup(answer.text, "lxml")
    assert len(page.find_all("h1")) == 1
    return page


def a_pdf(tmp_path: Path, *pages: str) -> Path:
    return documents.pdf(tmp_path / "a.pdf", *(pages or ("First words", "Second words", "Third words")))
