"""/healthz and `hub doctor` look at the virus scanner and at the reserve of disk space."""

import socket
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from hub.core import clock, disk
from hub.core.db import Database
from hub.library import scanning
from hub.library.actions import Facts, File, add, keep_file
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import Kind
from hub.members.models import Organization
from hub.operations.queries import doctor as doctor_queries
from hub.operations.queries import health as health_queries
from tests.clamav import a_scanner
from tests.operations.monitors import STRANGER, health
from tests.serving import TIMEOUT, free_port


def use(database: Database, **settings: Any) -> None:
    database.config = replace(database.config, **settings)


def add_file(database: Database, content: bytes) -> None:
    """Add a file to a resource, and another one that only a record keeps."""
    stored, kept = (originals.store(database.config, BytesIO(content + more)) for more in (b"", b" kept"))
    with database.writing() as db:
        facts = Facts(kind=Kind.RESOURCE, title="Toolkit")
        add(db, None, db.get_one(Organization, 1), facts, File(stored, "toolkit.txt"))
        keep_file(db, kept, "evidence 1", "plan.txt")


def doctors_line(database: Database, name: str) -> tuple[bool, str]:
    with database.reading() as db:
        [line] = [each for each in doctor_queries.of_health(db, database.config) if each.name == name]
    return line.is_urgent, line.sentence


def test_a_hub_without_scanner_and_reserve_is_in_order(running: Database, client: FlaskClient) -> None:
    answer = health(client)
    assert (answer["status"], answer["scanner"], answer["reserve"]) == ("ok", {"state": "off"}, {"state": "off"})
    assert doctors_line(running, "scanner") == (False, "HUB_CLAMD isn’t set, so files aren’t checked for viruses.")
    assert "HUB_RESERVE_MB is 0" in doctors_line(running, "reserve")[1]


@pytest.mark.both_databases
def test_a_scanner_that_cannot_be_reached_is_noticed(running: Database, client: FlaskClient) -> None:
    use(running, CLAMD=f"127.0.0.1:{free_port()}")
    answer = health(client)
    assert (answer["status"], answer["reasons"], answer["scanner"]["state"]) == ("degraded", ["scanner"], "silent")
    assert "Start clamd, or check HUB_CLAMD." in answer["scanner"]["sentence"]
    assert health(client, **STRANGER)["scanner"] == {"state": "silent"}
    assert doctors_line(running, "scanner") == (True, answer["scanner"]["sentence"])


def test_a_scanner_that_hangs_holds_one_request_for_a_second_and_the_next_ones_not(
    running: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_queries, "SILENCE_KEPT", TIMEOUT)  # however slow this machine is
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0)
        use(running, CLAMD=f"127.0.0.1:{listener.getsockname()[1]}")
        for _ in range(5):
            assert "timed out" in health(client)["scanner"]["sentence"]
        listener.accept()[0].close()
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.both_databases
def test_a_file_that_waits_for_the_scanner_for_long_is_noticed(
    running: Database, client: FlaskClient, tmp_path: Path
) -> None:
    with a_scanner(tmp_path) as daemon:
        use(running, CLAMD=daemon.address)
        scanning.catch_up(running)
        assert health(client)["scanner"] == {"state": "ok", "scans_waiting": 0, "oldest_scan_seconds": 0}
        add_file(running, b"words")
        answer = health(client)
        assert answer["scanner"]["state"] == "ok"
        assert answer["scanner"]["scans_waiting"] == 2
        with running.writing() as db:
            db.execute(update(Revision).values(created_at=clock.now() - timedelta(hours=2)))
        answer = health(client)
        assert answer["scanner"]["state"] == "late"
        assert answer["scanner"]["sentence"].startswith("2 files can’t be opened before the virus check")
        assert 7_200 <= answer["scanner"]["oldest_scan_seconds"] < 7_300
        assert scanning.catch_up(running) == 2
        assert health(client)["scanner"] == {"state": "ok", "scans_waiting": 0, "oldest_scan_seconds": 0}


def test_a_file_that_is_missing_does_not_wait_for_the_scanner(
    running: Database, client: FlaskClient, tmp_path: Path
) -> None:
    with a_scanner(tmp_path) as daemon:
        use(running, CLAMD=daemon.address)
        add_file(running, b"words")
        for path in originals.all_stored(running.config):
            path.unlink()
        scanning.catch_up(running)
        assert health(client)["scanner"]["scans_waiting"] == 0


def test_a_reserve_that_is_missing_or_of_another_size_is_noticed_and_made_again_when_there_is_space(
    running: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(running, RESERVE_MB=2)
    assert health(client)["reserve"] == {"state": "ok", "reserve_bytes": 2_000_000}, "the request made it"
    use(running, RESERVE_MB=3)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "free_bytes", lambda _folder: disk.LOW)
        answer = health(client)
        assert (answer["status"], answer["reserve"]["state"]) == ("degraded", "wrong size")
        assert "has 2.0 MB, and HUB_RESERVE_MB is 3.0 MB" in answer["reserve"]["sentence"]
        disk.reserve_of(running.config).unlink()
        answer = health(client)
        assert (answer["status"], answer["reserve"]["state"]) == ("degraded", "missing")
        assert doctors_line(running, "reserve") == (True, answer["reserve"]["sentence"])
    assert health(client)["reserve"] == {"state": "ok", "reserve_bytes": 3_000_000}
    use(running, RESERVE_MB=1)
    assert health(client)["reserve"] == {"state": "ok", "reserve_bytes": 1_000_000}
