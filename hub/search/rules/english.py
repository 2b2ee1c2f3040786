"""Common English words and names, so that a right word which the hub doesn't have isn't taken for a misspelled one.

The words come with zxcvbn, which the hub has for passwords: 30,000 of Wikipedia, 19,000 of films, 15,000 names. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

# The last rank to trust in each list: further down are misspelled words.
_LAST_RANKS = {
    "english_wikipedia": 30_000,
    "us_tv_and_film": 10_000,
    "passwords": 5_000,  # some ordinary words are only here
    "surnames": 10_000,
    "female_names": 10_000,
    "male_names": 10_000,
}
_WORDS = ("english_wikipedia", "us_tv_and_film", "passwords")
# Words of workshops that these lists lack.
SHOP_WORDS = frozenset(
    [
        "anneal",
        "anodize",
        "arbor",
        "autoclave",
        "bandsaw",
        "billet",
        "borescope",
        "braze",
        "broach",
        "burnish",
        "burr",
        "bushing",
        "calender",
        "caliper",
        "chuck",
        "collet",
        "coolant",
        "crimp",
        "crucible",
        "deburr",
        "dowel",
        "draftsman",
        "drill",
        "extruder",
        "ferrite",
        "ferrule",
        "fillet",
        "fixture",
        "flange",
        "flux",
        "forge",
        "foundry",
        "furnace",
        "gage",
        "galvanize",
        "gasket",
        "gauge",
        "girder",
        "grinder",
        "grommet",
        "gusset",
        "heddle",
        "hoist",
        "hone",
        "ingot",
        "injector",
        "jig",
        "kiln",
        "knurl",
        "ladle",
        "lap",
        "lapping",
        "lather",
        "lathe",
        "loom",
        "mandrel",
        "micrometer",
        "milling",
        "nitride",
        "pallet",
        "passivate",
        "peen",
        "pickle",
        "pinion",
        "planer",
        "plating",
        "plunger",
        "pulley",
        "punch",
        "quench",
        "ream",
        "reamer",
        "retort",
        "rivet",
        "roller",
        "router",
        "sander",
        "screed",
        "shear",
        "shim",
        "sinter",
        "slag",
        "slitter",
        "slurry",
        "smelt",
        "solder",
        "spindle",
        "sprocket",
        "sprue",
        "stamping",
        "stator",
        "swage",
        "tannery",
        "taper",
        "temper",
        "tensile",
        "thread",
        "tooling",
        "torch",
        "torque",
        "trowel",
        "truss",
        "tundish",
        "turret",
        "vise",
        "washer",
        "weft",
        "weld",
        "winch",
        "worm",
    ]
)
LEAST_STEM = 3  # letters before an ending
_DOUBLING = re.compile("[^aeiou]+[aeiou][^aeiouwxy]")  # ship, shipped: the last letter is doubled before most endings
_HISSING = ("s", "x", "z", "ch", "sh", "o")


def rank(word: str, *, names: bool = True) -> int:
    """Return the rank of a folded word among common words and ``names``, from 1; 0 if it isn't one of them."""
    return min(_ranks(word, tuple(_LAST_RANKS) if names else _WORDS), default=0)


@lru_cache(maxsize=4096)
def is_known(word: str, *, names: bool = True) -> bool:
    """Return True for a common word or one of the ``names``, or for an inflection of a common word."""
    return bool(rank(word, names=names)) or any(any(_ranks(stem, _WORDS)) for stem in _stems(word))


def are_inflections(word: str, other: str) -> bool:
    """Return True if one word is a regular inflection of the other: lathe, lathes."""
    return word in _stems(other) or other in _stems(word)


def _ranks(word: str, names: tuple[str, ...]) -> Iterator[int]:
    if word in SHOP_WORDS:
        return iter((1,))
    lists = _lists()
    return (at for name in names if 0 < (at := lists[name].get(word, 0)) <= _LAST_RANKS[name])


def _stems(word: str) -> Iterator[str]:
    """Yield the words of which a word may be an inflection."""
    for ending in ("s", "es", "ed", "ing", "er", "ers", "ly"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < LEAST_STEM or (ending == "es" and not stem.endswith(_HISSING)):
            continue
        if (ending == "s" and stem.endswith("s")) or (
            ending in {"er", "ers", "ed"} and stem[-1] == "y" and stem[-2] not in "aeo"
        ):
            continue
        if ending in {"s", "es", "ly"} or not _DOUBLING.fullmatch(stem):
            yield stem
        if ending in {"ed", "ing", "er", "ers"}:
            yield f"{stem}e"
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def _lists() -> Mapping[str, Mapping[str, int]]:
    # Takes 0.05 s and 5 MB, so only processes that correct words load it.
    from zxcvbn.matching import RANKED_DICTIONARIES  # noqa: PLC0415 - slow, and rarely needed

    lists: Mapping[str, Mapping[str, int]] = RANKED_DICTIONARIES
    return lists
