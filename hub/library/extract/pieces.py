"""Output of the helper process other than page texts: numbered pieces, as bytes.

A piece is a line of JSON with its number and its size, then its bytes: a picture, a printed document, HTML. The last
one is followed by the same `end` entry as a report on pages. Pieces made before a crash are not lost.
"""

import json
from dataclasses import dataclass

from hub.library.rules import State


@dataclass(frozen=True)
class Pieces:
    """The received pieces by number, and how the job ended.

    `state` is OK when the job finished, None when it ended without its `end` entry; `detail` is for the log.
    `may_pass`: pieces are missing for a reason that may pass, so it is worth another try later.
    """

    each: dict[int, bytes]
    state: State | None
    detail: str = ""
    may_pass: bool = False


def piece(number: int, content: bytes) -> bytes:
    """Return a piece as bytes to send; empty content means that this piece can't be made."""
    return json.dumps({"piece": number, "size": len(content)}).encode() + b"\n" + content


def parse_pieces(output: bytes) -> Pieces:
    """Return the pieces in a helper's output, up to the first malformed one: the helper read an untrusted file."""
    each: dict[int, bytes] = {}
    place = 0
    while (line_end := output.find(b"\n", place)) >= 0:
        try:
            entry = json.loads(output[place:line_end])
            if "end" in entry:
                ended = entry["end"]
                return Pieces(each, State(ended["state"]), str(ended["cause"]), ended.get("may_pass") is True)
            number, size = entry["piece"], entry["size"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return Pieces(each, None, repr(error))
        place = line_end + 1 + size if isinstance(size, int) and size >= 0 else len(output) + 1
        if not isinstance(number, int) or place > len(output):
            break
        each[number] = output[line_end + 1 : place]
    return Pieces(each, None)
