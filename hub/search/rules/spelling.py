"""How alike two words are written. Pure."""

from collections.abc import Sequence

SHORTEST = 4  # letters of a word that may be mistyped: shorter ones are like very many others
TWO_MISTAKES_FROM = 6  # letters


def mistakes_in(word: str) -> int:
    """Return how many letters of a word may be wrong for it still to be known."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < TWO_MISTAKES_FROM else 2


def parts_of(word: str, mistakes: int) -> Sequence[str]:
    """Return the word cut into one part more than there are mistakes: whatever they are, one part has none of them.

    Two letters that changed places at a cut spoil two parts, so that such a word is looked for in the next part.
    """
    size, more = divmod(len(word), mistakes + 1)
    parts, at = [], 0
    for number in range(mistakes + 1):
        end = at + size + (number < more)
        parts.append(word[at:end])
        at = end
    return parts


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters were added, left out, changed, or have changed places; ``most`` + 1 when more than ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)
