"""Checks of audit packets from the file alone, which find any change."""

import csv
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT, Config
from hub.core.archive import files_in, zip_of
from hub.core.db import Database
from hub.core.fingerprints import sha256_of
from hub.sharing.rules.audit_packet_check import check_packet
from hub.sharing.rules.audit_packets import CONFIRMATIONS, CONTENTS, EVENTS, MANIFEST, SEAL, row_digest
from tests.sharing.packets import JULY, Q2, a_world, make


@pytest.fixture(scope="module")
def packet(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """The packet of the second quarter, made once, since tests only read it."""
    folder = tmp_path_factory.mktemp("packet")
    copy(sqlite_template, folder / "hub.sqlite3")
    database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.core.clock.now", lambda: JULY)
        a_world(database)
        yield make(database, Q2).content
    database.close()


def with_files(packet: bytes, **changed: bytes | None) -> bytes:
    """Return the packet with changed files, packed as the hub packs."""
    files: dict[str, bytes | None] = {**files_in(packet), **changed}
    return zip_of({name: content for name, content in files.items() if content is not None})


def resealed(packet: bytes, **changed: bytes) -> bytes:
    """Return the packet as a forger would make it, with the manifest's digests updated."""
    files = files_in(packet) | changed
    manifest = json.loads(files[MANIFEST])
    if MANIFEST not in changed:
        for name in CONTENTS:
            manifest["files"][name] = {"sha256": sha256_of(files[name]), "size": len(files[name])}
    files[MANIFEST] = (json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()
    files[SEAL] = f"{sha256_of(files[MANIFEST])}  {MANIFEST}\n".encode()
    return zip_of(files)


def problems(packet: bytes) -> str:
    return "\n".join(check_packet(packet).problems)


def test_a_packet_is_intact_and_says_what_it_is(packet: bytes) -> None:
    verdict = check_packet(packet)
    assert verdict.problems == ()
    assert verdict.chain == ("2026Q1",)
    assert verdict.digest == sha256_of(files_in(packet)[MANIFEST])
    assert (verdict.manifest["standing"], verdict.manifest["entries"]) == ("confirmed", 2)
    assert verdict.manifest["made_at"] == "2026-07-08T15:00:00.000000Z"
    with zipfile.ZipFile(BytesIO(packet)) as opened:
        assert opened.testzip() is None, "any program opens it"
        assert opened.namelist() == [MANIFEST, SEAL, *CONTENTS, "chain/2026Q1.json"]
    events = files_in(packet)[EVENTS].decode("utf-8-sig")
    assert "2026-06-30,2026-07-08T11:00:00-04:00,declared" in events


@settings(max_examples=200)
@given(st.data())
def test_any_changed_byte_is_found(packet: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(packet) - 1))
    change = data.draw(st.integers(1, 255))
    assert problems(packet[:place] + bytes([packet[place] ^ change]) + packet[place + 1 :])


@settings(max_examples=60)
@given(st.data())
def test_removed_and_inserted_bytes_are_found(packet: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(packet)))
    end = data.draw(st.integers(start, len(packet)))
    put_in = data.draw(st.binary(max_size=40))
    changed = packet[:start] + put_in + packet[end:]
    assert bool(problems(changed)) == (changed != packet)


@settings(max_examples=80)
@given(st.data())
def test_any_changed_byte_of_a_file_is_found_in_a_repacked_archive(packet: bytes, data: st.DataObject) -> None:
    files = files_in(packet)
    name = data.draw(st.sampled_from(sorted(files)))
    place, change = data.draw(st.integers(0, len(files[name]) - 1)), data.draw(st.integers(1, 255))
    content = bytearray(files[name])
    content[place] ^= change
    reported = problems(with_files(packet, **{name: bytes(content)}))
    assert name in reported or "the manifest of 2026Q1 is not" in reported


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b",40,", b",400,", "Row 1 of events.csv (entry 3) was edited"),
        (b"2026-06-30", b"2026-05-30", "was edited"),
        (b"2026-06-30", b"2026-03-30", "doesn't belong in 2026Q2"),
        (b"declared", b"download", "was edited"),
    ],
)
def test_an_edited_row_is_named_even_if_the_manifest_was_rewritten(
    packet: bytes, old: bytes, new: bytes, sentence: str
) -> None:
    events = files_in(packet)[EVENTS]
    assert old in events
    assert sentence in problems(resealed(packet, **{EVENTS: events.replace(old, new, 1)}))


def test_an_edited_confirmation_is_named_with_the_edited_column(packet: bytes) -> None:
    table = files_in(packet)[CONFIRMATIONS]
    edited = table.replace(b",alternate,yes", b",representative,yes", 1)
    assert "Row 2 of confirmations.csv (confirmation 2) was edited: role" in problems(
        resealed(packet, **{CONFIRMATIONS: edited})
    )
    edited = re.sub(rb'(""people"":)40', rb"\g<1>400", table, count=1)
    assert "Row 1 of confirmations.csv (confirmation 1) was edited: its fingerprint" in problems(
        resealed(packet, **{CONFIRMATIONS: edited})
    )


def test_a_superseded_entry_that_counts_is_found(packet: bytes) -> None:
    head, first, second = csv.reader(StringIO(files_in(packet)[EVENTS].decode("utf-8-sig"), newline=""))
    second[head.index("supersedes")] = first[head.index("entry")]
    second[head.index("digest")] = row_digest(second[: head.index("digest")])
    table = StringIO(newline="")
    csv.writer(table).writerows((head, first, second))
    forged = resealed(packet, **{EVENTS: table.getvalue().encode("utf-8-sig")})
    assert problems(forged) == "Row 1 of events.csv (entry 3) is marked as counting, but another entry corrects it."


def test_removed_and_duplicated_rows_are_found(packet: bytes) -> None:
    events = files_in(packet)[EVENTS]
    rows = re.split(rb"(?m)^(?=\d+,2026Q2,)", events)
    assert len(rows) == 3
    assert "rows were added or removed" in problems(resealed(packet, **{EVENTS: b"".join(rows[:2])}))
    assert "more than once" in problems(resealed(packet, **{EVENTS: b"".join([*rows, rows[1]])}))
    nothing = problems(
        resealed(packet, **{EVENTS: rows[0], CONFIRMATIONS: files_in(packet)[CONFIRMATIONS].split(b"\n")[0]})
    )
    assert "show the standing 'silent'" in nothing


def test_a_fully_forged_manifest_is_found_only_by_its_digest(packet: bytes) -> None:
    manifest = files_in(packet)[MANIFEST].replace(b"Rita", b"Nina")
    forged = resealed(packet, **{MANIFEST: manifest})
    verdict = check_packet(forged)
    assert verdict.problems == (), "nothing inside can tell"
    assert verdict.digest != check_packet(packet).digest, "the digest in the hub and in the next packet can"


def test_a_broken_chain_is_explained(packet: bytes) -> None:
    name = "chain/2026Q1.json"
    first = files_in(packet)[name]
    assert "the manifest of 2026Q1 (chain/2026Q1.json) is missing" in problems(with_files(packet, **{name: None}))
    assert "is not the one that the manifest of 2026Q2 names" in problems(
        with_files(packet, **{name: first.replace(b"silent", b"forwarded").replace(b'"entries": 2', b'"entries": 3')})
    )

    def with_previous(previous: object) -> str:
        manifest = json.loads(files_in(packet)[MANIFEST]) | {"previous": previous}
        return problems(resealed(packet, **{MANIFEST: json.dumps(manifest).encode()}))

    assert "begins with 2026Q2 instead of 2026Q1" in with_previous(None)
    assert "names '2025Q4' as the previous quarter" in with_previous({"quarter": "2025Q4", "sha256": "0" * 64})
    assert "chain/2026Q1.json' doesn't belong in this packet" in with_previous(None)


def test_missing_extra_and_strange_files_are_named(packet: bytes) -> None:
    for name in CONTENTS:
        assert f"{name} is missing" in problems(with_files(packet, **{name: None}))
    assert f"{SEAL} is missing" in problems(with_files(packet, **{SEAL: None}))
    assert "The file has no manifest.json" in problems(with_files(packet, **{MANIFEST: None}))
    assert "'more.txt' doesn't belong" in problems(with_files(packet, **{"more.txt": b"x"}))
    for name in ("../evil", "/etc/passwd", "..\\evil", "C:evil", "a/../../b"):
        assert "would be unpacked outside the chosen folder" in problems(with_files(packet, **{name: b"x"}))
    swapped = dict(reversed(files_in(packet).items()))
    assert "order" in problems(zip_of(swapped))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (b"\xff", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "is not the manifest"),
        (b'{"format": "amcc-sharing-packet", "version": 3}', "Use a newer hub"),
        (b'{"format": "amcc-sharing-packet", "version": 1}', "'organization' is missing"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_reported(packet: bytes, manifest: bytes, sentence: str) -> None:
    assert sentence in problems(with_files(packet, **{MANIFEST: manifest}))


@settings(max_examples=80)
@given(st.data())
def test_a_manifest_of_any_shape_breaks_nothing(packet: bytes, data: st.DataObject) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda values: st.lists(values, max_size=2) | st.dictionaries(st.text(max_size=8), values, max_size=2),
        max_leaves=5,
    )
    manifest = json.loads(files_in(packet)[MANIFEST])
    changed = manifest | data.draw(st.dictionaries(st.sampled_from(sorted(manifest)), values, min_size=1, max_size=3))
    verdict = check_packet(resealed(packet, **{MANIFEST: json.dumps(changed).encode()}))
    assert all(problem.strip() for problem in verdict.problems)


def test_foreign_archives_are_refused_without_unpacking(packet: bytes) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, b"0" * 50_000_000)
    assert "compressed" in problems(bomb.getvalue())
    twice = BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr(MANIFEST, b"{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(MANIFEST, b"{}")
    assert "twice" in problems(twice.getvalue())
    many = BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_200):
            archive.writestr(f"{number}", b"")
    assert "has at most" in problems(many.getvalue())
    for nothing in (b"", b"PK", b"%PDF-1.7", packet[: len(packet) // 2]):
        assert "damaged" in problems(nothing)


@settings(max_examples=60)
@given(
    st.dictionaries(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1), st.binary(), max_size=5)
)
def test_an_archive_round_trips_and_has_only_one_form(files: dict[str, bytes]) -> None:
    archive = zip_of(files)
    assert zip_of(dict(files)) == archive
    if any("\\" in name or name.startswith("/") for name in files):
        return  # zipfile changes such names when reading; check_packet refuses them
    assert files_in(archive) == files


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_a_sentence(content: bytes) -> None:
    assert problems(content)


def _hub(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command with an invalid setting, which would stop any command that loads settings."""
    environ = {"PATH": "/usr/bin:/bin", "HUB_TIME_ZONE": "Mars", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *words], env=environ, cwd="/", capture_output=True, text=True, check=False
    )


def test_the_command_needs_nothing_but_the_packet(packet: bytes, tmp_path: Path) -> None:
    file = tmp_path / "packet.zip"
    file.write_bytes(packet)
    digest = check_packet(packet).digest
    answer = _hub("verify-packet", str(file), "--digest", digest)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for part in ("Prairie Works, Q2 2026: Confirmed", "2 entries and 2 confirmations", "Q1 2026", digest):
        assert part in answer.stdout
    file.write_bytes(with_files(packet, **{"\x1b[2Jx": b"x"}))
    answer = _hub("verify-packet", str(file), "--digest", "0" * 64)
    assert answer.returncode == 1
    assert "doesn't belong" in answer.stdout
    assert "not the one that you entered" in answer.stdout
    assert "\x1b" not in answer.stdout
    assert "2 problems found" in answer.stderr
    assert _hub("verify-packet", str(tmp_path / "none.zip")).returncode == 2
