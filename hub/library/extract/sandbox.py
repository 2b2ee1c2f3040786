"""The rights that a process gives up before it opens an untrusted file: the walls around it.

A parser reads one file, its programs and nothing else, writes into its own folder, and has no network, no other
process and no signal (`confine_reader`). LibreOffice needs more and gets a wall of its own: `office_command` in
`hub.library.extract.bubblewrap`, or `confine_office` where Bubblewrap doesn't work. Tesseract needs as little as a
parser (`confine_program`). `hub.library.extract.walls` says which of them this machine can build.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path

import hub
from hub.library.extract import landlock, seccomp
from hub.library.extract.limits import Limits

NEW_NETWORK = 0x40000000
NEW_USER = 0x10000000
PARENT_DEATH_SIGNAL = 1
ADOPT_ORPHANS = 36
CAPABILITIES_VERSION = 0x20080522
READ_ANY_FILE = 0b110  # the capabilities to read others' files, which Landlock limits to the document

# Where programs and libraries are. Not all of a prefix, because the hub itself may be installed in one.
PARTS = ("bin", "lib", "lib32", "lib64", "libexec", "share")
SYSTEM = tuple(Path("/usr", part) for part in (*PARTS, "local/bin", "local/lib", "local/share/fonts"))
ROOTS = tuple(Path("/", part) for part in ("bin", "lib", "lib32", "lib64"))
SETTINGS = tuple(
    Path("/etc", name)
    for name in ("alternatives", "fonts", "ld.so.cache", "localtime", "mime.types", "papersize", "libreoffice")
)
# Folders of LibreOffice and its fonts; /opt/libreoffice… is where its makers' own packages are.
OFFICE = tuple(Path("/var", name) for name in ("cache/fontconfig", "lib/libreoffice", "spool/libreoffice"))
DEVICES = tuple(Path("/dev", name) for name in ("null", "zero", "full", "random", "urandom"))
OFFICE_SOCKETS = (Path("/tmp"),)  # noqa: S108  (LibreOffice creates them there even if TMPDIR is set)


def reader_programs() -> tuple[Path, ...]:
    """Return what a parser may read besides its document: Python, libraries, and of the hub only its code."""
    prefixes = {Path(sys.prefix), Path(sys.base_prefix)}
    python = [prefix / part for prefix in sorted(prefixes) for part in PARTS]
    packages = [Path(path) for path in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})]
    return (*SYSTEM, *ROOTS, *SETTINGS, *python, *packages, Path(hub.__file__).parent)


def office_programs(office: str) -> tuple[Path, ...]:
    """Return what LibreOffice, whose program is ``office``, may read besides its document and profile."""
    folder = Path(office).resolve().parent
    return (*SYSTEM, *ROOTS, *SETTINGS, *OFFICE, folder.parent if folder.name == "program" else folder)


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


def confine_reader(document: Path, folder: Path) -> bool:
    """Give up all files except the document, the folder and programs; the network, signals, and new processes.

    Returns False if a part of this isn't possible; the other parts hold anyway.
    """
    drop_capabilities()
    has_files = landlock.only((*reader_programs(), document), (folder, *DEVICES))
    return seccomp.is_available() and seccomp.restrict_calls(seccomp.reader_filter()) and has_files


def confine_office(office: str, document: Path, folder: Path) -> bool:
    """Give up the same for LibreOffice, which starts processes of its own; returns False if a part isn't possible."""
    drop_capabilities()
    has_files = landlock.only((*office_programs(office), document), (folder, *DEVICES), OFFICE_SOCKETS)
    return seccomp.is_available() and seccomp.restrict_calls(seccomp.office_filter(is_alone=False)) and has_files


def confine_program(programs: tuple[Path, ...], document: Path) -> bool:
    """Give up the same for a program that reads the document, writes only to its output, and starts no other.

    `programs` are what it reads besides. Returns False if a part isn't possible.
    """
    drop_capabilities()
    has_files = landlock.only((*SYSTEM, *ROOTS, *SETTINGS, *programs, document), DEVICES)
    return seccomp.is_available() and seccomp.restrict_calls(seccomp.program_filter()) and has_files


class CapabilityHeader(ctypes.Structure):
    """`struct __user_cap_header_struct`."""

    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


def drop_capabilities() -> None:
    """Give up root's privileges, except to read a document that belongs to another user."""
    if not sys.platform.startswith("linux"):
        return
    system = ctypes.CDLL(None, use_errno=True)
    header, sets = CapabilityHeader(CAPABILITIES_VERSION, 0), (ctypes.c_uint32 * 6)()
    if system.capget(ctypes.byref(header), sets) == 0:
        # The effective and permitted sets, then those that programs inherit; each in two halves.
        kept = [sets[0] & READ_ANY_FILE, sets[1] & READ_ANY_FILE, 0, 0, 0, 0]
        system.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)(*kept))


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
