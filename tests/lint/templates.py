"""Check templates for problems that djlint and djhtml don't find."""

import re
from pathlib import Path

LONGEST = 160  # characters in a line
SCRIPT = re.compile(r"<script\b[^>]*>")


def problems(root: Path) -> list[str]:
    """Return the problems in the project's templates, as `file:line: problem`."""
    return [
        f"{path.relative_to(root)}:{line}: {problem}"
        for path in sorted((root / "templates").rglob("*.*"))
        for line, problem in faults(path.read_text())
    ]


def faults(template: str) -> list[tuple[int, str]]:
    """Return the line and the problem of each fault in a template."""
    results = []
    lines = template.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST:
            results.append((number, f"{len(line)} characters; the limit is {LONGEST}"))
        if "\t" in line:
            results.append((number, "a tab; indent with spaces"))
        if line != line.rstrip():
            results.append((number, "white space at the end of the line"))
        if any('type="module"' not in tag or "src=" not in tag for tag in SCRIPT.findall(line)):
            results.append((number, "a script that isn't a module with a URL"))
    if lines[-1] or len(lines) < 2 or not lines[-2]:
        results.append((len(lines), "the file must end with one line break"))
    return results
