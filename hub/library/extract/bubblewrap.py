"""Bubblewrap: LibreOffice gets a file system with only what it needs, and no network or other processes to see."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from hub.library.extract import seccomp
from hub.library.extract.processes import allowed_threads
from hub.library.extract.sandbox import OFFICE_SOCKETS, ROOTS, office_programs

TEMPORARY_BYTES = 64 * 1024 * 1024


def office_command(office: str, document: Path, folder: Path) -> list[str]:
    """Return the prefix of a command that reads the document and programs, and writes to the folder; [] if unavailable.

    ``with_filter`` adds the filter of system calls.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None or not is_available():
        return []
    return [
        *isolated(bwrap),
        # LibreOffice creates a socket in /tmp even if TMPDIR is set; here it gets its own /tmp.
        *(argument for place in OFFICE_SOCKETS for argument in (*size(bwrap), "--tmpfs", str(place))),
        *visible(office_programs(office)),
        *("--bind", str(folder), str(folder), "--ro-bind", str(document), str(document)),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *limited(),
    ]


def isolated(bwrap: str) -> list[str]:
    """Return the arguments for namespaces of its own, without privileges."""
    return [bwrap, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--dev", "/dev", "--proc", "/proc"]


def visible(programs: tuple[Path, ...]) -> list[str]:
    """Return the arguments that make programs readable; today's systems link /lib to /usr/lib."""
    arguments = []
    for path in programs:
        if path in ROOTS and path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            arguments += ["--ro-bind", str(path), str(path)]
    return arguments


def size(bwrap: str) -> list[str]:
    """Return the argument that limits a folder in memory; [] in old versions of Bubblewrap."""
    return ["--size", str(TEMPORARY_BYTES)] if "--size" in help_of(bwrap) else []


def limited() -> list[str]:
    """Return the prefix that limits the number of processes inside; [] without the program for it."""
    prlimit = shutil.which("prlimit")
    most = allowed_threads()
    return [prlimit, f"--nproc={most}:{most}", "--"] if prlimit else []


def with_filter(command: list[str]) -> tuple[list[str], tuple[int, ...]]:
    """Return the command with the filter of system calls, and the descriptors that it must inherit."""
    if not command or not seccomp.is_available():
        return command, ()
    with tempfile.TemporaryFile() as file:
        file.write(seccomp.office_filter(is_alone=True))
        file.flush()
        file.seek(0)
        descriptor = os.dup(file.fileno())
    return [command[0], "--seccomp", str(descriptor), *command[1:]], (descriptor,)


def is_available() -> bool:
    """Return True if Bubblewrap is installed and works here."""
    bwrap = shutil.which("bwrap")
    return bwrap is not None and works(bwrap)


@cache
def works(bwrap: str) -> bool:
    """Return True if Bubblewrap works here; many containers forbid it."""
    command = [*isolated(bwrap), *visible((*ROOTS, Path("/usr"))), "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@cache
def help_of(bwrap: str) -> str:
    """Return Bubblewrap's list of options."""
    return subprocess.run([bwrap, "--help"], capture_output=True, check=False, text=True).stdout
