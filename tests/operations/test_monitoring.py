"""/healthz says what is wrong, /metrics gives figures, and both tell strangers no counts."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, update

from config import ROOT, Config
from hub import worker
from hub.core import chosen_settings, clock, disk, heartbeats, metrics
from hub.core.db import Database
from hub.library.extract import walls
from hub.library.extract.walls import WallState
from hub.library.models import Revision
from hub.library.rules import PreviewState
from hub.mail.models import OutboxMessage
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.queries import backups as backups_queries
from hub.operations.rules.backups import LastBackups
from hub.operations.store.target import Target
from hub.search import index
from hub.search.store import folders
from tests.operations.monitors import STRANGER, beat, health
from tests.operations.places import without_table
from tests.world import FrozenClock, a_resource, an_organization

TOKEN = "a token for monitors"


@pytest.mark.both_databases
def test_a_hub_in_order_is_ok(running: Database, client: FlaskClient) -> None:
    answer = health(client)
    assert (answer["status"], answer["reasons"]) == ("ok", [])
    assert answer["backup"]["state"] == "off"
    assert answer["index"]["entries"] == 1
    assert answer["worker"]["files_waiting"] == 0


@pytest.mark.both_databases
def test_a_stopped_worker_is_noticed(running: Database, client: FlaskClient, frozen_clock: FrozenClock) -> None:
    with running.writing() as db:
        db.execute(update(heartbeats.Heartbeat).values(at=clock.now() - timedelta(minutes=3)))
    answer = health(client)
    assert (answer["status"], answer["reasons"]) == ("degraded", ["worker"])
    assert "stopped" in answer["worker"]["sentence"]


@pytest.mark.both_databases
def test_each_line_of_the_worker_that_is_stuck_is_noticed(
    running: Database, client: FlaskClient, frozen_clock: FrozenClock
) -> None:
    for line in (steps[0] for steps in worker.THREADS):
        beat(running, line)
        assert health(client)["status"] == "ok"
        with running.writing() as db:
            stuck = update(heartbeats.WorkerLine).where(heartbeats.WorkerLine.line == line)
            db.execute(stuck.values(moved_at=clock.now() - timedelta(hours=13)))
        answer = health(client)
        assert answer["worker"]["state"] == "stuck"
        assert f"step {line} " in answer["worker"]["sentence"]


def test_a_line_that_keeps_failing_is_noticed(running: Database, client: FlaskClient) -> None:
    beat(running, failures=2)
    assert health(client)["status"] == "ok"
    beat(running, failures=3)
    assert health(client)["worker"]["state"] == "failing"


def test_a_nearly_full_disk_is_noticed(running: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: 9 * 10**8)
    answer = health(client)
    assert answer["reasons"] == ["disk"]
    assert "900 MB" in answer["disk"]["sentence"]


def test_a_disk_that_takes_no_more_uploads_is_noticed(
    running: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.config = replace(running.config, MIN_FREE_MB=3000)
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: 2 * 10**9)
    answer = health(client)
    assert answer["reasons"] == ["disk"]
    assert "uploads stop at 3.0 GB" in answer["disk"]["sentence"]


@pytest.mark.both_databases
def test_email_that_is_stuck_is_noticed_and_quiet_hours_are_not_taken_for_it(
    running: Database, client: FlaskClient
) -> None:
    hours = timedelta(hours=1)
    with running.writing() as db:
        db.execute(update(OutboxMessage).values(since=clock.now() - 9 * hours, due_at=clock.now() + hours))
    assert health(client)["status"] == "ok"
    with running.writing() as db:
        db.execute(update(OutboxMessage).values(trouble="Connection refused."))
    answer = health(client)
    assert answer["reasons"] == ["mail"]
    assert "Connection refused." in answer["mail"]["sentence"]
    with running.writing() as db:
        db.execute(update(OutboxMessage).values(trouble="", due_at=clock.now() - 2 * hours))
    assert health(client)["reasons"] == ["mail"]


@pytest.mark.both_databases
def test_files_that_are_not_read_and_pictures_that_fail_are_noticed(running: Database, client: FlaskClient) -> None:
    with running.writing() as db:
        for _ in range(2):
            a_resource(db, an_organization(db))
        db.execute(update(Revision).values(preview_state=PreviewState.FAILED))
    index.catch_up(running)
    assert health(client)["reasons"] == ["pictures"]
    with running.writing() as db:
        newest = max(db.scalars(select(Revision.id)))
        long_ago = clock.now() - timedelta(hours=2)
        db.execute(
            update(Revision)
            .where(Revision.id == newest)
            .values(preview_state=PreviewState.WAITING, reader_version=0, created_at=long_ago)
        )
    assert health(client)["reasons"] == ["files"]


def test_missing_walls_are_noticed(running: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "missing", lambda _config: [WallState("parsers", stands=False, sentence="Install it.")])
    answer = health(client)
    assert (answer["reasons"], answer["walls"]["sentence"]) == (["walls"], "Install it.")


def test_a_damaged_index_is_noticed(running: Database, config: Config, client: FlaskClient) -> None:
    folder = folders.current_folder(folders.root_of(config))
    assert folder is not None
    (folder / "damaged").touch()
    assert health(client)["index"]["state"] == "damaged"


@pytest.mark.both_databases
def test_a_missing_backup_is_noticed(running: Database, client: FlaskClient, target: Target) -> None:
    running.config = replace(running.config, BACKUP_TO=str(target.folder))
    assert health(client)["reasons"] == ["backup"]
    backing_up_actions.back_up_and_record(running, target)
    assert health(client)["status"] == "ok"
    with running.writing() as db:
        old = LastBackups(None, "", clock.now() - timedelta(hours=27), "")
        chosen_settings.store(db, backups_queries.LAST_BACKUPS, old.as_json())
    assert health(client)["backup"]["state"] == "late"


@pytest.mark.both_databases
def test_a_hub_without_its_database_is_down(running: Database, client: FlaskClient) -> None:
    with without_table(running, "setting"):
        response = client.get("/healthz", environ_overrides=STRANGER)
    assert response.status_code == 503
    assert response.get_json() == {
        "status": "down", "reasons": ["database"], "database": {"state": "unreachable"},
        "index": {"state": "unknown"}, "worker": {"state": "unknown"},
    }  # fmt: skip


def test_a_check_that_fails_itself_is_a_reason(running: Database, client: FlaskClient) -> None:
    with running.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE worker_line")
    answer = health(client)
    assert (answer["status"], answer["reasons"]) == ("degraded", ["worker"])


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_strangers_read_states_without_counts_and_no_figures(
    running: Database, client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get("/healthz", environ_overrides=STRANGER, headers=headers)
    assert answer.get_json()["status"] == "ok"
    assert not re.search(r"\d", answer.text)
    assert client.get("/metrics", environ_overrides=STRANGER, headers=headers).status_code == 404


def test_the_token_opens_details_and_figures_from_anywhere(running: Database, client: FlaskClient) -> None:
    running.config = replace(running.config, HEALTH_TOKEN=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = client.get("/healthz", environ_overrides=STRANGER, headers=headers)
    assert answer.get_json()["files"]["files_waiting"] == 0
    assert client.get("/metrics", environ_overrides=STRANGER, headers=headers).status_code == 200
    assert client.get("/metrics", environ_overrides=STRANGER).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"])
@pytest.mark.parametrize("value", ["203.0.113.7", "127.0.0.1", "::1"])
def test_a_proxy_on_this_machine_does_not_make_its_clients_local(
    running: Database, client: FlaskClient, header: str, value: str
) -> None:
    assert client.get("/metrics", headers={header: value}).status_code == 404
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "::1"}).status_code == 200


def figures(client: FlaskClient) -> dict[str, dict[tuple[str, ...], float]]:
    """Return the samples of /metrics by name and values of labels, as a parser that isn't the hub's reads them."""
    samples: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            samples.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = (
                sample.value
            )
    return samples


def test_requests_and_sign_ins_are_counted_by_route_without_tokens(running: Database, client: FlaskClient) -> None:
    def counts() -> tuple[float, float, float]:
        samples = figures(client)
        requests, signed = samples.get("hub_requests_total", {}), samples.get("hub_sign_ins_total", {})
        return (
            requests.get(("GET", "/s/<token>", "404"), 0),
            requests.get(("other", "none", "405"), 0) + requests.get(("other", "none", "404"), 0),
            signed.get(("refused", "password"), 0),
        )

    before = counts()
    client.get("/s/a-secret-token")
    client.open("/no/such-secret-page", method="SECRET")
    client.post("/sign-in", data={"email": "no@one.example", "password": "wrong password"})
    assert counts() == tuple(count + 1 for count in before)
    assert "secret" not in client.get("/metrics").text


def test_every_figure_in_the_dashboard_exists(running: Database, client: FlaskClient, target: Target) -> None:
    backing_up_actions.back_up_and_record(running, target)
    worker._run_step("calls", running, None)  # type: ignore[arg-type]
    metrics.STEP_ITEMS.labels("calls").inc(0)
    metrics.STEP_FAILURES.labels("calls").inc(0)
    client.post("/sign-in", data={"email": "no@one.example", "password": "wrong password"})
    dashboard = json.loads((ROOT / "docs" / "deploy" / "grafana.json").read_text())
    expressions = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    named = set(re.findall(r"\bhub_\w+", expressions))
    assert len(named) > 12
    assert named - figures(client).keys() == set()
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {"${source}"}


COUNT = """
import os
from config import Config
from hub.core import metrics
metrics.share(Config.load())
metrics.SIGN_INS.labels("password", "accepted").inc()
if not (child := os.fork()):
    metrics.SIGN_INS.labels("password", "accepted").inc(2)
    os._exit(0)
os.waitpid(child, 0)
samples = [s for family in metrics.collected().collect() for s in family.samples if s.name == "hub_sign_ins_total"]
print([(s.labels, s.value) for s in samples])
"""


def test_the_figures_of_all_processes_are_added_up(config: Config) -> None:
    environ = os.environ | {"HUB_INSTANCE": str(config.INSTANCE), "HUB_UPLOADS": str(config.UPLOADS)}
    for _ in range(2):  # the second run starts again: those that wrote the files are gone
        done = subprocess.run(
            [sys.executable, "-c", COUNT], env=environ, cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "[({'result': 'accepted', 'way': 'password'}, 3.0)]"
