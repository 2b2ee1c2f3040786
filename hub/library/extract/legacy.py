"""Conversion of old PowerPoint, Word and Excel files to their modern formats, by LibreOffice in a sandbox."""

import shutil
import subprocess
from pathlib import Path

from hub.library.extract.formats import FORMATS, Format
from hub.library.extract.problems import EMPTY, NEEDS_LIBREOFFICE, NOT_CONVERTED, Unreadable
from hub.library.extract.sandbox import restrict_writes

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
    convert(office, named_link(path, file_format, folder), modern.extension, folder)
    result = folder / "converted" / f"document.{modern.extension}"
    # LibreOffice exits with 0 even if it failed, so only the file tells.
    if not result.is_file() or result.stat().st_size == 0:
        raise Unreadable(NOT_CONVERTED, **words)
    return result, modern


def named_link(path: Path, file_format: Format, folder: Path) -> Path:
    """Link the file under a name with its extension, which LibreOffice needs; returns the link."""
    named = folder / f"document.{file_format.extension}"
    named.symlink_to(path)
    return named


def convert(office: str, source: Path, target: str, folder: Path) -> None:
    """Run LibreOffice with a new profile: two runs with the same profile fail silently.

    `target` is the extension to convert to, optionally with the filter and its settings.
    """
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    sandbox = sandbox_command(source.resolve(), folder)
    if not sandbox:
        # Landlock would prevent bwrap from working, so it is the second choice.
        restrict_writes(folder)
    subprocess.run(
        [
            *sandbox,
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


def sandbox_command(document: Path, folder: Path) -> list[str]:
    """Return the prefix for a command that hides the network and permits writing only to the folder; [] if unavailable."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return []
    command = [bwrap, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"]
    # LibreOffice creates a socket in /tmp even if TMPDIR is set; here it gets its own /tmp.
    command += ["--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(folder), str(folder)]  # noqa: S108
    command += ["--ro-bind", str(document), str(document)]
    # Many containers forbid bwrap.
    works = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if works else []
