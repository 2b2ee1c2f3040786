"""Conversion of old PowerPoint, Word and Excel files to their modern formats, by LibreOffice in a sandbox."""

import shutil
import subprocess
from pathlib import Path

from hub.library.extract.bubblewrap import office_command, with_filter
from hub.library.extract.formats import FORMATS, Format
from hub.library.extract.passing import ended_by_machine, is_full
from hub.library.extract.problems import EMPTY, NEEDS_LIBREOFFICE, NOT_CONVERTED, Passing, Unreadable
from hub.library.extract.processes import allowed_threads, limit_processes
from hub.library.extract.sandbox import confine_office

# Nothing is fetched from elsewhere and no macro runs, even if the document asks for it.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
</item>
</oor:items>
"""


def libreoffice() -> str | None:
    """Return the path of LibreOffice; None when it isn't installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def converted_copy(path: Path, file_format: Format, folder: Path) -> tuple[Path, Format]:
    """Convert an old file into the folder; returns the copy and its format, or raises Unreadable."""
    modern = FORMATS[str(file_format.converted_to)]
    office = libreoffice()
    words = {"label": file_format.label, "a_label": file_format.a_label, "modern": modern.extension.upper()}
    if office is None:
        raise Unreadable(NEEDS_LIBREOFFICE, **words)
    if path.stat().st_size == 0:
        raise Unreadable(EMPTY)
    ended_well = convert(office, named_link(path, file_format, folder), modern.extension, folder)
    result = converted_file(folder, modern.extension)
    if result is None:
        raise (Unreadable if ended_well else Passing)(NOT_CONVERTED, **words)
    return result, modern


def named_link(path: Path, file_format: Format, folder: Path) -> Path:
    """Link the file under a name with its extension, which LibreOffice needs; returns the link."""
    named = folder / f"document.{file_format.extension}"
    named.symlink_to(path)
    return named


def convert(office: str, source: Path, target: str, folder: Path, *, settings: str = PROFILE) -> bool:
    """Run LibreOffice with a new profile: two runs with the same profile fail silently.

    `target` is the extension to convert to, optionally with the filter and its settings; `settings` are the profile's.
    Returns False if LibreOffice was ended or couldn't run, so that a missing result says nothing about the file.
    """
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(settings, encoding="utf-8")
    document = source.resolve()
    wall = office_command(office, document, folder)
    command = [
        *wall,
        office,
        f"-env:UserInstallation={profile.as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
        *("--convert-to", target, "--outdir", str(folder / "converted"), str(source)),
    ]
    command, inherited = with_filter(command) if wall else (command, ())
    most = allowed_threads()

    def confine() -> None:
        # Landlock would prevent Bubblewrap from working, so it is the second choice.
        if not wall:
            confine_office(office, document, folder)
            limit_processes(most)

    try:
        # This process has a single thread, so nothing can hold a lock that the new process needs.
        exit_code = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            pass_fds=inherited,
            preexec_fn=confine,
        ).returncode
    except (OSError, subprocess.SubprocessError):  # being installed, or no memory for it
        return False
    return not (ended_by_machine(exit_code) or is_full(folder))


def converted_file(folder: Path, extension: str) -> Path | None:
    """Return the file that LibreOffice made, if any.

    LibreOffice exits with 0 even if it failed, so only the file tells. If the document took LibreOffice over, it may
    have left a link to a file that only the hub may read.
    """
    result = folder.resolve() / "converted" / f"document.{extension}"
    is_own = result.resolve() == result and result.is_file() and result.stat().st_nlink == 1
    return result if is_own and result.stat().st_size else None
