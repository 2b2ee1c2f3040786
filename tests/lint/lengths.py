"""Check the length of files."""

from pathlib import Path

LONGEST = 400  # lines
SUFFIXES = frozenset({".css", ".html", ".js"})


def problems(root: Path, folder: str) -> list[str]:
    """Return the files of the folder that are too long, as `file:line: problem`."""
    counts = {
        path.relative_to(root): len(path.read_text().splitlines())
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in SUFFIXES
    }
    return [
        f"{path}:{LONGEST + 1}: {count} lines; the limit is {LONGEST}"
        for path, count in counts.items()
        if count > LONGEST
    ]
