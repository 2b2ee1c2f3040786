"""Print what is wrong in the named folders, as `file:line: problem`; exit 1 if anything is."""

import sys

from config import ROOT
from tests.lint import lengths, stylesheets, templates

CHECKS = {"static": stylesheets.problems, "templates": templates.problems}


def main(folders: list[str]) -> int:
    """Run the checks of each folder."""
    found = [problem for folder in folders for problem in (*CHECKS[folder](ROOT), *lengths.problems(ROOT, folder))]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
