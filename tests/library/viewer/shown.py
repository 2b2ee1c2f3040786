"""Helpers for the tests of the viewer: people, resources in every state, and parsed pages."""

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

ANA, BO, COORDINATOR = "ana@lakeshore.example", "bo@rivers.example", "cy@amcc.example"


@dataclass
class World:
    """Two members, and the resources they add."""

    database: Database
    reader: Reader
    lakeshore: Organization
    three_rivers: Organization

    def add(self, path: Path, audience: Audience = Audience.NETWORK, title: str = "A title") -> int:
        """Add a resource of Lakeshore Forge with that file, which isn't read yet, and return its id."""
        with path.open("rb") as stream:
            stored = originals.store(self.database.config, stream)
        with self.database.writing() as db:
            facts = library_actions.Facts(Kind.PRESENTATION, title=title, audience=audience)
            return library_actions.add(db, None, self.lakeshore, facts, library_actions.File(stored, path.name)).id

    def read(self) -> None:
        """Run the worker's reading step."""
        page_texts.catch_up(self.database, self.reader)

    def draw(self) -> None:
        """Run the worker's drawing step."""
        making.catch_up(self.database, self.reader)

    def drawn(self, path: Path, audience: Audience = Audience.NETWORK) -> int:
        """Add a resource that is read and drawn, and return its id."""
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
