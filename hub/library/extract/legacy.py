"""Old PowerPoint, Word and Excel files: LibreOffice turns them into their modern kind, walled in."""

import shutil
import subprocess
from pathlib import Path

from hub.library.extract.formats import FORMATS, Format
from hub.library.extract.problems import EMPTY, NEEDS_LIBREOFFICE, NOT_CONVERTED, Unreadable
from hub.library.extract.sandbox import leave_writing

# Nothing is fetched from elsewhere and no macro runs, whatever the document asks for.
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
    """Return the command of LibreOffice, when it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def modernized(path: Path, file_format: Format, folder: Path) -> tuple[Path, Format]:
    """Return the converted copy of an old file in the folder, and its format; Unreadable when there can be none."""
    modern = FORMATS[str(file_format.converted_to)]
    office = libreoffice()
    words = {"label": file_format.label, "a_label": file_format.a_label, "modern": modern.extension.upper()}
    if office is None:
        raise Unreadable(NEEDS_LIBREOFFICE, **words)
    if path.stat().st_size == 0:
        raise Unreadable(EMPTY)
    convert(office, named_link(path, file_format, folder), modern.extension, folder)
    result = folder / "converted" / f"document.{modern.extension}"
    # LibreOffice ends with 0 also when it failed, so only the file tells.
    if not result.is_file() or result.stat().st_size == 0:
        raise Unreadable(NOT_CONVERTED, **words)
    return result, modern


def named_link(path: Path, file_format: Format, folder: Path) -> Path:
    """Return the file under a name that tells LibreOffice what it is."""
    named = folder / f"document.{file_format.extension}"
    named.symlink_to(path)
    return named


def convert(office: str, source: Path, target: str, folder: Path) -> None:
    """One run of LibreOffice with a profile of its own: two runs on one profile fail without a word.

    `target` is the extension to convert to, perhaps with the filter and its settings.
    """
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    wall = walls(source.resolve(), folder)
    if not wall:
        # Landlock forbids to build such walls, so it is the second choice.
        leave_writing(folder)
    subprocess.run(
        [
            *wall,
            office,
            f"-env:UserInstallation={profile.as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
            *("--convert-to", target, "--outdir", str(folder / "converted"), str(source)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def walls(document: Path, folder: Path) -> list[str]:
    """Return what to put before a command so that it sees no network and may write only to the folder."""
    wall = shutil.which("bwrap")
    if wall is None:
        return []
    command = [wall, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"]
    # LibreOffice makes a socket in /tmp, whatever TMPDIR says; here that is a /tmp of its own.
    command += ["--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(folder), str(folder)]  # noqa: S108
    command += ["--ro-bind", str(document), str(document)]
    # Many containers forbid it.
    works = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if works else []
