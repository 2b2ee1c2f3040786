"""The word list: words and date formats that the hub doesn't use, each with a better one."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """A phrase that the hub doesn't use, and the better word."""

    pattern: re.Pattern[str]
    better: str


_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
# A day before its month, as in 30 Nov 2026 or 30.11.2026.
_EUROPEAN_DATES = (
    # A date header of a message (RFC 5322), which has its time behind it, must be so.
    (rf"\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? \d{{4}}(?! \d\d:)|(?!,? \d{{4}}))", "Nov 30, 2026"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "11/30/2026"),
)
_ANYWHERE = (
    # Translated phrases, and words that one American in a hundred would choose.
    ("somebody", "someone"),
    ("nobody", "no one"),
    ("everybody", "everyone"),
    ("anybody", "anyone"),
    ("whoever", "anyone who, or the person who"),
    ("whomever", "anyone whom"),
    ("whatever", "anything, or the thing’s name"),
    (r"calls? to come|(?:is|are|still|days?|quarters?) to come", "upcoming, or in the future"),
    (r"tak(?:e|es|en|ing) (?:it |them |that |this )?back|took (?:it |them )?back", "undo, withdraw or retract"),
    (r"(?:tak(?:e|es|en|ing)|took) (?:it |them )?out", "download or remove"),
    (r"(?:un)?tick(?:ed|s|ing)?", "check, uncheck"),
    (r"on record", "recorded"),
    (r"stands? (?:at|in|on|beside|below|above|here|there|next|as|by|ready|still|instead|alone)", "is at, is in, is"),
    ("stood", "was"),
    (r"let(?:s|ting)? (?:it |them |\w+ )?begin(?: again)?", "turn on"),
    (r"by hand", "manually, or say what is done"),
    (r"hand(?:s|ed|ing)? (?:it |them |the \w+ |each )?(?:over|on|to)", "send or pass"),
    (r"said in writing", "written confirmation"),
    (r"as it should", "correctly, or say what went wrong"),
    (r"go(?:es|ing)? on|went on", "continue; current"),
    (r"still runs", "is still open"),
    (r"somebody outside", "outside recipient"),
    (r"mark(?:ed)? as gone", "deactivate"),
    (r"remind(?:ed)? by hand", "send reminder now"),
    (r"who changed what", "audit log"),
    (r"mail wish(?:es)?|wishes", "notification settings"),
    (r"look at what will be made", "preview"),
    (r"good to know", "note"),
    (r"in the dark look|dark look|light look", "in dark mode"),
    (r"put(?:s|ting)? (?:it |them |this \w+ )?away", "dismiss or close"),
    (r"anew", "again"),
    (r"so many", "how many, or name the number"),
    (r"what is derived", "derived data"),
    (r"nobody of|no one of", "no one from"),
    (r"web address(?:es)?", "URL, or link"),
    # Spelling.
    ("afterwards", "afterward"),
    ("towards", "toward"),
    ("whilst", "while"),
    ("amongst", "among"),
    (r"cancelled|cancelling", "canceled, canceling"),
    (r"labelled|labelling", "labeled, labeling"),
    (r"modelled|modelling", "modeled, modeling"),
    (r"travelled|travelling", "traveled, traveling"),
    (r"programmes?", "program"),
    (r"colour(?:s|ed)?", "color"),
    (r"behaviours?", "behavior"),
    (r"favour(?:s|ed|ite|ites)?", "favor"),
    (r"honour(?:s|ed)?", "honor"),
    (r"neighbours?", "neighbor"),
    (
        r"(?:organ|recogn|summar|normal|real|author|prior|optim|emphas|custom|final|minim|maxim)is(?:e|es|ed|ing|ation)",
        "-ize",
    ),
    (r"analys(?:e|es|ed|ing)(?= (?!of))", "analyze"),
    (r"centres?", "center"),
    (r"grey", "gray"),
    (r"licence", "license"),
    (r"defence", "defense"),
    (r"judgement", "judgment"),
    (r"catalogues?", "catalog"),
    (r"cheques?", "check"),
    (r"fulfil", "fulfill"),
    (r"learnt|spelt|burnt", "learned, spelled, burned"),
    *_EUROPEAN_DATES,
)
_IN_TEXTS = (
    (r"e-mails?", "email"),
    ("whom", "who, or turn the sentence around"),
    (r"stands?(?! for| out)", "is"),
    ("beside", "next to"),
    ("thus|hence|whereby|thereof|therein|hereby", "so"),
    (r"shall", "must, or will"),
    (r"goes out|go out|went out|going out", "is sent"),
    (r"by itself|by themselves", "automatically"),
    (r"any more", "no longer"),
    (r"pass(?:es|ed|ing)? (?:it |them )?on", "share"),
    (r"digest of the (?:file|packet|entries)", "fingerprint"),
    (r"there is nothing here for you", "page not found"),
    (r"as things stand now", "as of now"),
    (r"who was there|was there", "attendance; attended"),
    (r"hold it|is held|are held|held until", "paused"),
    (r"what goes out next", "scheduled mail"),
    (r"places? free|free places?", "open slots"),
)
# Exact terms that code and docs use, and screens say in plain words.
_TECHNICAL = (
    (r"declar(?:e|es|ed|ing|ation|ations)", "report sharing; reported by your organization"),
    ("derived", "say what it is: page texts, previews, index"),
    (r"rungs?|ladder", "strength of evidence"),
    (r"supersed(?:e|es|ed|ing)", "corrected"),
    (r"append[- ]only", "entries are never changed"),
    (r"(?:1[3-9]|2[0-3]):[0-5]\d", "a 12-hour time such as 2:00 p.m."),
)


def _rules(table: Iterable[tuple[str, str]]) -> tuple[Rule, ...]:
    return tuple(Rule(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), better) for pattern, better in table)


EUROPEAN_DATE = re.compile("|".join(rf"\b(?:{pattern})\b" for pattern, _better in _EUROPEAN_DATES))
CODE = _rules(_ANYWHERE)  # comments, docstrings and names of functions
DOCS = (*CODE, *_rules(_IN_TEXTS))
SCREENS = (*DOCS, *_rules(_TECHNICAL))  # pages, messages, mail, reports, the command line
# Names of variables that are riddles: name the thing.
RIDDLES = frozenset({"one", "hers", "his", "theirs", "ours", "mine", "there", "here", "found", "said", "told"})
# First words of a function's docstring that are no imperative.
_NO_VERBS = frozenset(
    [
        "A",
        "All",
        "An",
        "As",
        "Each",
        "Every",
        "For",
        "From",
        "How",
        "If",
        "In",
        "It",
        "Its",
        "No",
        "None",
        "Nothing",
        "On",
        "One",
        "Some",
        "Somebody",
        "Someone",
        "Something",
        "That",
        "The",
        "Their",
        "There",
        "These",
        "Those",
        "To",
        "Two",
        "What",
        "When",
        "Where",
        "Whether",
        "Which",
        "Who",
        "Whom",
        "Whose",
        "Why",
        "With",
    ]
)
# Texts that must have what the rules forbid: (end of the path, part of the line).
ALLOWED: tuple[tuple[str, str], ...] = (
    ("tests/lint/words.py", ""),
    ("tests/lint/test_words.py", ""),
    ("tests/core/test_dates.py", "30.11.2026"),
    ("hub/calls/rules/attendance_reports.py", "e-mail"),  # heads of columns in reports of Zoom and Teams
    ("hub/sharing/actions/declarations.py", "declare "),  # a stored key
    ("hub/sharing/rules/standing.py", "taken back"),  # a stored mark
    ("2026_11_28_glossary.py", ""),  # names as the field writes them
    ("tests/search/relevance.py", "nobody"),  # a judged query
    ("tests/search/test_spellings_rules.py", ""),  # British spellings that search reads
)

Problem = tuple[int, str]


def problems(root: Path) -> list[str]:
    """Return what isn't plain American English in the project, as `file:line: problem`."""
    return [
        f"{path.relative_to(root)}:{line}: {problem}"
        for path in sorted(_files(root))
        for line, problem in sorted(faults(path.relative_to(root).as_posix(), path.read_text()))
    ]


def _files(root: Path) -> Iterator[Path]:
    yield from (root / "templates").rglob("*.html")
    yield from (path for folder in ("hub", "tests", "bench") for path in (root / folder).rglob("*.py"))
    yield from (path for pattern in ("*.js", "*.css") for path in (root / "static").rglob(pattern))
    yield from (root / "docs").rglob("*.md")
    yield from (path for path in root.glob("*") if path.suffix in {".py", ".md"})


def faults(name: str, content: str) -> Iterator[Problem]:
    """Yield the line and the problem of each fault in a file; ``name`` is its path in the project."""
    lines = content.split("\n")
    for line, problem in _KINDS[name.rpartition(".")[2]](name, content):
        if not any(name.endswith(end) and part in lines[line - 1] for end, part in ALLOWED):
            yield line, problem


def _in_text(rules: Iterable[Rule], text: str, first_line: int) -> Iterator[Problem]:
    for rule in rules:
        for match in rule.pattern.finditer(text):
            line = first_line + text.count("\n", 0, match.start())
            yield line, f"“{match[0]}”: write {rule.better}"


# What a template holds besides text: comments, statements and names of attributes.
_JINJA_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
_JINJA = re.compile(r"{[{%].*?[%}]}", re.DOTALL)
_LOOP_NAME = re.compile(r"{%-? (?:for|set) (\w+)")
_QUOTED = re.compile(r"\"[^\"\n]* [^\"\n]*\"|'[^'\n]* [^'\n]*'")
_ATTRIBUTES = re.compile(r"(?:class|href|id|name|for|src|action|value|data-[\w-]+|aria-labelledby|rel)=\"[^\"]*\"")


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _template(_name: str, content: str) -> Iterator[Problem]:
    yield from _in_text(SCREENS, _text_of_template(content), 1)
    yield from (
        (content.count("\n", 0, match.start()) + 1, f"the name {match[1]}: name the thing")
        for match in _LOOP_NAME.finditer(content)
        if match[1] in RIDDLES
    )


def _text_of_template(content: str) -> str:
    """Return the template with everything but its texts blanked, so that lines keep their numbers."""
    content = _JINJA_COMMENT.sub(lambda match: _blank(match[0]), content)
    content = _JINJA.sub(lambda match: _only_quoted(match[0]), content)
    return _ATTRIBUTES.sub(lambda match: _blank(match[0]), content)


def _only_quoted(statement: str) -> str:
    kept, end = [], 0
    for match in _QUOTED.finditer(statement):
        kept += [_blank(statement[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*kept, _blank(statement[end:])])


_CODE_SPAN = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def _document(_name: str, content: str) -> Iterator[Problem]:
    yield from _in_text(DOCS, _CODE_SPAN.sub(lambda match: _blank(match[0]), content), 1)


def _script(_name: str, content: str) -> Iterator[Problem]:
    yield from _in_text(CODE, content, 1)


def _python(name: str, content: str) -> Iterator[Problem]:
    tree = ast.parse(content)
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type == tokenize.COMMENT:
            yield from _in_text(CODE, token.string, token.start[0])
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            docstrings.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef):
            yield from _in_text(CODE, node.name.replace("_", " "), node.lineno)
            yield from _first_line(name, node)
        if (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in RIDDLES) or (
            isinstance(node, ast.arg) and node.arg in RIDDLES
        ):
            yield node.lineno, f"the name {node.id if isinstance(node, ast.Name) else node.arg}: name the thing"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            code = id(node) in docstrings or name.startswith(("tests/", "bench/"))
            rules = CODE if code else DOCS if name.startswith("hub/demo/") else SCREENS
            yield from _in_text(rules, node.value, node.lineno)


def _first_line(name: str, function: ast.FunctionDef) -> Iterator[Problem]:
    """Yield a problem if the docstring of a public function of the hub doesn't begin with a verb."""
    text = ast.get_docstring(function) or ""
    decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
    is_noun = function.name.startswith("__") or any("property" in decorator for decorator in decorators)
    first = re.match(r"[\w’']*", text)
    if name.startswith("hub/") and not is_noun and first and first[0] in _NO_VERBS:
        yield function.lineno, f"the docstring begins with “{first[0]}”: begin with a verb, such as Return"


_KINDS: dict[str, Callable[[str, str], Iterator[Problem]]] = {
    "html": _template,
    "md": _document,
    "js": _script,
    "css": _script,
    "py": _python,
}
