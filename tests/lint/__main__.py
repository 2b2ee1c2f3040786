"""Print what is wrong in the named folders, as `file:line: problem`; exit 1 if anything is."""

import sys

from config import ROOT
from tests.lint import lengths, stylesheets, templates, words

CHECKS = {"static": stylesheets.problems, "templates": templates.problems}  # and "words", everywhere


def main(folders: list[str]) -> int:
    """Run the checks of each folder, or of the words in all of them; return the exit status."""
    problems = [
        problem
        for folder in folders
        for problem in (
            words.problems(ROOT) if folder == "words" else (*CHECKS[folder](ROOT), *lengths.problems(ROOT, folder))
        )
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
