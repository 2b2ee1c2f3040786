"""What a process gives up before it opens a file from a stranger."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

import hub
from hub.library.extract.landlock import read_only, write_only
from hub.library.extract.limits import Limits

NEW_NETWORK = 0x40000000
NEW_USER = 0x10000000
PARENT_DEATH_SIGNAL = 1
ADOPT_ORPHANS = 36

# Where Python, libraries and settings are: nothing of the hub's but its code.
PROGRAMS = (
    *(Path(sys.prefix), Path(sys.base_prefix), Path(hub.__file__).parent),
    *(Path(folder) for folder in ("/usr", "/lib", "/lib64", "/etc", "/opt")),
)
DEVICES = (Path("/dev"),)
OFFICE_SOCKETS = (Path("/tmp"),)  # noqa: S108  (LibreOffice makes them there, whatever TMPDIR says)


def leave_network() -> bool:
    """Moves the process into a network of its own that leads nowhere; False where that is not permitted."""
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    return any(system.unshare(what) == 0 for what in (NEW_NETWORK, NEW_USER | NEW_NETWORK))


def adopt_orphans() -> None:
    """Has processes whose parent has ended become children of this one, so that it can see them off."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1)


def die_with_parent(parent: int) -> None:
    """Has the process killed when its parent ends, and ends it at once if that has happened already."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def leave_files(document: Path, folder: Path) -> bool:
    """Gives up all files but the document, the folder, and what Python needs; False where that can't be."""
    return read_only((*PROGRAMS, document), (folder, *DEVICES))


def leave_writing(folder: Path) -> bool:
    """Gives up writing outside of the folder, as LibreOffice must: it reads from too many places to name."""
    return write_only((folder, *DEVICES), OFFICE_SOCKETS)


def accept(limits: Limits) -> None:
    """Puts the limits on this process and all that it starts."""
    seconds = limits.processor_seconds
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds, seconds + 2),
        (resource.RLIMIT_FSIZE, limits.written_file_bytes, limits.written_file_bytes),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
    ):
        # Some systems know not every limit, and no process may raise one that it was given.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))
