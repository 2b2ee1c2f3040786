"""Parts of files on the disk: two senders at once, removed, expired, cut anyhow."""

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


def test_of_two_senders_at_once_one_goes_on_and_the_bytes_stay_whole(config: Config) -> None:
    part = unfinished.begin(config, 1, "plan.txt", 4_000)
    both_began = threading.Barrier(2)
    won: list[bool] = []

    def pieces(byte: bytes) -> Iterator[bytes]:
        both_began.wait(10)
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
        thread.join(20)
    assert sorted(won) in ([False, True], [False, False])
    content = part.path.read_bytes()
    assert len(content) % 200 == 0
    if True in won:
        assert content in (b"a" * 4_000, b"b" * 4_000)


def test_a_sender_that_hangs_keeps_nobody_waiting(config: Config) -> None:
    part = unfinished.begin(config, 1, "plan.txt", 8)

    def hanging() -> Iterator[bytes]:
        yield b"old"
        assert unfinished.append(part, 3, [b" new", b"!"]) == 8  # the same person again, on a new connection
        yield b"late"

    with pytest.raises(unfinished.WrongOffset):
        unfinished.append(part, 0, hanging())
    assert part.path.read_bytes() == b"old new!"


def test_an_upload_that_is_removed_while_bytes_come_is_gone(config: Config) -> None:
    part = unfinished.begin(config, 1, "plan.txt", 8)

    def pieces() -> Iterator[bytes]:
        yield b"1234"
        unfinished.forget(part)
        yield b"5678"

    with pytest.raises(NotFound):
        unfinished.append(part, 0, pieces())
    assert parts_in(config) == []


def test_parts_that_nobody_goes_on_with_expire_after_a_day(
    ours: Sender, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = database.config
    stale, slow = ours.begin().headers["Location"], ours.begin().headers["Location"]
    kept = ours.whole("kept.txt", b"kept")["upload"]
    old = clock.now().timestamp() - 2 * 86_400
    for path in parts_in(config):
        if path.name != slow.rsplit("/", 1)[1]:  # its first byte came long ago, its last just now
            os.utime(path, (old, old))
    page_texts.sweep_orphans(database)
    assert ours.ask("HEAD", stale).status_code == 404
    assert ours.ask("HEAD", kept).status_code == 404
    assert ours.ask("HEAD", slow).status_code == 200
    assert len(parts_in(config)) == 2


@settings(max_examples=40, deadline=None)  # each waits for the disk
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
