"""A real ClamAV daemon with signatures of the tests' own, so that no signatures are downloaded."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.library.files import scanner
from tests.serving import eventually

MARK = b"this sentence is the tests' own virus"
OTHER_MARK = b"a sentence that is found dangerous later"
STREAM_LIMIT = 1 << 20  # bytes

SETTINGS = """DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.sock
LogFile {folder}/clamd.log
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength {limit}
SelfCheck 0
"""


@dataclass
class Scanner:
    """A running daemon."""

    address: str
    folder: Path

    def learn(self, name: str, content: bytes) -> None:
        """Add a signature for files that contain this, and load it."""
        path = self.folder / "signatures" / f"{name}.ndb"
        path.write_text(f"Test.{name}:0:*:{content.hex()}\n")
        connection = scanner._connected(self.address, 10)
        with connection:
            connection.sendall(b"zRELOAD\0")
            assert scanner._answer(connection) == "RELOADING"
        self.wait_until_found(content)

    def wait_until_found(self, content: bytes) -> None:
        """Wait until the daemon uses a new signature."""
        probe = self.folder / "probe"
        probe.write_bytes(content)

        def is_found() -> bool:
            with probe.open("rb") as file:
                return bool(scanner.check(self.address, file).signature)

        eventually(is_found)


def _answers(address: str) -> bool:
    try:
        return bool(scanner.version(address))
    except scanner.ScannerDown:
        return False


@contextmanager
def a_scanner(folder: Path) -> Iterator[Scanner]:
    """Start a daemon that knows MARK, and end it; skip where ClamAV isn't installed."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("ClamAV isn't installed: apt-get install clamav-daemon")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Test.Own:0:*:{MARK.hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(SETTINGS.format(folder=folder, limit=STREAM_LIMIT) + "User root\n" * (os.geteuid() == 0))
    address = f"unix:{folder}/clamd.sock"
    with subprocess.Popen([program, "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        try:
            eventually(lambda: process.poll() is not None or _answers(address))
            assert process.poll() is None, (folder / "clamd.log").read_text()
            yield Scanner(address, folder)
        finally:
            process.kill()
