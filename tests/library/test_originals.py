"""Originals: stored files are flushed to disk, and needed files aren't swept."""

import io
import os
from typing import Any

import pytest

from hub.core import clock
from hub.core.db import Database
from hub.library.files import originals


def test_an_original_is_flushed_to_disk_before_storing_it_returns(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    original_fsync = os.fsync

    def fsync(descriptor: Any) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        original_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = originals.path_of(database.config, originals.store(database.config, io.BytesIO(b"a plan")).sha256)
    for entry in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        assert entry.stat().st_ino in synced, entry


def test_storing_a_file_again_resets_its_age(database: Database) -> None:
    path = originals.path_of(database.config, originals.store(database.config, io.BytesIO(b"a plan")).sha256)
    old = clock.now().timestamp() - 2 * originals.STALE_AFTER
    os.utime(path, (old, old))
    originals.store(database.config, io.BytesIO(b"a plan"))
    assert path.stat().st_mtime > old + originals.STALE_AFTER, (
        "otherwise the sweep deletes it before its new row is committed"
    )
