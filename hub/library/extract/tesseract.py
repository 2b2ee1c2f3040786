"""Text recognition by Tesseract, a program of its own: where it is, and how it is run behind its wall."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from hub.library.extract.problems import BROKE_DOWN, TOO_LARGE, TOO_SLOW, Unreadable
from hub.library.extract.sandbox import confine_program

# Where distributions and people put the trained models.
MODELS = ("share/tesseract-ocr/*/tessdata", "share/tesseract-ocr/tessdata", "share/tessdata")
PREFIXES = (Path("/usr"), Path("/usr/local"))
MODEL = "{}.traineddata"

PACKAGE = "tesseract-ocr"


def tesseract() -> str | None:
    """Return the path of Tesseract; None when it isn't installed."""
    return shutil.which("tesseract")


def model_folders(program: str) -> tuple[Path, ...]:
    """Return the folders with Tesseract's trained models."""
    prefixes = dict.fromkeys((Path(program).resolve().parent.parent, *PREFIXES))
    return tuple(folder for prefix in prefixes for pattern in MODELS for folder in sorted(prefix.glob(pattern)))


def missing_package(languages: str) -> str:
    """Return the package to install before text in these languages ("eng+spa") can be recognized; empty if none."""
    program = tesseract()
    if program is None:
        return PACKAGE
    folders = model_folders(program)
    for name in languages.split("+"):
        if not any((folder / MODEL.format(name)).is_file() for folder in folders):
            return f"{PACKAGE}-{name.replace('_', '-')}"
    return ""


def recognized(picture: Path, languages: str) -> str:
    """Return Tesseract's table of the words in a picture (`parse_table` reads it); raises Unreadable."""
    program = tesseract()
    if program is None:
        raise Unreadable(BROKE_DOWN)
    folders = model_folders(program)
    # Mode 1 turns the page upright first. One thread is as fast as four on a page, and leaves the others to people.
    command = [program, str(picture), "stdout", "-l", languages, "--psm", "1", "--dpi", "300"]
    answer = subprocess.run(
        [*command, "-c", "tessedit_create_tsv=1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
        # This process has a single thread, so nothing can hold a lock that the new process needs.
        preexec_fn=lambda: confine_program(folders, picture),
    )
    if answer.returncode == -signal.SIGXCPU:
        raise Unreadable(TOO_SLOW)
    if answer.returncode:
        # A signal ended it: most likely the machine or the limit of this process has no more memory.
        raise Unreadable(TOO_LARGE if answer.returncode < 0 else BROKE_DOWN)
    return answer.stdout.decode("utf-8", "replace")
