"""Uploads that someone waits for: how long until search finds them."""

import time

from fpdf import FPDF

from tests.serving import Hub, Visitor

POLLING = 0.05  # seconds between two searches


def seconds_to_find(browser: Visitor, word: str, content: bytes, extension: str = "pdf") -> float:
    """Return the seconds from the upload of a file until search finds ``word`` in its text; its name doesn't have it."""
    token = browser.token("/resources/new")
    began = time.perf_counter()
    browser.upload(f"file of {len(word)}.{extension}", content, token)
    while "1 resource" not in browser.get(f"/search?q={word}"):
        time.sleep(POLLING)
    return time.perf_counter() - began


def a_pdf(word: str, pages: int) -> bytes:
    """Return a PDF with a word on its last page."""
    pdf = FPDF()
    pdf.set_font("helvetica", size=11)
    for page in range(pages):
        pdf.add_page()
        pdf.multi_cell(0, 6, f"Page {page}. " + "Suppliers, sites and skills of a region. " * 30)
    pdf.ln()
    pdf.set_x(pdf.l_margin)
    pdf.multi_cell(0, 6, word)
    return bytes(pdf.output())


def files_waiting(hub: Hub) -> int:
    """Return the number of files that aren't read yet; 1 if the hub doesn't say."""
    health = hub.health() or {"worker": {"files_waiting": 1}}
    return int(health["worker"]["files_waiting"])
