"""A document that takes over the program that opens it: what it tries, and what it says of it in its own text.

`attack` needs nothing but Python, because it is also run by a program in LibreOffice's place.
"""

import json
import os
import socket
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.library import documents

PLAIN_WORD = """<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>
<w:t>{}</w:t></w:r></w:p></w:body></w:document>"""


@dataclass
class Targets:
    """What the attack aims at: files to read, folders to write to, sockets, and a process."""

    document: str
    readable: list[str]
    writable: list[str]
    port: int
    datagram_port: int
    abstract: str
    socket_path: str
    process: int
    forks: int = 0


def attack(targets: dict[str, Any], own_folder: str) -> list[str]:
    """Try everything, and return the names of what worked."""
    tries: dict[str, Callable[[], object]] = {
        "read its document": partial(read, targets["document"]),
        "wrote to its folder": partial(write, own_folder),
        **{f"read {path}": partial(read, path) for path in targets["readable"]},
        **{f"listed {path}": partial(find, path, targets["readable"]) for path in targets["writable"]},
        **{f"wrote to {path}": partial(write, path) for path in targets["writable"]},
        "connected by TCP": partial(connect, socket.AF_INET, ("127.0.0.1", targets["port"])),
        "connected to an abstract socket": partial(connect, socket.AF_UNIX, "\0" + targets["abstract"]),
        "connected to a socket": partial(connect, socket.AF_UNIX, targets["socket_path"]),
        "sent a datagram": partial(send_datagram, targets["datagram_port"]),
        "sent a signal": partial(os.kill, targets["process"], 15),
        "started a process": fork,
        "filled the machine with processes": partial(fill, targets["forks"]),
    }
    worked = []
    for name, action in tries.items():
        with suppress(Exception):
            action()
            worked.append(name)
    return worked


def read(path: str) -> None:
    """Read from a file."""
    with open(path, "rb") as file:  # noqa: PTH123
        file.read(10)


def find(folder: str, files: list[str]) -> None:
    """List a folder with one of the files; a wall may show the empty folders that lead to the document."""
    names = {path.rsplit("/", 1)[-1] for path in files}
    if not names & set(os.listdir(folder)):  # noqa: PTH208
        raise FileNotFoundError(folder)


def write(folder: str) -> None:
    """Write a file."""
    with open(folder + "/left-behind", "w") as file:  # noqa: PTH123
        file.write("x")


def connect(family: int, address: Any) -> None:
    """Connect to a socket."""
    with socket.socket(family) as client:
        client.settimeout(2)
        client.connect(address)


def send_datagram(port: int) -> None:
    """Send without connecting."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("127.0.0.1", port))


def fork() -> None:
    """Start one process."""
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def fill(count: int) -> None:
    """Start many processes that stay."""
    if not count:
        raise ValueError(count)
    for _ in range(count):
        if os.fork() == 0:
            threading.Event().wait(600)
            os._exit(0)


def hijacked_parser(targets: Targets) -> tuple[str, ...]:
    """Return the helper's command, with a parser for text files that the document has taken over."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    code = f"""
import sys, runpy
sys.path.insert(0, {root!r})
from hub.library.extract import openers
from hub.library.extract.pages import Document, ExtractedPage
from hub.library.rules import PageKind
from tests.library import hostile
import json, os
def open_text(path, file_format, limits):
    return Document(iter([ExtractedPage(1, PageKind.SECTION, "", json.dumps(hostile.attack({asdict(targets)!r}, os.getcwd())))]))
openers.OPENERS["txt"] = open_text
runpy.run_module("hub.library.extract.child", run_name="__main__")
"""
    return (sys.executable, "-I", "-c", code)


def hijacked_office(folder: Path, targets: Targets) -> Path:
    """Write a program in LibreOffice's place, which attacks and returns a Word document that says what worked."""
    empty = documents.word(folder / "empty.docx", lambda document: document.add_paragraph("REPORT"))
    parts = {}
    with zipfile.ZipFile(empty) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    source = Path(__file__).read_text(encoding="utf-8")
    start = source.index("def attack(")
    code = source[start : source.index("def hijacked_parser(")]
    program = folder / "soffice"
    program.write_text(
        f"""#!/usr/bin/python3 -I
import json, os, socket, sys, threading, zipfile
from functools import partial
from contextlib import suppress
from collections.abc import Callable
from typing import Any
{code}
target = sys.argv[sys.argv.index("--outdir") + 1]
os.makedirs(target, exist_ok=True)
worked = json.dumps(attack({asdict(targets)!r}, target)).replace('"', "&quot;")
with zipfile.ZipFile(target + "/document.docx", "w") as archive:
    for name, content in {parts!r}.items():
        archive.writestr(name, content.replace(b"REPORT", worked.encode()))
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program


@contextmanager
def listeners(folder: Path) -> Iterator[tuple[Targets, list[socket.socket]]]:
    """Yield targets whose sockets listen, and the sockets themselves; each is asked afterward who came."""
    abstract, path = f"hub-test-{os.getpid()}-{folder.name}", str(folder / "s")
    tcp, unix, hidden = socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with tcp, unix, hidden, datagrams:
        tcp.bind(("127.0.0.1", 0))
        datagrams.bind(("127.0.0.1", 0))
        unix.bind(path)
        hidden.bind("\0" + abstract)
        for server in (tcp, unix, hidden):
            server.listen()
        for server in (tcp, unix, hidden, datagrams):
            server.setblocking(False)
        yield (
            Targets("", [], [], tcp.getsockname()[1], datagrams.getsockname()[1], abstract, path, 0),
            [tcp, unix, hidden, datagrams],
        )


def report(text: str) -> list[str]:
    """Return what worked, from the text of the document."""
    return list(json.loads(text))
