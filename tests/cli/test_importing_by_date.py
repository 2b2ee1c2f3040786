"""`hub import --split-by-date`: a page with the updates of several dates becomes a resource for each."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from config import Config
from hub import worker
from hub.cli.base import main
from hub.core.db import Database
from hub.library.models import Page, Resource

Hub = Callable[..., Result]
PAGE = """<title>Makers’ Updates</title><p>All of our messages.</p><p><b>June 10, 2022:</b></p><p><b>1. Kilns</b> a</p>
<p><b>2. Lathes</b> b</p><p><b>3. Molds</b> c</p><p><b>June 3, 2022:</b></p><p><b>1. Vises</b> d</p>"""


@pytest.fixture
def hub(config: Config, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Runs ``hub …`` for this test's hub, with a member."""
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(config, name)))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    run("organization", "add", "Lakeshore Forge", "--kind", "member", "--joined", "2024-01-15")
    return run


def imported(hub: Hub, *paths: Path) -> Result:
    """Import files by date."""
    words = ("--organization", "lakeshore-forge", "--kind", "briefing", "--split-by-date", "--json")
    return hub("import", *map(str, paths), *words)


def test_each_date_of_a_page_becomes_a_resource_on_its_day(hub: Hub, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "updates.html"
    path.write_text(PAGE)
    done = imported(hub, path)
    assert done.exit_code == 0, done.output
    outcome = json.loads(done.stdout)
    assert [(entry["path"], entry["date"]) for entry in outcome["imported"]] == [
        (str(path), "2022-06-10"),
        (str(path), "2022-06-03"),
    ]
    worker.catch_up(database)
    with database.reading() as db:
        assert [
            (resource.title, resource.published_on) for resource in db.scalars(select(Resource).order_by(Resource.id))
        ] == [
            ("Makers’ Updates, June 10, 2022", date(2022, 6, 10)),
            ("Makers’ Updates, June 3, 2022", date(2022, 6, 3)),
        ]
        assert {"Kilns", "Lathes", "Molds"} <= set(db.scalars(select(Page.title)))


def test_a_second_run_reports_what_is_there_and_adds_the_new_dates(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "updates.html"
    path.write_text(PAGE)
    first = json.loads(imported(hub, path).stdout)["imported"]
    path.write_text(PAGE.replace("<p><b>June 10", "<p><b>June 17, 2022</b></p><p>1. Anvils</p><p><b>June 10"))
    second = json.loads(imported(hub, path).stdout)
    assert [entry["date"] for entry in second["imported"]] == ["2022-06-17"]
    assert [entry["resource"] for entry in second["duplicates"]] == [entry["resource"] for entry in first]
    words = ("--organization", "lakeshore-forge", "--kind", "briefing", "--split-by-date")
    assert (
        f"Already in the hub as resource {first[0]['resource']}: {path} (2022-06-10)"
        in hub("import", str(path), *words).stdout
    )


def test_files_without_several_dates_are_imported_as_they_are(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "to import"
    folder.mkdir()
    (folder / "a.txt").write_text("June 10, 2022\n\nOne update.")
    (folder / "b.png").write_bytes(b"\x89PNG")
    (folder / "c.exe").write_bytes(b"MZ")
    (folder / "d.docx").write_bytes(b"no Word document")
    done = imported(hub, folder)
    outcome = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [Path(entry["path"]).name for entry in outcome["imported"]] == ["a.txt", "b.png"]
    assert [(Path(entry["path"]).name, entry["error"][:32]) for entry in outcome["failed"]] == [
        ("c.exe", "The hub doesn’t accept the file "),
        ("d.docx", "This file can’t be split by date"),
    ]
