"""Files written into the text of a message by old programs (uuencode), between lines "begin" and "end"."""

import binascii
import re

# Lines of a file have no small letters, so a search ends at the next "begin".
FILE = re.compile(r"^begin [0-7]{3,4} (\S[^\r\n]{0,200})\r?\n((?:[ -`]{1,80}\r?\n)++)end[ \t]*\r?$", re.MULTILINE)


def without_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the text without the files in it, then their names and contents; what isn't such a file stays in it."""
    files: list[tuple[str, bytes]] = []

    def keep(match: re.Match[str]) -> str:
        try:
            content = b"".join(binascii.a2b_uu(line) for line in match[2].splitlines())
        except binascii.Error:
            return match[0]
        files.append((match[1].strip(), content))
        return ""

    return FILE.sub(keep, text), files
