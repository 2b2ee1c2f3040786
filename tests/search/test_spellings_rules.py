"""Normal forms: words that are the same for search, and strangers that only look related."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import spellings as spellings_rules
from hub.search.rules.spellings import normal
from hub.search.rules.words import term_of

SAME = [
    # inflections
    "plan planned planning plans",
    "operate operates operated operating operation operator",
    "ship ships shipped shipping",
    "run runs ran running",
    "staff staffing staffed",
    "add adds added adding",
    "focus focuses focused focusing focussed",
    "gas gases",
    "campus campuses",
    "quick quickly",
    "month monthly",
    # irregular plurals
    "woman women",
    "craftsman craftsmen",
    "child children",
    "grandchild grandchildren",
    "foot feet",
    "analysis analyses",
    "criterion criteria",
    "datum data",
    "die dies",
    "axis axes",
    "index indices indexes",
    "matrix matrices",
    "consortium consortia",
    "knife knives",
    "alumnus alumna alumni",
    "RFP RFPs",
    "KPI KPIs",
    "NGO NGOs",
    # irregular verbs
    "build built building",
    "buy bought buys",
    "teach taught teaching",
    "grow grew grown growing",
    "pay paid",
    "sell sold selling",
    "write wrote written",
    # British and American
    "aluminium aluminum",
    "centre center centres centred",
    "fibre fiber fibres",
    "fibreglass fiberglass",
    "metre meter",
    "kilometres kilometers",
    "theatre theater",
    "analyse analyze analysed analyzing",
    "catalyse catalyzed",
    "organise organize organised",
    "organisation organization organisations organizational",
    "modernise modernization modernisation",
    "amortise amortize",
    "programme program programmes",
    "labour labor labours",
    "colour color colourful colorful",
    "neighbouring neighboring",
    "behavioural behavioral",
    "catalogue catalog cataloguing cataloged",
    "dialogue dialog",
    "grey gray",
    "mould mold moulding molding",
    "plough plow ploughed",
    "cheque check",
    "defence defense defences",
    "licence license licences licensing",
    "practise practice practising practiced",
    "travelling traveling traveled travelled",
    "fuelled fueled",
    "labelling labeling",
    "skilful skillful",
    "sulphur sulfur",
    "tyre tire tyres",
    "judgement judgment",
    "jewellery jewelry",
    "manoeuvre maneuver manoeuvred",
    "artefact artifact",
    "enquiry inquiry enquiries",
    "instalment installment",
    "fulfilment fulfillment",
    "haemoglobin hemoglobin",
    "leukaemia leukemia",
    "paediatric pediatric",
]
STRANGERS = [
    "organ organization organic",
    "university universal",
    "general generation",
    "generic generate",
    "import important",
    "intern internal international",
    "fabric fabricate",
    "custom customer",
    "community communication",
    "experience experiment",
    "hospital hospitality",
    "utility utilize",
    "department depart",
    "compete competent",
    "position positive",
    "emerge emergency",
    "engine engineer",
    "author authority authorize",
    "public publication",
    "critic critical",
    "person personal",
    "busy business",
    "new news",
    "corp corps corporation",
    "refine refinance",
    "policy police",
    "port portable",
    "part party",
    "secret secretary",
    "press pressure",
    "invent inventory",
    "process procession",
    "recess recession",
    "success succession",
    "several sever",
    "design designate",
    "conversion conversation",
]
# Words that look as if a rule should change them.
AS_WRITTEN = [
    "exercise",
    "enterprise",
    "franchise",
    "merchandise",
    "promise",
    "uncompromising",
    "advertising",
    "revised",
    "supervise",
    "surprise",
    "expertise",
    "raise",
    "cruise",
    "noise",
    "precise",
    "concise",
    "hour",
    "four",
    "tour",
    "contour",
    "devour",
    "flour",
    "acre",
    "cadre",
    "ogre",
    "specimen",
    "regimen",
    "press",
    "class",
    "business",
    "basis",
    "vague",
    "league",
]


@pytest.mark.parametrize("words", SAME)
def test_forms_of_a_word_have_the_same_term(words: str) -> None:
    assert len({term_of(word) for word in words.split()}) == 1, {word: term_of(word) for word in words.split()}


@pytest.mark.parametrize("words", STRANGERS)
def test_strangers_have_different_terms(words: str) -> None:
    terms = [term_of(word) for word in words.split()]
    assert len(set(terms)) == len(terms), terms


@pytest.mark.parametrize("word", AS_WRITTEN)
def test_words_that_only_look_british_stay(word: str) -> None:
    assert normal(word) == word


@given(st.from_regex(r"[a-z]{1,14}", fullmatch=True))
def test_every_word_has_a_term(word: str) -> None:
    assert term_of(word)


def test_a_normal_form_is_its_own_normal_form() -> None:
    again = {form: normal(form) for form in map(normal, spellings_rules._WORDS) if normal(form) != form}
    assert again == {}


def test_the_table_says_a_form_once() -> None:
    text = spellings_rules.TABLE.read_text(encoding="utf-8")
    forms = sorted(form for line in text.splitlines() if not line.startswith("#") for form in line.split()[1:])
    assert [form for form, following in pairwise(forms) if form == following] == []
