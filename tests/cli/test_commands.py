"""The `hub` command."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from config import Config
from hub import worker
from hub.cli.base import MODULES, main
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.files import originals
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import AuthenticatorApp, Organization, Person
from hub.members.rules.organizations import Role
from hub.sharing.actions.audit_packets import make_packet
from hub.sharing.actions.confirmations import Statement, confirm
from hub.sharing.models import AuditPacket, Confirmation, SharingEvent
from tests.world import a_person, a_resource, an_organization

Hub = Callable[..., Result]


@pytest.fixture
def hub(config: Config, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Runs ``hub …`` for this test's hub."""
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(config, name)))

    def run(*words: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, words, input=stdin)

    return run


@pytest.fixture
def member(hub: Hub) -> str:
    """The slug of a new member."""
    return hub("organization", "add", "Lakeshore Forge", "--kind", "member", "--joined", "2024-01-15").stdout.strip()


@pytest.mark.both_databases
def test_an_organization_is_added_and_its_slug_printed(hub: Hub, member: str) -> None:
    assert member == "lakeshore-forge"
    named = hub("organization", "add", "Lakeshore Forge", "--kind", "member", "--slug", "forge")
    assert named.stdout == "forge\n"


@pytest.mark.parametrize("typed", ["1/15/2024", "1/15/24", "Jan 15, 2024", "January 15, 2024", "2024-01-15"])
def test_dates_are_read_in_american_and_iso_forms(hub: Hub, database: Database, typed: str) -> None:
    done = hub("organization", "add", "Ridge Makers", "--kind", "member", "--joined", typed)
    with database.reading() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == done.stdout.strip())).one()
    assert organization.membership.first_day == date(2024, 1, 15)


def test_what_is_no_date_ends_the_command_with_examples(hub: Hub) -> None:
    done = hub("organization", "add", "Ridge Makers", "--kind", "member", "--joined", "15/1/2024")
    assert done.exit_code == 2
    assert "“15/1/2024” is not a date. Write it like 11/30/2026, Nov 30 or 2026-11-30." in done.stderr


def test_a_person_without_a_password_gets_an_invitation_link(hub: Hub, member: str, database: Database) -> None:
    words = (
        "person",
        "add",
        "Ana@Lakeshore.example",
        "--name",
        "Ana",
        "--organization",
        member,
        "--role",
        "contributor",
    )
    added = hub(*words)
    assert added.exit_code == 0
    assert "/invitation/" in added.stdout
    repeated = hub(*words)
    assert repeated.exit_code == 1
    assert "Error:" in repeated.stderr
    assert "Traceback" not in repeated.stderr


def test_a_password_is_read_from_standard_input_and_never_shown(hub: Hub, member: str, database: Database) -> None:
    added = hub(
        "person", "add", "ana@lakeshore.example", "--name", "Ana", "--organization", member,
        "--role", "representative", "--password-stdin", stdin="a long enough password\n",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    assert "a long enough password" not in added.output
    with database.reading() as db:
        assert db.scalars(select(Person)).one().password_hash
        assert "password" not in json.dumps([entry.details for entry in db.scalars(select(Entry))])


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("organization", "add", "X"), 2),
        (("organization", "add", "X", "--kind", "club"), 2),
        (("person", "add", "a@b.example", "--name", "A", "--organization", "nobody", "--role", "contributor"), 1),
        (("person", "add", "not an address", "--name", "A", "--organization", "nobody", "--role", "contributor"), 1),
        (("sharing", "2026Q5"), 2),
        (("search", "x", "--as", "nobody@demo.example"), 1),
        (("import", "/nowhere.pdf", "--organization", "nobody", "--kind", "resource"), 1),
        (("dance",), 2),
    ],
)
def test_errors_go_to_stderr_with_the_right_exit_status(hub: Hub, words: tuple[str, ...], status: int) -> None:
    answer = hub(*words)
    assert answer.exit_code == status
    assert answer.stderr.strip()
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_command_has_help(hub: Hub, name: str) -> None:
    answer = hub(name, "--help")
    assert answer.exit_code == 0
    assert f"Usage: main {name}" in answer.stdout
    assert name in hub("--help").stdout


def test_an_invalid_setting_stops_the_start_with_one_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TIME_ZONE", "Mars/Olympus")
    answer = hub("verify")
    assert answer.exit_code == 1
    assert answer.stderr.strip().count("\n") == 0
    assert "HUB_TIME_ZONE" in answer.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good files, a duplicate, and bad files."""
    folder = tmp_path / "to import"
    (folder / "calls").mkdir(parents=True)
    (folder / "plan.txt").write_text("A plan for supplier scouting.")
    (folder / "calls" / "notes.md").write_text("# Notes\n\nAbout apprenticeships.")
    (folder / "copy of plan.txt").write_text("A plan for supplier scouting.")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "tool.exe").write_bytes(b"MZ")
    (folder / ".DS_Store").write_bytes(b"hidden")
    return folder


@pytest.mark.both_databases
def test_importing_adds_good_files_and_reports_the_others(
    hub: Hub, member: str, folder: Path, database: Database
) -> None:
    words = ("import", str(folder), "--organization", member, "--kind", "resource", "--topic", "supply-chain", "--json")
    first = hub(*words)
    assert first.exit_code == 1
    outcome = json.loads(first.stdout)
    assert len(outcome["imported"]) == 2
    assert [Path(entry["path"]).name for entry in outcome["duplicates"]] == ["plan.txt"]
    assert {Path(entry["path"]).name for entry in outcome["failed"]} == {"empty.pdf", "tool.exe"}
    assert all(entry["error"].endswith(".") for entry in outcome["failed"])
    repeated = json.loads(hub(*words).stdout)
    assert (len(repeated["imported"]), len(repeated["duplicates"])) == (0, 3)


def test_an_import_names_what_it_skips(hub: Hub, member: str, folder: Path) -> None:
    (folder / "~$plan.docx").touch()
    (folder / "none").mkdir()
    words = ("import", str(folder), "--organization", member, "--kind", "resource")
    skipped = json.loads(hub(*words, "--json").stdout)["skipped"]
    assert {(Path(entry["path"]).name, entry["reason"]) for entry in skipped} == {
        (".DS_Store", "hidden file"),
        ("~$plan.docx", "lock file of an open document"),
        ("none", "empty folder"),
    }
    assert f"Skipped 1 hidden file: {folder}/.DS_Store" in hub(*words).stdout


def test_imported_files_are_found_after_catching_up(hub: Hub, member: str, folder: Path) -> None:
    hub(
        "import",
        str(folder / "calls"),
        "--organization",
        member,
        "--kind",
        "call-notes",
        "--published-on",
        "2025-05-05",
    )
    assert hub("catch-up").exit_code == 0
    results = json.loads(hub("search", "apprenticeship", "--json").stdout)
    assert set(results) == {"query", "total", "took_ms", "notes", "did_you_mean", "hits", "facets"}
    assert results["total"] == 1
    [hit] = results["hits"]
    assert (hit["kind"], hit["organization"], hit["published_on"]) == ("call-notes", member, "2025-05-05")
    assert (hit["page"], hit["page_kind"]) == (1, "section")
    assert "**apprenticeships**" in hit["snippet"].lower()
    assert results["facets"]["kind"] == {"call-notes": 1}
    assert "1 resource found" in hub("search", "apprenticeship").stdout


def test_an_import_takes_no_date_in_the_future_from_a_document(
    hub: Hub, member: str, database: Database, tmp_path: Path
) -> None:
    folder, today = tmp_path / "updates", clock.today(database.config.zone)
    folder.mkdir()
    for days in (-30, 30):
        day = today + timedelta(days=days)
        head = f"From: a@b.example\r\nSubject: Update {days}\r\nDate: {day:%d %b %Y} 12:00:00 -0500\r\n\r\n"
        (folder / f"update{days}.eml").write_text(head + "Hello.")
    assert hub("import", str(folder), "--organization", member, "--kind", "briefing").exit_code == 0
    hub("catch-up")
    with database.reading() as db:
        dates = {resource.title: resource.published_on for resource in db.scalars(select(Resource))}
    assert dates == {"Update -30": today - timedelta(days=30), "Update 30": today}


@pytest.mark.parametrize(("days", "status"), [(1, 0), (366, 0), (367, 1)])
def test_a_stated_date_may_be_up_to_a_year_ahead(
    hub: Hub, member: str, database: Database, tmp_path: Path, days: int, status: int
) -> None:
    (tmp_path / "notice.txt").write_text("It opens next year.")
    day = clock.today(database.config.zone) + timedelta(days=days)
    words = ("--organization", member, "--kind", "briefing", "--published-on", day.isoformat())
    imported = hub("import", str(tmp_path / "notice.txt"), *words)
    assert imported.exit_code == status, imported.output
    with database.reading() as db:
        assert db.scalars(select(Resource.published_on)).all() == ([] if status else [day])
    if status:
        assert "Enter a date between 1900 and a year from now." in imported.stderr


@pytest.mark.both_databases
def test_searching_as_a_person_finds_only_what_they_may_read(hub: Hub, member: str, database: Database) -> None:
    hub("organization", "add", "Other", "--kind", "bff")
    hub("person", "add", "bo@other.example", "--name", "Bo", "--organization", "other", "--role", "contributor")
    with database.writing() as db:
        owner = an_organization(db, "Owner")
        a_resource(db, owner, "Secret plan", ["quillback"], audience=Audience.ORGANIZATION)
    worker.catch_up(database)
    assert json.loads(hub("search", "quillback", "--json").stdout)["total"] == 1
    hidden = json.loads(hub("search", "quillback", "--as", "bo@other.example", "--json").stdout)
    assert hidden["total"] == 0
    assert not any(hidden["facets"].values())


@pytest.mark.both_databases
def test_sharing_in_a_quarter_can_be_printed_as_table_csv_and_json(
    hub: Hub, member: str, database: Database, tmp_path: Path
) -> None:
    with database.writing() as db:
        resource = a_resource(db, an_organization(db, "Owner"))
        organization_id = db.scalar(select(Person.organization_id)) or 1
        db.add(
            SharingEvent(
                act="download", organization_id=organization_id, resource_id=resource.id, title=resource.title, happened_on=date(2025, 5, 5),
                quarter="2025Q2", recorded_at=datetime(2025, 5, 5, tzinfo=UTC),
            )
        )  # fmt: skip
    rows = json.loads(hub("sharing", "2025Q2", "--format", "json").stdout)
    row = next(row for row in rows if row["organization"] == member)
    assert row == {
        "organization": member, "kind": "member", "standing": "downloaded", "downloads": 1, "forwards": 0,
        "declared": 0, "confirmed_on": None, "confirmed_by": None, "late": False,
    }  # fmt: skip
    table = hub("sharing", "2025Q2").stdout
    assert "Downloaded" in table
    output = tmp_path / "record.csv"
    assert hub("sharing", "2025Q2", "--format", "csv", "-o", str(output)).exit_code == 0
    lines = list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8"))))
    assert {row["Organization"]: row["Standing"] for row in lines}[member] == "downloaded"


@pytest.mark.both_databases
def test_verify_reports_a_missing_file(hub: Hub, member: str, folder: Path, database: Database) -> None:
    hub("import", str(folder / "plan.txt"), "--organization", member, "--kind", "resource")
    hub("catch-up")
    assert hub("verify").exit_code == 0
    shutil.rmtree(database.config.UPLOADS / "derived" / "index")
    assert "There is no search index." in hub("verify").stdout
    hub("catch-up")
    next(originals.all_stored(database.config)).unlink()
    damaged = hub("verify")
    assert damaged.exit_code == 1
    assert "'plan.txt' is missing" in damaged.stdout


@pytest.mark.both_databases
def test_verify_reports_records_that_were_changed_in_the_database(hub: Hub, member: str, database: Database) -> None:
    with database.writing() as db:
        organization = db.scalars(select(Organization)).one()
        person = a_person(db, organization, Role.REPRESENTATIVE)
        statement = Statement(shared=False, reason="No one asked.")
        confirmed = confirm(db, person, Quarter(2025, 2), statement).id
        packet = make_packet(db, person, organization, Quarter(2025, 2)).id
    hub("catch-up")
    assert hub("verify").exit_code == 0
    with database.writing() as db:
        db.execute(update(Confirmation).values(reason="We forgot."))
        db.execute(update(AuditPacket).where(AuditPacket.id == packet).values(manifest="{}"))
    damaged = hub("verify")
    assert damaged.exit_code == 1
    assert damaged.stdout.splitlines()[-2:] == [
        f"Confirmation {confirmed} (Lakeshore Forge, Q2 2025) was altered after it was recorded.",
        f"Audit packet {packet} was altered after it was created.",
    ]


@pytest.mark.both_databases
def test_rebuilding_gives_the_same_results(hub: Hub, member: str, folder: Path) -> None:
    hub("import", str(folder), "--organization", member, "--kind", "resource")
    hub("catch-up")

    def answer() -> object:
        results = json.loads(hub("search", "plan OR apprenticeships", "--json").stdout)
        return results | {"took_ms": 0}

    before = answer()
    for words in (("rebuild",), ("rebuild", "--index"), ("rebuild", "--pages")):
        assert hub(*words).exit_code == 0
        assert answer() == before
    assert hub("verify").exit_code == 0


def test_the_demo_world_is_loaded_only_into_an_empty_hub(hub: Hub, member: str, database: Database) -> None:
    refused = hub("demo")
    assert refused.exit_code == 1
    assert "This hub isn't empty." in refused.stderr
    assert hub("demo", "--if-empty").exit_code == 0
    with database.reading() as db:
        assert db.scalar(select(Resource.id)) is None


def test_the_operator_removes_a_lost_second_factor_at_once(hub: Hub, member: str, database: Database) -> None:
    hub(
        "person", "add", "ana@lakeshore.example", "--name", "Ana", "--organization", member,
        "--role", "representative", "--password-stdin", stdin="a long enough password\n",
    )  # fmt: skip
    assert "Ana has no second factor." in hub("person", "reset-second-factor", "ana@lakeshore.example").stderr
    with database.writing() as db:
        now = clock.now()
        db.add(
            AuthenticatorApp(person_id=db.scalars(select(Person.id)).one(), secret="x", begun_at=now, confirmed_at=now)
        )
    assert hub("person", "reset-second-factor", "Ana@Lakeshore.example").exit_code == 0
    with database.reading() as db:
        assert db.scalars(select(AuthenticatorApp)).all() == []
    assert hub("person", "reset-second-factor", "nobody@lakeshore.example").exit_code == 1
