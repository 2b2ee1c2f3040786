"""A sample of the faults that `make faults` injects, and that it injects them into everything that changes something."""

from contextlib import closing
from pathlib import Path

import click
import pytest

from hub.app import create_app
from hub.cli.base import main
from hub.core.db import Database
from hub.members.actions import signing_in as signing_in_actions
from hub.worker import STEPS
from tests.at_once.worlds import Worlds
from tests.conftest import CHEAP, database_in
from tests.faults import on_server
from tests.faults.doings import DOINGS, NOT_TRIED
from tests.faults.trying import expected_of, faults_of, some_of, tried

SAMPLE = {"library.add:file": 3, "calls.cancel": 2, "sharing.download by visitor": 2, "worker: index": 1}
ON_SERVER = {"calls.cancel": tuple(on_server.FAULTS["commit"]), "library.add": (on_server.LOST, on_server.DEADLOCK)}


def test_a_call_that_fails_loses_nothing_and_does_nothing_by_halves(
    demo_pattern: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in_actions, "HASHER", CHEAP)
    worlds = Worlds(tmp_path / "world", demo_pattern)
    for name, count in SAMPLE.items():
        expected = expected_of(worlds, DOINGS[name])
        faults = some_of(faults_of(expected), count, name)
        trials = [tried(worlds, DOINGS[name], expected, *fault) for fault in faults]
        assert [trial for trial in trials if trial.trouble] == []
        assert len(trials) == count


@pytest.mark.postgresql
def test_a_call_to_postgresql_that_fails_loses_nothing_and_does_nothing_by_halves(
    demo_pattern: Path, postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in_actions, "HASHER", CHEAP)
    worlds = Worlds(tmp_path / "world", demo_pattern)
    with closing(database_in(worlds.folder)) as database:
        server = on_server.Server(postgresql, "faults", database)
    for name, faults in ON_SERVER.items():
        expected = expected_of(worlds, DOINGS[name], server)
        last = {fault: number for number, fault in faults_of(expected)}  # of each fault, when most is at stake
        trials = [tried(worlds, DOINGS[name], expected, last[fault], fault) for fault in faults]
        assert [trial for trial in trials if trial.trouble or not trial.was_reached] == []


def test_faults_are_injected_into_everything_that_changes_something(database: Database) -> None:
    app = create_app(database.config, database)
    routes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        or getattr(app.view_functions[rule.endpoint], "writes", False)
    }
    changing = routes | {f"worker: {name}" for name in STEPS} | {f"hub {name}" for name in _commands(main)}
    names = {name.split(":")[0] if name.split(":")[0] in routes else name.split(" by ")[0] for name in DOINGS}
    assert names | NOT_TRIED.keys() == changing
    assert names & NOT_TRIED.keys() == set()


def _commands(group: click.Group, before: str = "") -> set[str]:
    """Return the names of all commands, such as ``person add``."""
    context, names = click.Context(group), set()
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        names |= _commands(command, f"{before}{name} ") if isinstance(command, click.Group) else {before + name}
    return names
