"""No command ends in a traceback when the database or the disk fails: each says in a sentence what to do."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from prometheus_client import values
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from config import Config
from hub.cli import running
from hub.cli.base import MODULES, main
from hub.core import failures, metrics
from hub.core.db import Database
from tests.disks import fill, make_read_only, small_disk

# Words that run each command; FILE, FOLDER and PACKET are replaced by paths.
COMMANDS = {
    "attention": (),
    "backup": ("FOLDER/backups",),
    "catch-up": (),
    "db upgrade": (),
    "demo": (),
    "doctor": (),
    "export": ("--person", "ana@lakeshore.example", "FOLDER/ana.zip"),
    "import": ("FILE", "--organization", "lakeshore", "--kind", "resource"),
    "key rotate": (),
    "mail-in": ("FILE", "--to", "log+token@hub.example"),
    "organization add": ("Prairie", "--kind", "member"),
    "person add": ("bo@lakeshore.example", "--name", "Bo", "--organization", "lakeshore", "--role", "contributor"),
    "person erase": ("ana@lakeshore.example", "--yes"),
    "person reset-second-factor": ("ana@lakeshore.example",),
    "rebuild": (),
    "restore": ("FOLDER/backups", "--replace"),
    "search": ("toolkit",),
    "serve": (),
    "sharing": ("2026Q3",),
    "verify": (),
    "verify-packet": ("FILE",),
    "worker": (),
}
SERVERS = {"serve", "worker"}


class Place:
    """A folder on a small disk with a hub in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.instance = folder, folder / "instance"
        self.file = folder / "toolkit.md"
        self.file.write_text("# Toolkit\n\nSteel castings.")
        config = Config.load({}, INSTANCE=self.instance, UPLOADS=folder / "uploads", RESERVE_MB=0)
        self.database_file = Path(config.DATABASE_URL.removeprefix("sqlite:///"))
        self.environ = {
            "HUB_INSTANCE": str(self.instance),
            "HUB_UPLOADS": str(folder / "uploads"),
            "HUB_DATABASE_URL": config.DATABASE_URL,
            "HUB_RESERVE_MB": "0",
            "HUB_MAIL_DOMAIN": "hub.example",
        }

    def run(self, command: str) -> Result:
        """Run a command."""
        words = [word.replace("FILE", str(self.file)).replace("FOLDER", str(self.folder)) for word in COMMANDS[command]]
        return CliRunner().invoke(main, [*command.split(), *words], env=self.environ)

    def change(self, statement: str) -> None:
        """Run SQL."""
        database = Database(Config.load({}, INSTANCE=self.instance, UPLOADS=self.folder / "uploads", RESERVE_MB=0))
        with database.writing() as db:
            db.execute(text(statement))
        database.close()


def no_database(place: Place) -> None:
    place.environ["HUB_DATABASE_URL"] = "postgresql://hub@127.0.0.1:1/hub?connect_timeout=1"


def full_disk(place: Place) -> None:
    fill(place.folder)


def read_only_folder(place: Place) -> None:
    make_read_only(place.folder)


def damaged_database(place: Place) -> None:
    with place.database_file.open("r+b") as file:
        file.write(b"not a database at all" * 100)


def database_damaged_inside(place: Place) -> None:
    size = place.database_file.stat().st_size
    with place.database_file.open("r+b") as file:
        for at in range(4096, size, 4096):
            file.seek(at)
            file.write(b"\xff" * 200)


def newer_schema(place: Place) -> None:
    place.change("UPDATE alembic_version SET version_num = '2999_01_01_from_the_future'")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a hub with a member, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    environ = {"HUB_INSTANCE": str(folder), "HUB_UPLOADS": str(folder / "uploads"), "HUB_RESERVE_MB": "0"}
    added = CliRunner().invoke(main, ["organization", "add", "Lakeshore", "--kind", "member"], env=environ)
    assert added.exit_code == 0, added.output
    database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", RESERVE_MB=0))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder / "hub.sqlite3"


@pytest.fixture
def place(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A hub on a small disk; servers end at once, and waiting for the database is interrupted as by Ctrl-C."""
    monkeypatch.setattr(running, "serve_until_stopped", lambda *_arguments, **_named: 0)
    monkeypatch.setattr(running, "listen", lambda _host, _port: socket.socket())
    monkeypatch.setattr("hub.worker.main", lambda _database: None)
    monkeypatch.setattr(metrics, "_shared", [])  # a server shares its figures through its environment and the library
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "none")  # so that it is restored
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with small_disk(tmp_path / "disk", 48) as folder:
        place = Place(folder)
        place.database_file.write_bytes(template.read_bytes())
        monkeypatch.setattr(time, "sleep", interrupt)
        yield place


def leaves(command: click.Command, name: str = "") -> Iterator[str]:
    """Yield the names of all commands."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            leaf = command.get_command(context, each)
            assert leaf is not None
            yield from leaves(leaf, f"{name} {each}".strip())
    else:
        yield name


def test_every_command_is_tried() -> None:
    assert set(leaves(main)) == COMMANDS.keys()
    assert {name.split()[0] for name in COMMANDS} == MODULES.keys()


@pytest.mark.parametrize(
    "harm",
    [no_database, full_disk, read_only_folder, damaged_database, database_damaged_inside, newer_schema],
)
def test_no_command_ends_in_a_traceback(place: Place, harm: Callable[[Place], None]) -> None:
    harm(place)
    silent = []
    for command in COMMANDS:
        result = place.run(command)
        assert isinstance(result.exception, SystemExit | None), (command, repr(result.exception))
        assert "Traceback" not in result.output, (command, result.output)
        if result.exit_code and not re.search(r"[.!]\s*$", result.output.strip().removesuffix("Aborted!").strip()):
            silent.append((command, result.output))
    assert silent == []


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (full_disk, "The disk is full"),
        (damaged_database, failures.DAMAGED.split("(", maxsplit=1)[0]),
        (newer_schema, failures.NEWER),
        (read_only_folder, failures.READ_ONLY.split("(", maxsplit=1)[0]),
    ],
)
def test_the_sentence_names_the_cause(place: Place, harm: Callable[[Place], None], sentence: str) -> None:
    harm(place)
    result = place.run("organization add")
    assert result.exit_code == 1
    assert sentence in result.output


@pytest.mark.parametrize("harm", [no_database, read_only_folder])
@pytest.mark.parametrize("command", ["doctor", "verify"])
def test_a_database_that_cannot_be_asked_is_not_called_damaged(
    place: Place, harm: Callable[[Place], None], command: str
) -> None:
    harm(place)
    result = place.run(command)
    assert result.exit_code == 1
    assert re.search(r"The database can't be reached|The hub can't write there", result.output)
    assert "damaged" not in result.output
    assert "hub restore" not in result.output


@pytest.mark.parametrize("command", sorted(SERVERS))
def test_servers_wait_for_their_database_and_say_so(place: Place, command: str) -> None:
    no_database(place)
    result = place.run(command)
    assert "Waiting for the database. The database can't be reached (" in result.output
    assert result.exit_code == 1  # Ctrl-C


@pytest.mark.parametrize("command", sorted(SERVERS))
def test_servers_start_on_a_full_disk_with_the_reserve_and_wait_for_space_without_it(
    place: Place, command: str
) -> None:
    place.environ["HUB_RESERVE_MB"] = "8"
    assert place.run("search").exit_code == 0  # makes the reserve
    full_disk(place)
    result = place.run(command)
    assert result.exit_code == 0, result.output
    full_disk(place)
    result = place.run(command)
    assert "Waiting for the database. The disk is full" in result.output


def test_causes_are_told_apart_by_the_codes_of_both_databases() -> None:
    class DiskFull(psycopg.errors.DiskFull):
        sqlstate = "53100"

    full = OperationalError("INSERT", {}, DiskFull("could not extend file"))
    assert failures.is_full(full)
    assert not failures.is_unreachable(full)
    lost = OperationalError("SELECT", {}, psycopg.OperationalError("connection refused\nIs the server running?"))
    assert failures.is_unreachable(lost)
    assert "(connection refused)" in failures.sentence_of(lost)
    assert failures.sentence_of(OSError(28, os.strerror(28))) == failures.FULL
    assert failures.sentence_of(ValueError("a mistake in the code")) == ""


def test_a_mistake_in_the_code_is_not_hidden(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hub.migrations.schema.is_current", fail)
    assert isinstance(place.run("organization add").exception, ZeroDivisionError)
