"""Edit distance for spelling suggestions. Pure."""

from collections.abc import Sequence

SHORTEST = 4  # letters; shorter words resemble too many others
TWO_EDITS_FROM = 6  # letters


def max_edits(word: str) -> int:
    """Return the largest edit distance at which another word is suggested for ``word``."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < TWO_EDITS_FROM else 2


def split_for_edits(word: str, edits: int) -> Sequence[str]:
    """Return the word split into ``edits`` + 1 parts: wherever the edits are, one part is unchanged.

    The exception is two swapped letters across a split, which change both parts.
    """
    size, more = divmod(len(word), edits + 1)
    parts, at = [], 0
    for number in range(edits + 1):
        end = at + size + (number < more)
        parts.append(word[at:end])
        at = end
    return parts


def edit_distance(word: str, other: str, most: int) -> int:
    """Return the Damerau–Levenshtein distance of two words; ``most`` + 1 if it is greater than ``most``."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, other_letter in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other_letter))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == other_letter:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)
