"""What the helper process makes of a file besides its pages' text: numbered pieces, as bytes.

A piece is a line of JSON with its number and its size, then its bytes: a picture, a printed document, HTML.
After the last one stands the same `end` that ends the telling of pages. Pieces that were made before the maker
broke down are not lost.
"""

import json
from dataclasses import dataclass

from hub.library.rules import State


@dataclass(frozen=True)
class Pieces:
    """The pieces that arrived by their number, and how it ended.

    `state` is OK when the maker came to its end, None when it broke off without a word; `detail` is for the log.
    """

    each: dict[int, bytes]
    state: State | None
    detail: str = ""


def piece(number: int, content: bytes) -> bytes:
    """Return a piece as it is told; empty content says that this one can't be made."""
    return json.dumps({"piece": number, "size": len(content)}).encode() + b"\n" + content


def heard(told: bytes) -> Pieces:
    """Return the pieces in what was told, up to the first that is rubbish: the teller read a stranger's file."""
    each: dict[int, bytes] = {}
    place = 0
    while (line_end := told.find(b"\n", place)) >= 0:
        try:
            entry = json.loads(told[place:line_end])
            if "end" in entry:
                return Pieces(each, State(entry["end"]["state"]), str(entry["end"]["cause"]))
            number, size = entry["piece"], entry["size"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return Pieces(each, None, repr(error))
        place = line_end + 1 + size if isinstance(size, int) and size >= 0 else len(told) + 1
        if not isinstance(number, int) or place > len(told):
            break
        each[number] = told[line_end + 1 : place]
    return Pieces(each, None)
