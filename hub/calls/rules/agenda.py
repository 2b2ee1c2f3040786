"""The moments of a call that its agenda is about: for each topic, the passage whose words match best. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

MOST_TOPICS = 12
FEWEST_WORDS = 2
# A moment is about a topic if it has this share of the topic's words, weighted by how rare they are.
LEAST_SHARE = 0.4
LONGEST_QUOTE = 200

_WORD = re.compile(r"[^\W_]{3,}")
_MARKS = re.compile(r"^\s{0,9}(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)?")
_LINK = re.compile(r"\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}\)")
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s", "y")
_SHORTEST_STEM = 3
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
# Words that say nothing about a topic.
_COMMON = frozenset(
    """about after agenda all also and are been call calls can discussion each for from had has have her here his how
    into its item items just let like may minutes more most new next not now our out presentation presentations questions
    she some than that the their them then there these they this those topic topics update updates was way week weekly
    welcome were what when where which who will with would you your""".split()  # noqa: SIM905 - easier to read
)


@dataclass(frozen=True)
class Moment:
    """A passage of a call: its resource and page, its second if known, who speaks, and what they say."""

    resource_id: int
    page: int
    seconds: int | None
    speaker: str
    text: str


@dataclass(frozen=True)
class Passage:
    """The moment that a topic is about, and a quote from it."""

    topic: str
    moment: Moment
    quote: str


def topics_of(agenda: str, presentations: Iterable[str]) -> list[str]:
    """Return the topics of a call: its presentations, then the lines of its agenda without Markdown's marks."""
    lines = (_LINK.sub(r"\1", _MARKS.sub("", line)).replace("**", "").strip() for line in agenda.split("\n"))
    return list(dict.fromkeys(" ".join(topic.split()) for topic in (*presentations, *lines) if topic.strip()))


def passages_of(topics: Sequence[str], moments: Sequence[Moment]) -> list[Passage]:
    """Return the moment of each topic that has one, in the order of the call; no moment stands for two topics."""
    of_moments = [words(f"{moment.speaker} {moment.text}") for moment in moments]
    frequencies = Counter(word for spoken in of_moments for word in spoken)
    weights = {word: log(1 + len(moments) / count) for word, count in frequencies.items()}
    rarest = log(1 + len(moments))
    taken: dict[int, Passage] = {}
    for topic in topics:
        sought = words(topic)
        if len(sought) < FEWEST_WORDS or len(taken) == MOST_TOPICS:
            continue
        best = _best(sought, of_moments, weights, rarest)
        if best is not None and best not in taken:
            taken[best] = Passage(topic, moments[best], quote_of(moments[best].text, sought))
    return [taken[place] for place in sorted(taken)]


def _best(
    sought: frozenset[str], of_moments: Sequence[frozenset[str]], weights: dict[str, float], rarest: float
) -> int | None:
    """Return the place of the moment that has the most of a topic's words; None if none has enough of them."""
    total = sum(weights.get(word, rarest) for word in sought)
    best, most = None, 0.0
    for place, spoken in enumerate(of_moments):
        shared = sought & spoken
        score = sum(weights[word] for word in shared)
        if len(shared) >= FEWEST_WORDS and score > most and score >= LEAST_SHARE * total:
            best, most = place, score
    return best


def words(text: str) -> frozenset[str]:
    """Return the words that say what a text is about: without accents, endings and common words."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return frozenset(_stem(word) for word in _WORD.findall(plain) if word not in _COMMON)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def quote_of(text: str, sought: frozenset[str]) -> str:
    """Return the sentence with the most of these words, on one line; if it is long, from its beginning."""
    sentences = _SENTENCE.split(" ".join(text.split()))
    best = max(sentences, key=lambda sentence: len(words(sentence) & sought))
    if len(best) <= LONGEST_QUOTE:
        return best
    return best[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
