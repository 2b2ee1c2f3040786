"""Stems of English words: the Snowball stemmer, without the strangers that it joins. Pure.

A word and its inflections share a stem: weld, welds, welded, welding. Snowball 3 keeps most strangers apart that older
stemmers join (organ and organization, general and generate, community and communication). The others are listed here.
"""

from threading import local

from Stemmer import Stemmer

# By stem, the words that Snowball would give the stem of another word: "important" that of "import".
APART = {
    "additive": "additive additives",
    "apartm": "apartment apartments",
    "authority": "authority authorities",
    "authoriz": "authorize authorizes authorized authorizing authorization authorizations",
    "business": "business businesses",
    "competenc": "competent competently competence competences competency competencies",
    "conservative": "conservative conservatives",
    "contraction": "contraction contractions",
    "conversation": "conversation conversations conversational",
    "cooperat": "cooperate cooperates cooperated cooperating cooperation cooperative cooperatives cooperatively",
    "corps": "corps",
    "critical": "critical critically",
    "customer": "customer customers",
    "customs": "customs",
    "departm": "department departments departmental",
    "designat": "designate designates designated designating designation designations",
    "digital": "digital digitally digitize digitizes digitized digitizing digitization",
    "engine": "engine engines",
    "executive": "executive executives",
    "experiment": "experiment experiments experimented experimenting",
    "fabricat": "fabricate fabricates fabricated fabricating fabrication fabrications fabricator fabricators",
    "formation": "formation formations",
    "hospitality": "hospitality",
    "identical": "identical identically",
    "important": "important importantly importance",
    "informal": "informal informally",
    "majority": "majority majorities",
    "minority": "minority minorities",
    "objective": "objective objectives",
    "personal": "personal personally",
    "positive": "positive positives positively",
    "procession": "procession processions",
    "publication": "publication publications",
    "recession": "recession recessions",
    "refinanc": "refinance refinances",
    "several": "several",
    "succession": "succession successions",
    "utility": "utility utilities",
}
_STEMS = {word: stem_ for stem_, words in APART.items() for word in words.split()}
_of_thread = local()  # a Stemmer isn't safe to share between threads


def stem(word: str) -> str:
    """Return the stem of a lowercase word; the word itself if it has none."""
    if word in _STEMS:
        return _STEMS[word]
    if not hasattr(_of_thread, "stemmer"):
        _of_thread.stemmer = Stemmer("english", 0)  # callers keep the stems
    return str(_of_thread.stemmer.stemWord(word))
