"""Reasons for which a file can't be read or drawn now, but perhaps later: they are the machine's, not the file's."""

import errno
import shutil
import signal
from contextlib import suppress
from pathlib import Path

# A full or failing disk, no memory, too many processes or open files.
PASSING = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EROFS,
        errno.ENOMEM,
        errno.EAGAIN,
        errno.EMFILE,
        errno.ENFILE,
        errno.ESTALE,
    }
)
# A program writes nothing, and doesn't say why, when there is less space than this.
LEAST_FREE = 4 * 1024 * 1024
# A program that crashed on a file, or used up its processor time, would do so again.
CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGXCPU})
SHELL_SIGNALS = 128  # a shell reports the signal that ended a program as this much more


def may_pass(error: BaseException | None) -> bool:
    """Return True if an error, or one that caused it, has a reason that may pass."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in PASSING:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def is_full(folder: Path) -> bool:
    """Return True if there is hardly any space left where the folder is."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < LEAST_FREE
    return False


def ended_by_machine(exit_code: int) -> bool:
    """Return True if a program's exit code says that the machine ended it, or couldn't run it properly.

    LibreOffice exits with 0 when it can't convert a file, so other codes are about LibreOffice itself.
    """
    ended_by = -exit_code if exit_code < 0 else exit_code - SHELL_SIGNALS
    return exit_code != 0 and ended_by not in CRASHES
