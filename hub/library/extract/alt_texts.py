"""Alternative texts of pictures, without those that say nothing, such as file names."""

import re

from hub.library.extract.container import Element, attribute
from hub.library.extract.pages import one_line

LONGEST = 2_000  # characters of what a program may have written
# What programs write by themselves: file names, addresses, and the names of shapes.
NOTHING = re.compile(
    r"""(.{0,300}\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp|heic|ico|pdf|mp4|mov|avi|wav)
       |(https?|file)://\S+
       |[a-z]{1,4}[-_]?\d{5,}[-_\d]*(\[\d\])?
       |[^\s_]+(_[^\s_]*)+
       |(picture|image|graphics?|photo|img|grafik|bild|figure|logo|icon|chart|diagram|diagramm|table|group|object|shape
         |object\ placeholder|content\ placeholder|picture\ placeholder|text\ ?box|rectangle|oval|line|title)?[\W\d_]*)""",
    re.IGNORECASE | re.VERBOSE,
)
# Sentences that Office appends to the descriptions that it makes.
MADE_BY_PROGRAM = re.compile(
    r"""[\s.]*(description\ automatically\ generated(\ with\ \w+\ confidence)?|description\ generated\ with\ [\w ]+confidence
       |automatisch\ generierte\ beschreibung|ai-generated\ content\ may\ be\ incorrect
       |ki-generierte\ inhalte\ können\ fehlerhaft\ sein)\.?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


def said(text: str) -> str:
    """Return an alternative text on one line; "" when it says nothing about the picture."""
    line = one_line(text, len(text))
    if len(line) > LONGEST:
        return line
    for _ in range(2):
        line = MADE_BY_PROGRAM.sub("", line).rstrip(" ,;")
    return "" if NOTHING.fullmatch(line) else line


def alt_text(properties: Element) -> str:
    """Return what the properties of a drawing say about it, its title first; "" when they say nothing."""
    title, description = said(attribute(properties, "title")), said(attribute(properties, "descr"))
    if not title or title in description:
        return description
    return f"{title}: {description}" if description else title
