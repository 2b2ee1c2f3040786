"""The walls around programs that open untrusted files: which of them this machine can build, and what is missing."""

import os
from dataclasses import dataclass
from pathlib import Path

from config import Config
from hub.library.extract import bubblewrap, landlock, seccomp
from hub.library.extract.legacy import libreoffice
from hub.library.extract.sandbox import office_programs, reader_programs

PARSERS, OFFICE = "parsers", "libreoffice"

NO_LANDLOCK = (
    "a file could make it read the hub’s keys and other files, because the kernel has no Landlock. Use Linux 5.13 or "
    "later with Landlock turned on."
)
NO_FILTER = (
    "a file could make it start programs and use the network, because this system has no seccomp filter. Run the hub "
    "on Linux with an x86-64 or ARM 64-bit processor."
)
ROOT = (
    "a file could make it start processes without limit, because the hub runs as root and Bubblewrap isn’t installed or "
    "doesn’t work here. Install bubblewrap, or run the hub as a user of its own."
)
EXPOSED = "a file could make it read {folder}, which is among the programs that it needs. Move that folder elsewhere."
STANDS = "It can reach only the file that it opens."
REFUSED = (
    "This hub opens files only behind walls that this machine can’t build, so the text of this file can’t be searched "
    "yet. You can still download it. Ask your coordinator to have the machine set up for it; the hub then processes "
    "the file automatically."
)


@dataclass(frozen=True)
class WallState:
    """Whether the wall around one kind of program can be built, and a sentence on it for operators."""

    name: str
    stands: bool
    sentence: str


def walls(config: Config) -> tuple[WallState, ...]:
    """Return the walls around the hub's own parsers and, if it is installed, LibreOffice. Cheap enough for each page."""
    parsers = missing_around_parsers(config)
    states = [state(PARSERS, "The hub opens files in a process of its own", parsers)]
    if office := libreoffice():
        states.append(state(OFFICE, "LibreOffice opens slides and old files", missing_around_office(config, office)))
    return tuple(states)


def missing(config: Config) -> list[WallState]:
    """Return the walls that can't be built."""
    return [wall for wall in walls(config) if not wall.stands]


def may_open(config: Config, *, with_office: bool = False) -> bool:
    """Return False if the hub must not open files here: REQUIRE_WALLS is yes, and a wall is missing."""
    if config.REQUIRE_WALLS != "yes":
        return True
    return not any(with_office or wall.name == PARSERS for wall in missing(config))


def state(name: str, program: str, reason: str) -> WallState:
    """Return the state of a wall, from why it can't be built."""
    return WallState(name, not reason, f"{program}, but {reason}" if reason else f"{program}. {STANDS}")


def missing_around_parsers(config: Config) -> str:
    """Return why the wall around parsers can't be built, and what to do; empty if it can."""
    return missing_in_kernel() or exposed(config, reader_programs())


def missing_around_office(config: Config, office: str) -> str:
    """Return why the wall around LibreOffice can't be built, and what to do; empty if it can."""
    if bubblewrap.is_available():
        return exposed(config, office_programs(office))
    reason = missing_in_kernel() or exposed(config, office_programs(office))
    return reason or (ROOT if os.geteuid() == 0 else "")


def missing_in_kernel() -> str:
    """Return what the kernel lacks; empty if nothing."""
    if not landlock.version():
        return NO_LANDLOCK
    return "" if seccomp.is_available() else NO_FILTER


def exposed(config: Config, programs: tuple[Path, ...]) -> str:
    """Return a sentence if one of the hub's own folders is among the programs; empty if none is."""
    database = config.DATABASE_URL.removeprefix("sqlite:///") if config.DATABASE_URL.startswith("sqlite:") else ""
    private = [config.INSTANCE, config.UPLOADS, *([Path(database).parent] if database else [])]
    readable = {path.resolve() for path in programs}
    for folder in private:
        if {folder.resolve(), *folder.resolve().parents} & readable:
            return EXPOSED.format(folder=folder)
    return ""
