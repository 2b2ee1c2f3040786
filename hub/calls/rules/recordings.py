"""Links to recordings, and how each service opens one at a second. Pure.

YouTube, Vimeo, Loom, Panopto and Microsoft Stream (on SharePoint) have a parameter for it, and browsers play a media
file from the second in its fragment. Zoom's links know only the time of day, in `startTime`: a link that has the
beginning of the recording there opens at a second, others open at the beginning.
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

MEDIA_FILE = re.compile(r"\.(mp3|mp4|m4a|m4v|wav|webm|ogg|mov)$", re.IGNORECASE)
URL = re.compile(r"https?://[^\s<>\"'()]{1,1900}[^\s<>\"'().,;:!?]")
LONGEST_TIME = 10**6  # seconds


def at_second(link: str, seconds: int) -> str:
    """Return the link that opens the recording at a second; unchanged if its service can't do that."""
    parts = _parts(link)
    if parts is None or not 0 <= seconds < LONGEST_TIME:
        return link
    change = _service(parts)
    changed = change(parts, seconds) if change else None
    return changed.geturl() if changed else link


def opens_at_seconds(link: str) -> bool:
    """Return True if the recording can be opened at a second."""
    return at_second(link, 61) != at_second(link, 62)


def is_recording(link: str) -> bool:
    """Return True if a link leads to a video service or to a media file."""
    parts = _parts(link)
    return parts is not None and _service(parts) is not None


def recording_in(text: str) -> str:
    """Return the first link to a recording in a text; "" when there is none."""
    return next((match[0] for match in URL.finditer(text) if is_recording(match[0])), "")


def _parts(link: str) -> SplitResult | None:
    """Return the parts of a URL; None for anything else."""
    try:
        parts = urlsplit(link.strip())
        host = parts.hostname
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and host else None


Change = Callable[[SplitResult, int], SplitResult | None]


def _service(parts: SplitResult) -> Change | None:
    """Return how the service of an address opens a recording at a second; None if it isn't one that the hub knows."""
    host, path = (parts.hostname or "").removeprefix("www."), parts.path
    for domains, paths, change in SERVICES:
        if any(host == domain or host.endswith(f".{domain}") for domain in domains) and re.match(paths, path):
            return change
    return _in_fragment if MEDIA_FILE.search(path) else None


def _with(parts: SplitResult, name: str, value: str, also_without: str = "") -> SplitResult:
    """Return the address with a parameter, instead of its earlier value and of another parameter."""
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [pair for pair in query if pair[0] not in {name, also_without}]
    return parts._replace(query=urlencode([*kept, (name, value)], quote_via=quote))


def _on_youtube(parts: SplitResult, seconds: int) -> SplitResult:
    if parts.path.startswith("/embed/"):
        return _with(parts, "start", str(seconds))
    return _with(parts, "t", f"{seconds}s", also_without="start")._replace(fragment="")


def _in_fragment(parts: SplitResult, seconds: int) -> SplitResult:
    """Vimeo, and media files in a browser: ``#t=754``."""
    unit = "s" if (parts.hostname or "").endswith("vimeo.com") else ""
    return parts._replace(fragment=f"t={seconds}{unit}")


def _on_loom(parts: SplitResult, seconds: int) -> SplitResult:
    return _with(parts, "t", str(seconds))


def _on_panopto(parts: SplitResult, seconds: int) -> SplitResult:
    return _with(parts, "start", str(seconds))


def _on_zoom(parts: SplitResult, seconds: int) -> SplitResult | None:
    """Add the seconds to the beginning of the recording, which is in milliseconds since 1970; None without it."""
    began = dict(parse_qsl(parts.query)).get("startTime", "")
    if not (began.isascii() and began.isdigit() and len(began) == 13):  # noqa: PLR2004 - milliseconds, until 2286
        return None
    return _with(parts, "startTime", str(int(began) + 1000 * seconds))


def _on_stream(parts: SplitResult, seconds: int) -> SplitResult:
    """Set the time in Stream's parameter `nav`, which is JSON in base64."""
    options = _navigation(dict(parse_qsl(parts.query)).get("nav", ""))
    options["playbackOptions"] = {"startTimeInSeconds": seconds}
    encoded = urlsafe_b64encode(json.dumps(options, separators=(",", ":")).encode()).decode()
    return _with(parts, "nav", encoded.rstrip("="))


def _navigation(encoded: str) -> dict[str, object]:
    try:
        options = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}


# The domains of a service, what the path begins with, and how it opens a recording at a second.
SERVICES: tuple[tuple[tuple[str, ...], str, Change], ...] = (
    (("youtube.com", "youtube-nocookie.com"), r"/(watch$|live/|embed/|shorts/)", _on_youtube),
    (("youtu.be",), r"/[\w-]+", _on_youtube),
    (("vimeo.com",), r"/(video/)?\d+|/(channels|groups|event|showcase|manage)/", _in_fragment),
    (("loom.com",), r"/share/", _on_loom),
    (("panopto.com", "panopto.eu"), r"/Panopto/Pages/Viewer\.aspx", _on_panopto),
    (("zoom.us", "zoomgov.com"), r"/rec/(play|share)/", _on_zoom),
    (("sharepoint.com",), r"/:v:/|.*/stream\.aspx$|.*\.mp4$", _on_stream),
)
