"""The parent of `hub serve`: what it makes once for the processes that it forks."""

import json
import subprocess
import sys
from pathlib import Path

from config import ROOT

PRELOAD = """
import gc, json, threading
from config import Config
from hub.cli import serving
app = serving.preload(Config.load())
import psutil
print(json.dumps({
    "threads": threading.active_count(),
    "connections": app.extensions["hub-database"].engine.pool.checkedin(),
    "files": [file.path for file in psutil.Process().open_files()],
    "templates": len(app.jinja_env.cache),
    "frozen": gc.get_freeze_count(),
}))
"""


def test_nothing_is_open_that_does_not_survive_a_fork(tmp_path: Path) -> None:
    settings = {"HUB_INSTANCE": str(tmp_path / "instance"), "HUB_UPLOADS": str(tmp_path / "uploads")}
    run = [sys.executable, "-c", PRELOAD]
    done = subprocess.run(run, env=settings, cwd=ROOT, check=True, capture_output=True, text=True)
    preloaded = json.loads(done.stdout)
    assert preloaded["threads"] == 1
    assert preloaded["connections"] == 0
    assert [path for path in preloaded["files"] if path.startswith(str(tmp_path))] == []
    assert preloaded["templates"] > 100
    assert preloaded["frozen"] > 100_000
