"""Normal forms of words: American spelling, singulars and infinitives. Pure.

They are part of the analyzer, so that "aluminium" and "aluminum", or "women" and "woman", are the same term. Single
words are in ``spellings.txt``; whole groups follow rules. Stems come after (`stems`).
"""

import re
from pathlib import Path

TABLE = Path(__file__).with_name("spellings.txt")

# British spellings that follow a rule, with the American ones. A rule is tried if the word has the letters before it.
_RULES = tuple(
    (letters, re.compile(pattern), replacement)
    for letters, pattern, replacement in (
        (
            "our",
            (
                "(behavi|cand|clam|col|demean|endeav|enam|ferv|fav|flav|glam|harb|hon|hum|lab|neighb|od|parl|ranc|rig|rum|"
                "sav|savi|splend|tum|val|vap|vig|arm)our"
            ),
            r"\1or",
        ),
        ("yses", r"(anal|catal|dial|electrol|hydrol|paral|pyrol)yses$", r"\1ysis"),
        ("ys", r"(anal|catal|dial|electrol|hydrol|paral|pyrol)ys(e|ed|er|ers|ing)$", r"\1yz\2"),
        ("re", r"(cent|fib|lit|lust|met|sab|somb|spect|theat|calib|meag)re(s?)$", r"\1er\2"),
        ("tre", r"^(cent|theat)re(?=[a-z]{3})", r"\1er"),
        ("fibre", r"^fibre(?=[a-z]{3})", "fiber"),
        ("ntr", r"(cent)r(ed|ing)$", r"\1er\2"),
        ("manoeuvre", r"manoeuvre(s?)$", r"maneuver\1"),
        ("manoeuvr", "manoeuvr", "maneuver"),
        ("ogu", r"(catal|dial|anal|homol|monol|prol|epil|travel)ogu(?:e(?=s?$)|(?=ing$|e[dr]s?$))", r"\1og"),
        ("sulph", "sulph", "sulf"),
        ("aemi", "aemi(a|as|c)$", r"emi\1"),
        ("aem", "^(an|is|leuk|septic|tox|ur|hypoglyc)aem", r"\1em"),
        ("haem", "^haem", "hem"),
        ("oedema", "oedema", "edema"),
        ("aesth", "(an|kin)aesth", r"\1esth"),
        ("aeo", "^(arch|pal)aeo", r"\1eo"),
        ("ae", "^(gyn|p|c|f|encyclop|orthop)ae(?=[a-z]{3})", r"\1e"),
        ("children", "^([a-z]+)children$", r"\1child"),
    )
)
# Verbs in -ise that Americans write with a z, and the beginnings of words that only look like one.
_ISE = re.compile(r"^([a-z]{3,}[^aeouw])is(e|ed|es|er|ers|ing|able|ation|ations|ational)$")
_NOT_ISE = frozenset(
    [
        "chast",
        "chem",
        "compr",
        "conc",
        "desp",
        "enfranch",
        "disenfranch",
        "enterpr",
        "exorc",
        "expert",
        "franch",
        "highr",
        "improv",
        "lowr",
        "moonr",
        "mort",
        "parad",
        "prem",
        "prom",
        "repr",
        "sunr",
        "telev",
        "treat",
        "upr",
    ]
)
_NEVER_ISE = ("adv", "advert", "appr", "circumc", "comprom", "dev", "exerc", "merchand", "pract", "prec", "rev", "superv",
              "surm", "surpr")  # fmt: skip
_NOT_MEN = frozenset(
    [
        "abdomen",
        "acumen",
        "albumen",
        "bitumen",
        "bremen",
        "carmen",
        "cerumen",
        "cyclamen",
        "dolmen",
        "foramen",
        "hymen",
        "lumen",
        "numen",
        "omen",
        "ramen",
        "regimen",
        "rumen",
        "semen",
        "siemen",
        "specimen",
        "stamen",
        "yemen",
        "amen",
        "examen",
        "xiamen",
    ]
)
_SHORTEST_MEN = 5  # letters: women
# Plurals of acronyms, which the stemmer takes for words: RFPs, KPIs, NGOs.
_ACRONYMS = re.compile(r"^([^aeiouy]{2,}[aio]?)s$")
_LONGEST_ACRONYM = 6


def normal(word: str) -> str:
    """Return the American spelling of a folded word, and the singular or infinitive of an irregular form."""
    if (normal_form := _WORDS.get(word)) is not None:
        return normal_form
    if word.startswith(_BEGINNINGS):
        beginning = max((each for each in _BEGINNINGS if word.startswith(each)), key=len)
        return _WORDS[beginning + "*"] + word[len(beginning) :]
    if "is" in word and (ise := _ISE.match(word)) is not None:
        return word if ise[1] in _NOT_ISE or ise[1].endswith(_NEVER_ISE) else f"{ise[1]}iz{ise[2]}"
    if word.endswith("men") and len(word) >= _SHORTEST_MEN and word not in _NOT_MEN:
        return word[:-2] + "an"
    if len(word) <= _LONGEST_ACRONYM and word.endswith("s") and (acronyms := _ACRONYMS.match(word)) is not None:
        return acronyms[1]
    for letters, pattern, replacement in _RULES:
        if letters in word:
            word = pattern.sub(replacement, word)
    return word


def _read() -> dict[str, str]:
    """Return the table: for each written form its normal form; a form with an asterisk is the beginning of words."""
    lines = (line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {form: line[0] for line in lines for form in line[1:]}


_WORDS = _read()
_BEGINNINGS = tuple(form[:-1] for form in _WORDS if form.endswith("*"))
