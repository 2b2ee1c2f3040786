"""Which places of the hub a text links to, however mail programs and scanners have rewritten the links. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urlsplit

_PROOFPOINT = re.compile(r"urldefense\.proofpoint\.com/v2/url\?u=([^&\s\"'<>]+)", re.IGNORECASE)
_PROOFPOINT_3 = re.compile(r"https://urldefense\.com/v3/__(\S+?)__;", re.IGNORECASE)
MOST_PLACES = 200


@dataclass
class Places:
    """Tokens of share links and packs, and numbers of resources, each once, in the order of the text."""

    links: dict[str, None] = field(default_factory=dict)
    packs: dict[str, None] = field(default_factory=dict)
    resources: dict[int, None] = field(default_factory=dict)


def places_in(text: str, base_url: str) -> Places:
    """What of the hub at ``base_url`` a mail's text links to."""
    base = urlsplit(base_url)
    start = rf"https?://{re.escape(base.netloc)}{re.escape(base.path.rstrip('/'))}"
    shape = re.compile(
        rf"{start}/(?:(s|p)/([A-Za-z0-9_-]{{16,64}})|resources/(\d{{1,9}}))(?![A-Za-z0-9_-])", re.IGNORECASE
    )
    places = Places()
    for form in _forms(text):
        for kind, token, number in shape.findall(form)[:MOST_PLACES]:
            if number:
                places.resources[int(number)] = None
            else:
                (places.links if kind.lower() == "s" else places.packs)[token] = None
    return places


def _forms(text: str) -> Iterator[str]:
    """The text as it is, and with what rewrites links undone: HTML, Safe Links, Proofpoint."""
    plain = _PROOFPOINT_3.sub(r" \1 ", unescape(text))
    yield plain
    decoded = unquote(plain)
    if decoded != plain:
        yield decoded  # Safe Links and the like: ?url=https%3A%2F%2F…
        yield unquote(decoded)
    for written in _PROOFPOINT.findall(plain):
        # It writes "-" for "%" and "_" for "/", so a token's own signs come as -2D and -5F.
        yield unquote(written.replace("-", "%").replace("_", "/"))
