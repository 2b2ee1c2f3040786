"""The other ways to write the amounts, dates and designations of a query. Pure.

"1.8 million" also finds 1,800,000, "5-axis" five-axis, and "SP 800-171" SP800-171. The forms that are found are named
on the page, and left out of an exact search.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from hub.search.rules import amounts as amounts_rules
from hub.search.rules import designations as designations_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import AllOf, AnyOf, Forms, Names, Node, Phrase, Word, label_of

_NUMBER_WORD = re.compile(rf"(?P<number>\d{{1,2}}|{'|'.join(amounts_rules.NUMBER_OF)})", re.ASCII | re.IGNORECASE)
_COUNTED = re.compile(rf"{_NUMBER_WORD.pattern}-(?P<counted>[^\W\d_]{{3,}})", re.ASCII | re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{1,6}", re.ASCII)
_INCHES = {"inch", "inches"}  # often written as a sign, which isn't a word
SHORTEST_COUNTED = 3  # letters of a word after a number
MOST_LETTERS_BEFORE = 3  # words before a document's number: NIST SP 800-171
_REVISION = re.compile(r"(?:r|rev|revision)", re.IGNORECASE)
_REVISION_NUMBER = re.compile(r"r?\d", re.IGNORECASE)


def with_amounts(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with amounts and periods in all their forms; the longest run of words that is one wins."""
    written: list[Node] = []
    at = 0
    while at < len(nodes):
        count, node = _first_amount(nodes[at : at + amounts_rules.MOST_WORDS])
        written.append(node)
        at += count
    return tuple(written)


def _first_amount(nodes: Sequence[Node]) -> tuple[int, Node]:
    """Return the number of nodes at the start that are one amount, and its node; otherwise 1 and the first node."""
    first = nodes[0]
    if isinstance(first, AnyOf):
        return 1, AnyOf(tuple(_first_amount([node])[1] for node in first.nodes))
    words = [node for node in nodes if isinstance(node, Word)]
    if not isinstance(first, Word) or not _may_be_amount(words):
        return 1, first
    run = next((n for n, node in enumerate(nodes) if not isinstance(node, Word)), len(nodes))
    for count in range(run, 0, -1):
        text = " ".join(word.text for word in words[:count])
        reading = amounts_rules.read(text)
        if reading:
            typed: Node = first if count == 1 else AllOf(tuple(words[:count]))
            return count, _with_forms(typed, reading.forms)
    return 1, first


def _may_be_amount(words: Sequence[Word]) -> bool:
    """Return True if a run of words has a digit, or begins with a number or ordinal in words."""
    return any(map(str.isdigit, "".join(word.text for word in words))) or words[0].text.lower() in _BEGINNINGS


_BEGINNINGS = {*amounts_rules.NUMBER_OF, "first", "second", "third", "fourth"}


def with_designations(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with counts ("5-axis") and designations ("SP 800-171") in their other forms."""
    others: list[list[str]] = [[] for _ in nodes]
    for at, node in enumerate(nodes):
        if not isinstance(node, Word):
            continue
        others[at] += [*_count_forms(node.text), *designations_rules.split_forms(node.text)]
        if at + 1 < len(nodes):
            others[at] += _counted_forms(node.text, label_of(nodes[at + 1]))
        if at:
            others[at] += designations_rules.numbered_forms(label_of(nodes[at - 1]), node.text)
        if node.text[0].isdigit():
            _add_joined(nodes, others, at)
            _add_letters_after(nodes, others, at)
    return tuple(
        _with_forms(node, forms) if forms else _written_phrase(node) for node, forms in zip(nodes, others, strict=True)
    )


def _add_letters_after(nodes: Sequence[Node], others: Sequence[list[str]], at: int) -> None:
    """Add the joined form of a number and the letters after it: "3 D" is 3D; an inch may be a sign: 1/2"."""
    number, after = label_of(nodes[at]), label_of(nodes[at + 1]) if at + 1 < len(nodes) else ""
    if after.lower() in _INCHES:
        others[at + 1].append(number)
    elif number.isdigit() and len(after) == 1 and after.isalpha() and after.lower() not in words_rules.STOP_WORDS:
        others[at].append(f"{number}{after}")
        others[at + 1].append(f"{number}{after}")


def _written_phrase(node: Node) -> Node:
    """Return a standard of a year, "ISO-9001 2015", with the standard alone as another form; other nodes as they are."""
    if isinstance(node, Phrase):
        return _with_forms(node, designations_rules.split_forms(node.text))
    return node


def _count_forms(word: str) -> Iterator[str]:
    """Yield the other form of a count with a hyphen: 5-axis is five-axis, ninety-day is 90-day, 1/2-inch is 1/2"."""
    number, _, unit = word.rpartition("-")
    if unit.lower() in _INCHES and number[:1].isdigit():
        yield number
    match = _COUNTED.fullmatch(word)
    if match and match["counted"].lower() not in amounts_rules.NUMBER_OF:
        yield from _counted_forms(match["number"], match["counted"])


def _counted_forms(number: str, counted: str) -> Iterator[str]:
    """Yield the other form of a count: "5 axis" is five-axis; nothing if the words are no count."""
    if not _NUMBER_WORD.fullmatch(number) or len(counted) < SHORTEST_COUNTED or not counted.isalpha():
        return
    if counted.lower() in words_rules.STOP_WORDS or counted.lower() in amounts_rules.NUMBER_OF:
        return
    other = amounts_rules.IN_WORDS.get(int(number), "") if number.isdigit() else amounts_rules.NUMBER_OF[number.lower()]
    if other:
        yield f"{other}-{counted}"


def _add_joined(nodes: Sequence[Node], others: Sequence[list[str]], at: int) -> None:
    """Add the joined forms of a number and the letters before it: "SP 800-171" is SP800-171.

    A number that is only one document's is enough without the letters before it, and without its revision.
    """
    number, before = label_of(nodes[at]), label_of(nodes[at - 1]) if at else ""
    joined = [f"{before}{number}"] if _LETTERS.fullmatch(before) and _hides_its_parts(before, number) else []
    if without := designations_rules.without_revision(before, number):
        joined = [f"{before}{number}", without]
    others[at - 1] += joined
    others[at] += joined
    if not designations_rules.OF_ITS_OWN.fullmatch(number):
        return
    for earlier in range(at - 1, max(-1, at - 1 - MOST_LETTERS_BEFORE), -1):
        label = label_of(nodes[earlier])
        if not (isinstance(nodes[earlier], Word | Names) and label.isupper() and _LETTERS.fullmatch(label)):
            break
        others[earlier].append(number)
    revision = [label_of(node) for node in nodes[at + 1 : at + 3]]
    if len(revision) > 1 and _REVISION.fullmatch(revision[0]) and _REVISION_NUMBER.fullmatch(revision[1]):
        others[at + 1].append(number)
        others[at + 2].append(number)


def _hides_its_parts(letters: str, number: str) -> bool:
    """Return True if letters and a number aren't found one by one when they are joined: SP800, CMMC2."""
    if letters.lower() in words_rules.STOP_WORDS:
        return False
    digits = len(number) - len(number.lstrip("0123456789"))
    return len(letters) < words_rules.SHORTEST_LETTERS or (letters.isupper() and digits < words_rules.SHORTEST_DIGITS)


def _with_forms(typed: Node, forms: Iterable[str]) -> Node:
    own = _key(label_of(typed))
    by_key = {_key(form): form for form in reversed([*forms])}
    nodes = [_node(form) for key, form in reversed(by_key.items()) if key != own]
    return Forms(typed, tuple(nodes)) if nodes else typed


def _node(form: str) -> Word | Phrase:
    return Phrase(form) if len(words_rules.typed_words(form)) > 1 else Word(form)


def _key(text: str) -> tuple[object, ...]:
    """Return what a form is searched by, so that none is searched twice."""
    return tuple(words_rules.query_terms(token) for token in words_rules.typed_words(text))
