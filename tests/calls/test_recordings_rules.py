"""Links that open a recording at a second, for each service."""

import json
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.calls.rules.recordings import at_second, is_recording, opens_at_seconds, recording_in

ZOOM = "https://us02web.zoom.us/rec/play/abc.def"
STREAM = "https://forge.sharepoint.com/:v:/s/calls/EaBc"
EARLIER = "eyJyZWZlcnJhbEluZm8iOnsicmVmZXJyYWxBcHAiOiJTdHJlYW0ifX0"  # {"referralInfo":{"referralApp":"Stream"}}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc&t=754s"),
        ("https://m.youtube.com/watch?v=abc&t=5", "https://m.youtube.com/watch?v=abc&t=754s"),
        ("https://youtube.com/live/abc?si=x", "https://youtube.com/live/abc?si=x&t=754s"),
        ("https://www.youtube.com/embed/abc?start=3", "https://www.youtube.com/embed/abc?start=754"),
        ("https://youtu.be/abc", "https://youtu.be/abc?t=754s"),
        ("https://vimeo.com/76979871", "https://vimeo.com/76979871#t=754s"),
        ("https://vimeo.com/76979871/0f1e2d?share=copy#t=3s", "https://vimeo.com/76979871/0f1e2d?share=copy#t=754s"),
        ("https://player.vimeo.com/video/76979871", "https://player.vimeo.com/video/76979871#t=754s"),
        ("https://www.loom.com/share/abc", "https://www.loom.com/share/abc?t=754"),
        (f"{ZOOM}?startTime=1700000000000", f"{ZOOM}?startTime=1700000754000"),
        (f"{ZOOM}?pwd=x", f"{ZOOM}?pwd=x"),
        ("https://files.example/call.mp4", "https://files.example/call.mp4#t=754"),
        ("https://video.example/call", "https://video.example/call"),
        ("https://notyoutube.com/watch?v=abc", "https://notyoutube.com/watch?v=abc"),
        ("https://www.youtube.com/@channel", "https://www.youtube.com/@channel"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_link_opens_at_the_second_as_far_as_its_service_allows(link: str, expected: str) -> None:
    assert at_second(link, 754) == expected
    assert opens_at_seconds(link) is (link != expected)


@pytest.mark.parametrize("link", [STREAM, f"{STREAM}?e=x&nav={EARLIER}", f"{STREAM}?nav=%00", f"{STREAM}?nav=W10"])
def test_streams_links_keep_what_they_navigate_by(link: str) -> None:
    query = parse_qs(urlsplit(at_second(link, 754)).query)
    options = json.loads(urlsafe_b64decode(query["nav"][0] + "=="))
    assert options["playbackOptions"] == {"startTimeInSeconds": 754}
    assert ("referralInfo" in options) is (EARLIER in link)
    assert query.get("e") == (["x"] if "e=x" in link else None)


def test_recordings_are_told_from_other_links() -> None:
    assert is_recording("https://youtu.be/abc")
    assert is_recording(ZOOM)
    assert not is_recording("https://forms.example/kiln")
    text = "Slides: https://forge.example/deck.pdf. Watch (https://youtu.be/abc), or read on."
    assert recording_in(text) == "https://youtu.be/abc"
    assert recording_in("Watch it on Monday.") == ""


@given(some.text() | some.text().map("https://youtu.be/".__add__), some.integers())
def test_no_link_breaks(link: str, seconds: int) -> None:
    once = at_second(link, seconds)
    assert at_second(once, seconds) == once
    assert recording_in(link) in link
