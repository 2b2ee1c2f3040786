"""Edit distance for spelling suggestions: how far a typed word is from another one, and how far is too far. Pure."""

from collections.abc import Sequence

SHORTEST = 4  # letters; shorter words resemble too many others
TWO_EDITS_FROM = 8  # letters
TWO_SLIPS_FROM = 6  # letters, from which two edits may be suggested as well if they are the commonest slips
LONGEST = 30  # letters

# Costs of an edit. What people mistype and misspell most costs least.
EDIT, MISSING, SWAPPED, DOUBLED, VOWEL, NEIGHBOR, SOUND, SILENT = 1.0, 0.85, 0.7, 0.6, 0.7, 0.85, 0.75, 0.75
FIRST_LETTER = 0.6  # on top, since the first letter is seldom wrong
# The largest costs: of one edit in a short word, where any other letter often makes another right word; of two edits in
# a short word; and of two in a long one.
ONE_SLIP, TWO_SLIPS, TWO_EDITS = 0.86, 1.36, 1.86
# What words have after their stem.
ENDINGS = (
    *(
        "",
        "s",
        "e",
        "es",
        "ed",
        "er",
        "ers",
        "or",
        "ors",
        "ing",
        "ings",
        "y",
        "ly",
        "al",
        "ally",
        "ic",
        "ive",
        "ity",
        "ment",
    ),
    *("ments", "ion", "ions", "ation", "ations", "ance", "ence", "able", "ness", "ship", "ful", "ous", "ist", "ists"),
)
_VOWELS = frozenset("aeiouy")
_SILENT = frozenset("eh")
_SOUNDS = frozenset(map(frozenset, ("ck", "cs", "sz", "gj", "kq", "fv", "iy", "mn")))
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBORS = frozenset(frozenset(row[at : at + 2]) for row in _ROWS for at in range(len(row) - 1))


def max_edits(word: str) -> int:
    """Return the largest edit distance at which another word may be suggested for ``word``."""
    return 0 if not SHORTEST <= len(word) <= LONGEST else 1 if len(word) < TWO_SLIPS_FROM else 2


def is_near(word: str, other: str, *, strict: bool = False) -> bool:
    """Return True if ``other`` is near enough to be what ``word`` should be; ``strict`` allows swapped letters only."""
    edits = edit_distance(word, other, max_edits(word))
    if not 0 < edits <= max_edits(word) or not _has_near_beginning(word, other):
        return False
    if strict:
        return edits == 1 and sorted(word) == sorted(other)
    is_long = len(word) >= TWO_EDITS_FROM
    most = (EDIT + FIRST_LETTER if is_long else ONE_SLIP) if edits == 1 else TWO_EDITS if is_long else TWO_SLIPS
    return cost(word, other) <= most + (0.0 if word[0] == other[0] else FIRST_LETTER)


def _has_near_beginning(word: str, other: str) -> bool:
    """Return True for the same first letter, for swapped ones, and in long words for one that is missing or near."""
    if word[0] == other[0] or word[:2] == other[1::-1]:
        return True
    if word == other[1:]:
        return len(word) >= TWO_SLIPS_FROM
    return len(word) >= TWO_EDITS_FROM and word[1:] == other[1:] and frozenset((word[0], other[0])) in _NEIGHBORS


def split_for_edits(word: str, edits: int) -> Sequence[str]:
    """Return the word split into ``edits`` + 1 parts: wherever the edits are, one part is unchanged.

    The exception is two swapped letters across a split, which change both parts; see `probes`.
    """
    size, more = divmod(len(word), edits + 1)
    parts, at = [], 0
    for number in range(edits + 1):
        end = at + size + (number < more)
        parts.append(word[at:end])
        at = end
    return parts


def probes(word: str, edits: int) -> Sequence[str]:
    """Return strings of which any word within ``edits`` of ``word`` contains at least one."""
    parts = dict.fromkeys(split_for_edits(word, edits))
    at = 0
    for part in split_for_edits(word, edits)[:-1]:
        at += len(part)
        swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        parts |= dict.fromkeys(split_for_edits(swapped, edits - 1))
    return list(parts)


def edit_distance(word: str, other: str, most: int) -> int:
    """Return the Damerau–Levenshtein distance of two words; ``most`` + 1 if it is greater than ``most``."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    return min(_rows(word, other, most)[-1], most + 1)


def ending_distances(word: str) -> Sequence[int]:
    """Return the distance of the rest of a word, from each letter on, from the nearest ending of English words."""
    rests = [word[at:] for at in range(len(word) + 1)]
    return [min(_rows(rest, ending, len(word))[-1] for ending in ENDINGS) for rest in rests]


def distance_of_stem(word: str, stem: str, endings: Sequence[int], most: int) -> int:
    """Return the distance of a word from the nearest form of a stem; ``most`` + 1 or more if it is too great.

    ``endings`` is what `ending_distances` returns for the word.
    """
    return min(edits + rest for edits, rest in zip(_rows(stem, word, most), endings, strict=True))


def _rows(word: str, other: str, most: int) -> Sequence[int]:
    """Return the distance of ``word`` from each beginning of ``other``; all too far if none is within ``most``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, other_letter in enumerate(other, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other_letter))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == other_letter:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
        if min(row) > most and min(before) > most:
            return [most + 1] * (len(other) + 1)
    return row


def cost(word: str, other: str) -> float:
    """Return the distance of a typed word from another one, with lower costs for common slips."""
    before: list[float] = []
    row = [0.0]
    for j, letter in enumerate(other, 1):
        row.append(row[-1] + _cost_of_missing(letter, other[j - 2 : j - 1]))
    for i, letter in enumerate(word, 1):
        too_many = _cost_of_more(letter, word[max(0, i - 2) : i - 1], word[i : i + 1])
        before, last, row = row, before, [row[0] + too_many]
        for j, other_letter in enumerate(other, 1):
            edits = min(
                before[j] + too_many,
                row[j - 1] + _cost_of_missing(other_letter, other[j - 2 : j - 1]),
                before[j - 1] + _cost_instead(letter, other_letter),
            )
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == other_letter:
                edits = min(edits, last[j - 2] + SWAPPED)
            row.append(edits)
    return row[-1] + FIRST_LETTER * (word[:1] != other[:1])


def _cost_of_missing(letter: str, previous: str) -> float:
    return DOUBLED if letter == previous else SILENT if letter in _SILENT else MISSING


def _cost_of_more(letter: str, previous: str, following: str) -> float:
    """Return the cost of a letter too many, next to its neighbors in the typed word."""
    if letter in {previous, following}:
        return DOUBLED
    return (
        NEIGHBOR if not _NEIGHBORS.isdisjoint((frozenset((letter, previous)), frozenset((letter, following)))) else EDIT
    )


def _cost_instead(letter: str, other: str) -> float:
    """Return the cost of a letter instead of another."""
    if letter == other:
        return 0.0
    if letter in _VOWELS and other in _VOWELS:
        return VOWEL
    pair = frozenset((letter, other))
    return SOUND if pair in _SOUNDS else NEIGHBOR if pair in _NEIGHBORS else EDIT
