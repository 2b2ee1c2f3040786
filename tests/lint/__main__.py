"""Print what is wrong with stylesheets and templates, as `file:line: problem`; exit 1 if anything is."""

import sys

from config import ROOT
from tests.lint import stylesheets

CHECKS = (stylesheets.problems,)


def main() -> int:
    """Run all checks over the project."""
    found = [problem for check in CHECKS for problem in check(ROOT)]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
