"""Malicious files, and readers that crash: each ends in a named state, and no process is left running."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from hub.library.extract.container import OLE_START
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.rules import State
from tests.library import documents
from tests.serving import TIMEOUT, eventually

pytestmark = pytest.mark.hostile

MEGABYTE = 1024 * 1024
LAUGHS = "".join(
    ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)), '<!ENTITY a "&a8;">']
)
OWNER = """
import signal, sys
from pathlib import Path
from hub.library.extract.reader import Reader
reader = Reader()
reader.read(Path(sys.argv[1]), "a.txt")
print(reader.process_id, flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader with the default limits."""
    with Reader() as reader:
        yield reader


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """Return a harmless file."""
    path = tmp_path / "harmless"
    path.write_text("words")
    return path


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """Return a workbook that takes seconds to read."""
    return documents.long_workbook(tmp_path / "slow", 200_000)


@pytest.mark.parametrize("name", ["a.pptx", "a.docx", "a.xlsx", "a.odt", "a.odp", "a.ods", "a.pdf"])
@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 just text", b"just text", b"PK\x03\x04cut off", b"\0" * 2000])
def test_a_file_that_does_not_match_its_name_is_reported(
    reader: Reader, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    extraction = reader.read(path, name)
    assert (extraction.state, extraction.pages) == (State.CORRUPT, ())
    assert extraction.detail.endswith(".")


def test_a_document_named_as_another_kind_is_reported(reader: Reader, tmp_path: Path) -> None:
    path = documents.word(tmp_path / "a", lambda document: None)
    extraction = reader.read(path, "a.pptx")
    assert extraction.state is State.CORRUPT
    assert "named like a PowerPoint presentation" in extraction.detail


def test_an_encrypted_office_file_asks_for_a_copy_without_password(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLE_START + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"))
    assert reader.read(path, "a.docx").state is State.ENCRYPTED


def test_an_encrypted_opendocument_file_asks_for_a_copy_without_password(reader: Reader, tmp_path: Path) -> None:
    manifest = '<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    path = documents.opendocument(tmp_path / "a", "text", "", manifest=manifest)
    assert reader.read(path, "a.odt").state is State.ENCRYPTED


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.odt"])
def test_a_file_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, name: str) -> None:
    path = documents.plain_zip(tmp_path / "a", {"[Content_Types].xml": b"", "content.xml": b"0" * MEGABYTE})
    with Reader(Limits(unpacked_bytes=MEGABYTE // 2)) as reader:
        assert reader.read(path, name).state is State.TOO_LARGE
    with Reader(Limits(packed_entries=1)) as reader:
        assert reader.read(path, name).state is State.TOO_LARGE


def test_a_file_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    path = documents.slides_deck(tmp_path / "a", 2)
    documents.lying_about_size(path, "ppt/slides/slide1.xml", b"<p>" + b" " * 3 * MEGABYTE + b"</p>")
    with Reader(Limits(unpacked_bytes=MEGABYTE)) as reader:
        extraction = reader.read(path, "a.pptx")
    assert extraction.state in {State.PARTIAL, State.TOO_LARGE}
    assert extraction.pages[0].text == ""


@pytest.mark.parametrize(
    ("name", "part"),
    [("a.pptx", "ppt/slides/slide1.xml"), ("a.docx", "word/document.xml"), ("a.xlsx", "xl/worksheets/sheet1.xml")],
)
@pytest.mark.parametrize("declarations", [LAUGHS, '<!ENTITY a SYSTEM "file://{path}">'])
def test_entities_are_neither_expanded_nor_fetched(
    reader: Reader, tmp_path: Path, name: str, part: str, declarations: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    path = tmp_path / name
    if name == "a.pptx":
        documents.slides_deck(path, 1)
    elif name == "a.docx":
        documents.word(path, lambda document: document.add_paragraph("text1"))
    else:
        documents.workbook(path, lambda book: book.worksheets[0].append(["text1"]))
        shared = documents.part_of(path, part).replace('t="s"', 't="str"').replace("<v>0</v>", "<v>text1</v>")
        documents.rezipped(path, {part: shared.encode()})
    documents.with_entities(path, part, declarations.replace("{path}", str(secret)), "text1")
    extraction = reader.read(path, name)
    text = "".join(page.text for page in extraction.pages) + extraction.title
    assert "secret" not in text
    assert "haha" not in text


def test_deeply_nested_markup_ends_in_a_state(reader: Reader, tmp_path: Path) -> None:
    depth = 100_000
    path = documents.word(tmp_path / "a", lambda document: None)
    documents.rezipped(path, {"word/document.xml": b"<document>" * depth + b"</document>" * depth})
    assert reader.read(path, "a.docx").state is State.CORRUPT
    page = tmp_path / "b"
    page.write_text("<div><ol><li>" * depth + "deep")
    assert reader.read(page, "b.html").state in {State.OK, State.CORRUPT}


def test_a_truncated_pdf_ends_in_a_state(reader: Reader, tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a", *["some words"] * 20)
    path.write_bytes(path.read_bytes()[:2000])
    assert reader.read(path, "a.pdf").state in {State.CORRUPT, State.PARTIAL}


def test_pages_over_the_limit_are_skipped_and_reported(tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a", *["words"] * 5)
    with Reader(Limits(pages=3)) as reader:
        extraction = reader.read(path, "a.pdf")
    assert (extraction.state, len(extraction.pages)) == (State.PARTIAL, 3)
    assert "only the first 3 pages can be searched" in extraction.detail


def test_a_page_over_the_limit_is_cut_and_reported(tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a", "short", "far too long a page")
    with Reader(Limits(page_characters=10)) as reader:
        extraction = reader.read(path, "a.pdf")
    assert (extraction.state, [page.text for page in extraction.pages]) == (State.PARTIAL, ["short", "far too lo"])
    assert "searchable: page 2." in extraction.detail


def test_a_sheet_over_the_limit_is_cut_and_reported(tmp_path: Path, slow: Path) -> None:
    with Reader(Limits(sheet_rows=100)) as reader:
        extraction = reader.read(slow, "a.xlsx")
    assert (extraction.state, extraction.pages[0].text.count("1")) == (State.PARTIAL, 100)
    assert "searchable: sheet 1." in extraction.detail


def test_text_over_the_limit_is_skipped_and_reported(tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a", *["twelve chars"] * 5)
    with Reader(Limits(all_characters=20)) as reader:
        extraction = reader.read(path, "a.pdf")
    assert (extraction.state, len(extraction.pages)) == (State.PARTIAL, 2)


def test_a_reader_that_takes_too_long_is_stopped(slow: Path) -> None:
    with Reader(Limits(wall_seconds=0.2)) as reader:
        assert reader.read(slow, "a.xlsx").state is State.TIMEOUT
        assert not psutil.Process(reader.process_id).children()


def test_a_converter_that_hangs_is_stopped_with_everything_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: Path
) -> None:
    hanging, started = tmp_path / "soffice", tmp_path / "started"
    os.mkfifo(started)
    hanging.write_text(f"#!/bin/sh\nsleep 600 &\ncat {started}\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with Reader(Limits(wall_seconds=1)) as reader:
        assert reader.read(text, "old.doc").state is State.TIMEOUT
        assert not psutil.Process(reader.process_id).children(recursive=True)
    assert not [
        process for process in psutil.process_iter(["cmdline"]) if str(started) in (process.info["cmdline"] or ())
    ]


def test_a_reader_that_uses_too_much_processor_time_is_stopped(slow: Path) -> None:
    with Reader(Limits(processor_seconds=1, sheet_rows=10**9, page_characters=10**9)) as reader:
        extraction = reader.read(documents.long_workbook(slow, 2_000_000), "a.xlsx")
    assert extraction.state is State.TIMEOUT
    assert "took too long" in extraction.detail


def test_a_reader_that_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"words and words " * MEGABYTE)
    with Reader(Limits(memory_bytes=10 * MEGABYTE)) as reader:
        assert reader.read(path, "a.txt").state is State.TOO_LARGE


def test_pages_read_before_a_reader_stopped_are_kept(tmp_path: Path) -> None:
    path = documents.slides_deck(tmp_path / "a", 9)
    with Reader(Limits(answer_bytes=600)) as reader:
        extraction = reader.read(path, "a.pptx")
    assert (extraction.state, extraction.title) == (State.PARTIAL, "Slide 1 of many")
    assert 0 < len(extraction.pages) < 9
    assert f"only the first {len(extraction.pages)} slides can be searched" in extraction.detail


def test_a_killed_reader_gives_a_state(slow: Path, text: Path) -> None:
    with Reader() as reader, ThreadPoolExecutor() as pool:
        reader.read(text, "a.txt")
        extraction = pool.submit(reader.read, slow, "a.xlsx")
        a_child_of(reader).kill()
        assert extraction.result(TIMEOUT).state is State.TOO_LARGE
        assert reader.read(text, "a.txt").state is State.OK


def test_a_killed_helper_is_restarted(text: Path, slow: Path) -> None:
    with Reader() as reader, ThreadPoolExecutor() as pool:
        reader.read(text, "a.txt")
        first = reader.process_id
        extraction = pool.submit(reader.read, slow, "a.xlsx")
        child = a_child_of(reader)
        os.kill(first or 0, signal.SIGKILL)
        assert extraction.result(TIMEOUT).pages
        assert reader.process_id != first
        child.wait(TIMEOUT)


def a_child_of(reader: Reader) -> psutil.Process:
    """Return the process that is currently reading a file."""
    helper = psutil.Process(reader.process_id)
    children: list[psutil.Process] = eventually(helper.children)
    return children[0]


def test_nothing_keeps_running_when_the_owner_is_killed(text: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(text)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        helper = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
        helper.wait(TIMEOUT)


def test_a_closed_reader_leaves_no_process(text: Path) -> None:
    with Reader() as reader:
        reader.read(text, "a.txt")
        helper = psutil.Process(reader.process_id)
        assert helper.num_threads() == 1
    assert reader.process_id is None
    assert not helper.is_running()


def test_a_helper_that_no_one_needs_ends_and_the_next_file_starts_another(text: Path) -> None:
    with Reader(idle=0.01) as reader:
        first = reader.read(text, "a.txt")
        eventually(lambda: reader.process_id is None)
        assert reader.read(text, "a.txt") == first


def test_a_helper_that_works_is_not_ended(text: Path) -> None:
    with Reader() as reader:
        content = reader.read(text, "a.txt")
    with Reader(idle=0) as hurried:
        assert [hurried.read(text, "a.txt") for _ in range(5)] == 5 * [content]


def test_several_readers_and_threads_can_read_at_once(text: Path) -> None:
    with Reader() as first, Reader() as second, ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda n: (first, second)[n % 2].read(text, "a.txt").pages[0].text, range(40)))
    assert texts == ["words"] * 40


def test_the_helper_knows_no_secrets(monkeypatch: pytest.MonkeyPatch, text: Path) -> None:
    monkeypatch.setenv("HUB_SECRET_KEY", "secret")
    with Reader() as reader:
        reader.read(text, "a.txt")
        assert set(psutil.Process(reader.process_id).environ()) <= {
            *("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ", "LC_ALL", "PYTHONUTF8")
        }


def test_the_helper_has_no_network(text: Path) -> None:
    with Reader() as reader:
        reader.read(text, "a.txt")
        devices = Path(f"/proc/{reader.process_id}/net/dev")
        if not devices.exists() or devices.read_text() == Path("/proc/net/dev").read_text():
            pytest.skip("this system doesn't let processes leave the network")
        assert devices.read_text().count(":") == 1


def test_a_helper_that_cannot_start_raises_an_error(monkeypatch: pytest.MonkeyPatch, text: Path) -> None:
    monkeypatch.setattr("hub.library.extract.reader.COMMAND", (sys.executable, "-I", "-c", "1 / 0"))
    with Reader() as reader, pytest.raises(RuntimeError, match="ZeroDivisionError"):
        reader.read(text, "a.txt")
