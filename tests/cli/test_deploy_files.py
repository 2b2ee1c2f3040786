"""docs/deploy's files are valid for the programs that read them, and name only what exists."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from config import ROOT, settings
from hub.cli.base import main

PATH = f"{os.environ['PATH']}:/usr/sbin"
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
# The exposure level that docs/deploy/README.md states, in tenths; 0 is best.
EXPOSURE = {"hub-mail-in.service": 13, "hub-web.service": 31, "hub-worker.service": 31}


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which(words[0], path=PATH):
        pytest.skip(f"{words[0]} isn't installed.")
    return subprocess.run(
        words, env=os.environ | {"PATH": PATH}, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def unit_folder(tmp_path: Path) -> Path:
    """A copy of the units whose programs exist on this machine."""
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        (tmp_path / name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    return tmp_path


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line_of_the_unit(name: str, unit_folder: Path) -> None:
    answer = _run("systemd-analyze", "verify", "--man=no", str(unit_folder / name))
    assert (answer.returncode, [line for line in answer.stderr.splitlines() if name in line]) == (0, [])


@pytest.mark.parametrize("name", UNITS)
def test_the_unit_is_no_more_exposed_than_the_docs_say(name: str, unit_folder: Path) -> None:
    threshold = f"--threshold={EXPOSURE[name]}"
    answer = _run("systemd-analyze", "security", "--no-pager", "--offline=true", threshold, str(unit_folder / name))
    assert answer.returncode == 0, answer.stdout[-300:]


@pytest.mark.parametrize("name", UNITS)
def test_the_unit_runs_a_command_of_the_hub_with_options_that_it_has(name: str) -> None:
    words = next(line for line in (DEPLOY / name).read_text().splitlines() if line.startswith("ExecStart=")).split()
    command = main.get_command(click.Context(main), words[1])
    assert command
    options = {
        option for parameter in command.params for option in parameter.opts if isinstance(parameter, click.Option)
    }
    assert {word for word in words[2:] if word.startswith("--")} <= options


def test_every_setting_in_the_example_exists() -> None:
    named = set(re.findall(r"HUB_([A-Z_]+)", "".join(path.read_text() for path in DEPLOY.iterdir())))
    assert named - {setting.name for setting in settings()} == set()


def test_every_file_is_named_in_the_guide() -> None:
    guide = (DEPLOY / "README.md").read_text()
    assert [path.name for path in DEPLOY.iterdir() if path.name != "README.md" and f"({path.name})" not in guide] == []


def test_logrotate_understands_its_file(tmp_path: Path) -> None:
    own = tmp_path / "hub"
    own.write_text((DEPLOY / "hub.logrotate").read_text().replace("hub hub", "root root"))
    own.chmod(0o600)
    answer = _run("logrotate", "--debug", "--state", str(tmp_path / "state"), str(own))
    assert (answer.returncode, [line for line in answer.stderr.splitlines() if line.startswith("error")]) == (0, [])
