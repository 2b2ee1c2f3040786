"""The rights that a process gives up before it opens an untrusted file."""

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

# Where Python, libraries and settings are; of the hub, only its code.
PROGRAMS = (
    *(Path(sys.prefix), Path(sys.base_prefix), Path(hub.__file__).parent),
    *(Path(folder) for folder in ("/usr", "/lib", "/lib64", "/etc", "/opt")),
)
DEVICES = (Path("/dev"),)
OFFICE_SOCKETS = (Path("/tmp"),)  # noqa: S108  (LibreOffice creates them there even if TMPDIR is set)


def isolate_network() -> bool:
    """Move the process into an empty network namespace; returns False where that isn't permitted."""
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    return any(system.unshare(what) == 0 for what in (NEW_NETWORK, NEW_USER | NEW_NETWORK))


def adopt_orphans() -> None:
    """Make this process adopt orphaned descendants, so that it can reap them."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1)


def die_with_parent(parent: int) -> None:
    """Have this process killed when its parent ends; exit at once if the parent has ended already."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def restrict_files(document: Path, folder: Path) -> bool:
    """Give up all files except the document, the folder, and what Python needs; returns False where that isn't possible."""
    return read_only((*PROGRAMS, document), (folder, *DEVICES))


def restrict_writes(folder: Path) -> bool:
    """Give up writing outside the folder. For LibreOffice, which reads from too many places to list them."""
    return write_only((folder, *DEVICES), OFFICE_SOCKETS)


def apply_limits(limits: Limits) -> None:
    """Apply the limits to this process and everything it starts."""
    seconds = limits.processor_seconds
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds, seconds + 2),
        (resource.RLIMIT_FSIZE, limits.written_file_bytes, limits.written_file_bytes),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
    ):
        # Some systems don't support every limit, and a process can't raise one that it inherited.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))
