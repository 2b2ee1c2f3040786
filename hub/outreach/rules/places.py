"""Find links to the hub in a text, even if email apps or scanners have rewritten them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urlsplit

_PROOFPOINT = re.compile(r"urldefense\.proofpoint\.com/v2/url\?u=([^&\s\"'<>]+)", re.IGNORECASE)
_PROOFPOINT_3 = re.compile(r"https://urldefense\.com/v3/__", re.IGNORECASE)
MOST_LINKS = 200


@dataclass
class HubLinks:
    """The tokens of share links and packs and the ids of resources that a text links to, each once, in order."""

    links: dict[str, None] = field(default_factory=dict)
    packs: dict[str, None] = field(default_factory=dict)
    resources: dict[int, None] = field(default_factory=dict)


def hub_links_in(text: str, base_url: str) -> HubLinks:
    """Return the pages of the hub at ``base_url`` that a text links to."""
    base = urlsplit(base_url)
    start = rf"https?://{re.escape(base.netloc)}{re.escape(base.path.rstrip('/'))}"
    shape = re.compile(
        rf"{start}/(?:(s|p)/([A-Za-z0-9_-]{{16,64}})|resources/(\d{{1,9}}))(?![A-Za-z0-9_-])", re.IGNORECASE
    )
    hub_links = HubLinks()
    for kind, token, number in (match.groups() for form in _decoded_texts(text) for match in shape.finditer(form)):
        if number:
            hub_links.resources[int(number)] = None
        else:
            (hub_links.links if kind.lower() == "s" else hub_links.packs)[token] = None
        if len(hub_links.links) + len(hub_links.packs) + len(hub_links.resources) == MOST_LINKS:
            break
    return hub_links


def _decoded_texts(text: str) -> Iterator[str]:
    """Yield the text, then versions of it with rewritten links decoded: HTML, Safe Links, Proofpoint."""
    plain = _without_wrapping(_unescaped(text))
    yield plain
    decoded = unquote(plain)
    if decoded != plain:
        yield decoded  # Safe Links and the like: ?url=https%3A%2F%2F…
        yield unquote(decoded)
    for encoded in _PROOFPOINT.findall(plain):
        # Proofpoint writes "-" for "%" and "_" for "/", so "-" and "_" in a token become -2D and -5F.
        yield unquote(encoded.replace("-", "%").replace("_", "/"))


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a character reference with thousands of digits
        return text


def _without_wrapping(text: str) -> str:
    """Return the text with each ``https://urldefense.com/v3/__address__;`` replaced by its address, in linear time."""
    before, *pieces = _PROOFPOINT_3.split(text)
    return " ".join([before, *map(_address_first, pieces)])


def _address_first(piece: str) -> str:
    """Return the text after a ``v3`` prefix, with a space at the end of its address."""
    address, end, after = piece.partition("__;")
    return f"{address} {after}" if end and len(address.split()) == 1 else piece
