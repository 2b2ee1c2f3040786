"""Unfinished uploads on disk: concurrent senders, removal, expiration, and pieces of any size."""

import itertools
import os
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import NotFound
from hub.library.derive import page_texts
from hub.library.files import originals, unfinished
from tests.library.uploads.sender import Sender, parts_in
from tests.serving import TIMEOUT


def test_only_one_of_two_concurrent_senders_continues_and_the_bytes_stay_intact(config: Config) -> None:
    part = unfinished.begin(config, 1, "plan.txt", 4_000)
    both_began = threading.Barrier(2)
    won: list[bool] = []

    def pieces(byte: bytes) -> Iterator[bytes]:
        both_began.wait(TIMEOUT)
        for _ in range(20):
            yield byte * 200

    def send(byte: bytes) -> None:
        try:
            unfinished.append(part, 0, pieces(byte))
            won.append(True)
        except unfinished.WrongOffset:
            won.append(False)

    threads = [threading.Thread(target=send, args=(byte,)) for byte in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert sorted(won) in ([False, True], [False, False])
    content = part.path.read_bytes()
    assert len(content) % 200 == 0
    if True in won:
        assert content in (b"a" * 4_000, b"b" * 4_000)


def test_a_hanging_sender_blocks_no_one(config: Config) -> None:
    part = unfinished.begin(config, 1, "plan.txt", 8)

    def hanging() -> Iterator[bytes]:
        yield b"old"
        assert unfinished.append(part, 3, [b" new", b"!"]) == 8  # the same person, on a new connection
        yield b"late"

    with pytest.raises(unfinished.WrongOffset):
        unfinished.append(part, 0, hanging())
    assert part.path.read_bytes() == b"old new!"


def test_an_upload_removed_while_bytes_arrive_is_gone(config: Config) -> None:
    part = unfinished.begin(config, 1, "plan.txt", 8)

    def pieces() -> Iterator[bytes]:
        yield b"1234"
        unfinished.discard(part)
        yield b"5678"

    with pytest.raises(NotFound):
        unfinished.append(part, 0, pieces())
    assert parts_in(config) == []


def test_abandoned_uploads_expire_after_a_day(ana: Sender, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    config = database.config
    stale, slow = ana.begin().headers["Location"], ana.begin().headers["Location"]
    kept = ana.whole("kept.txt", b"kept")["upload"]
    old = clock.now().timestamp() - 2 * 86_400
    for path in parts_in(config):
        if path.name != slow.rsplit("/", 1)[1]:  # its first byte is old, but its last one is new
            os.utime(path, (old, old))
    page_texts.sweep_orphans(database)
    assert ana.ask("HEAD", stale).status_code == 404
    assert ana.ask("HEAD", kept).status_code == 404
    assert ana.ask("HEAD", slow).status_code == 200
    assert len(parts_in(config)) == 2


@settings(max_examples=40, deadline=None)  # each example waits for the disk
@given(st.binary(min_size=1, max_size=2_000), st.lists(st.integers(0, 2_000), max_size=6))
def test_however_a_file_is_cut_into_pieces_it_arrives_whole(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", SECRET_KEY="a key for the tests alone")
    part = unfinished.begin(config, 7, "plan.txt", len(content))
    borders = [0, *sorted({cut for cut in cuts if cut < len(content)} - {0}), len(content)]
    for start, end in itertools.pairwise(borders):
        assert unfinished.append(unfinished.find(config, 7, part.id), start, [content[start:end]]) == end
    stored = unfinished.keep(config, unfinished.find(config, 7, part.id))
    assert originals.path_of(config, stored.sha256).read_bytes() == content
    assert unfinished.keep(config, unfinished.find(config, 7, part.id)) == stored
