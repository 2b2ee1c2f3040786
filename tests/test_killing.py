"""`kill -9` of the web server or worker loses nothing that was acknowledged."""

import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from config import ROOT
from tests.serving import TIMEOUT, Hub, Visitor, a_hub, eventually

SEED = 20261123  # the same moments in each run, as far as the machine allows


def _is_settled(hub: Hub) -> bool:
    health = hub.health()
    return bool(health and health["worker"]["files_waiting"] == 0)


def _found(hub: Hub, word: str) -> int:
    answer = hub.command("search", word, "--json", "--limit", "1000")
    return int(json.loads(answer.stdout)["total"])


def _is_another(hub: Hub, dead: psutil.Process) -> bool:
    return hub.worker() not in {None, dead}


def _has(acknowledged: dict[str, str], count: int) -> bool:
    return len(acknowledged) >= count


@pytest.mark.kills
def test_a_killed_worker_is_restarted_and_catches_up(tmp_path: Path) -> None:
    with a_hub(tmp_path / "hub") as hub:
        # A file on which three workers ended counts as damaged, so no more than two are killed for the same files.
        for part in range(2):
            folder = tmp_path / f"files {part}"
            folder.mkdir()
            for number in range(20 * part, 20 * part + 20):
                text = f"# Report {number}\n\nquillback text number {number}\n\n# More\n\nwords"
                (folder / f"{number}.md").write_text(text)
            arguments = ("import", str(folder), "--organization", "lakeshore", "--kind", "resource")
            imported = threading.Thread(target=hub.command, args=arguments)
            imported.start()
            for _ in range(2):
                worker = eventually(hub.worker)
                worker.kill()
                eventually(partial(_is_another, hub, worker))
            imported.join(TIMEOUT)
            eventually(lambda: _is_settled(hub))
        eventually(lambda: _found(hub, "quillback") == 40)
        verified = hub.command("verify")
        assert verified.returncode == 0, verified.stdout
        assert hub.stop() == 0


@pytest.mark.kills
def test_acknowledged_uploads_survive_killing_everything(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    acknowledged: dict[str, str] = {}
    with a_hub(tmp_path / "hub") as hub:
        for turn in range(3):
            stop = threading.Event()

            def upload(turn: int = turn, stop: threading.Event = stop) -> None:
                browser = Visitor(hub).sign_in()
                token = browser.token("/resources/new")
                for number in range(10_000):
                    if stop.is_set():
                        return
                    name = f"turn{turn}-{number}"
                    try:
                        acknowledged[browser.upload(f"{name}.txt", f"kestrel {name}".encode(), token)] = name
                    except (OSError, http.client.HTTPException):
                        return

            before = len(acknowledged)
            uploading = threading.Thread(target=upload)
            uploading.start()
            target = before + chance.randint(2, 12)
            eventually(partial(_has, acknowledged, target))
            hub.kill()
            stop.set()
            uploading.join(TIMEOUT)
            hub.start()
        eventually(lambda: _is_settled(hub))
        browser = Visitor(hub).sign_in()
        for address, name in acknowledged.items():
            assert name in browser.get(address)
        verified = eventually(lambda: (answer := hub.command("verify")).returncode == 0 and answer)
        assert "No problems found" in verified.stdout
        assert _found(hub, "kestrel") >= len(acknowledged)


@pytest.mark.kills
def test_two_workers_read_each_file_once_and_keep_the_index_intact(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub", LOG_FORMAT="json")
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.txt").write_text(f"merganser text number {number}")
    hub.command("organization", "add", "Lakeshore", "--kind", "member")
    hub.command("import", str(folder), "--organization", "lakeshore", "--kind", "resource")
    words = [sys.executable, "-m", "hub.cli", "worker"]
    workers = [subprocess.Popen(words, env=hub.environ, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    done = []
    try:
        eventually(lambda: _found(hub, "merganser") == 30)
        for worker in workers:
            worker.terminate()
            _out, log = worker.communicate(timeout=TIMEOUT)
            lines = [json.loads(row) for row in log.splitlines()]
            done += [(line["message"], line["done"]) for line in lines if line.get("step") == "library"]
    finally:
        for worker in workers:
            worker.kill()
    assert len(done) == len(set(done)), "a file was read or drawn twice"
    assert len([message for message, _id in done if message == "Pages read."]) == 30
    assert hub.command("verify").returncode == 0


@pytest.mark.kills
def test_a_killed_web_process_is_replaced_and_a_killed_hub_starts_again_under_load(tmp_path: Path) -> None:
    with a_hub(tmp_path / "hub") as hub:
        stop, answered = threading.Event(), list[int]()

        def ask() -> None:
            while not stop.is_set():
                if hub.health():
                    answered.append(1)

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        try:
            [first, second] = eventually(lambda: len(webs := hub.webs()) == 2 and webs)
            first.kill()
            eventually(lambda: len(webs := hub.webs()) == 2 and first not in webs)
            assert second.is_running()
            assert hub.process
            orphans = psutil.Process(hub.process.pid).children(recursive=True)
            hub.process.kill()
            hub.process.wait(TIMEOUT)
            before = len(answered)
            hub.start()
            eventually(lambda: len(answered) > before)
            assert psutil.wait_procs(orphans, TIMEOUT)[1] == []
        finally:
            stop.set()
            for client in clients:
                client.join(TIMEOUT)
        assert "Traceback" not in (hub.folder / "serve.log").read_text()


@pytest.mark.kills
def test_unfinished_requests_do_not_block_others(tmp_path: Path) -> None:
    with a_hub(tmp_path / "hub", WEB_WORKERS="1", WEB_THREADS="2") as hub:
        halves = [socket.create_connection(("127.0.0.1", hub.port), timeout=TIMEOUT) for _ in range(6)]
        for number, half in enumerate(halves):
            half.sendall(b"GET / HTTP/1.1\r\nHost: hub\r\n" if number % 2 else b"G")
        assert eventually(hub.health)["database"]["state"] == "ok"
        for half in halves:
            assert half.recv(1000) == b"", "an unfinished request got a response"
            half.close()
        assert "Traceback" not in (hub.folder / "serve.log").read_text()


def test_a_port_in_use_stops_the_hub_with_an_error(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", hub.port))
        taken.listen()
        answer = hub.command("serve", "--port", str(hub.port))
    assert answer.returncode == 1
    assert "in use" in answer.stderr


@pytest.mark.parametrize("setting", [("HUB_TIME_ZONE", "Mars"), ("HUB_BASE_URL", "nowhere")])
def test_an_invalid_setting_stops_the_start_with_one_sentence(tmp_path: Path, setting: tuple[str, str]) -> None:
    hub = Hub(tmp_path / "hub")
    hub.environ |= dict([setting])
    answer = hub.command("serve", "--port", str(hub.port))
    assert answer.returncode == 1
    assert setting[0] in answer.stderr
    assert answer.stderr.strip().count("\n") == 0


@pytest.mark.kills
def test_the_first_start_prints_a_link_for_the_first_coordinator(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        log = (hub.folder / "serve.log").read_text()
        [link] = [line for line in log.splitlines() if "/welcome/" in line]
        page = Visitor(hub).get(link.removeprefix(hub.address))
        assert 'name="password"' in page
    finally:
        hub.kill()


@pytest.mark.kills
def test_many_stop_signals_at_once_still_stop_the_hub(tmp_path: Path) -> None:
    """A service manager signals the whole process group, and `hub serve` signals its children too."""
    hub = Hub(tmp_path / "hub")
    hub.start()
    assert hub.process
    family = [psutil.Process(hub.process.pid), *psutil.Process(hub.process.pid).children(recursive=True)]
    for _ in range(1000):
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
    try:
        # Python restores default signal handling when it exits, so a late signal ends the process.
        assert hub.process.wait(TIMEOUT) in {0, -signal.SIGTERM}
        assert psutil.wait_procs(family, timeout=TIMEOUT)[1] == []
    finally:
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()


@pytest.mark.kills
def test_a_process_that_hangs_is_killed_when_the_hub_stops(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    worker = eventually(hub.worker)
    worker.suspend()  # so that it can't handle signals
    assert hub.stop() == 0
    assert not worker.is_running()
