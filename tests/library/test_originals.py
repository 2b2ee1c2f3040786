"""Originals: what is acknowledged is on the disk itself, and what someone needs isn't swept."""

import io
import os
from typing import Any

import pytest

from hub.core import clock
from hub.core.db import Database
from hub.library.files import originals


def test_bytes_and_names_of_an_original_are_on_the_disk_before_it_is_acknowledged(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    really = os.fsync

    def fsync(descriptor: Any) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = originals.path_of(database.config, originals.store(database.config, io.BytesIO(b"a plan")).sha256)
    for one in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        assert one.stat().st_ino in synced, one


def test_a_file_that_is_stored_again_is_young_again(database: Database) -> None:
    path = originals.path_of(database.config, originals.store(database.config, io.BytesIO(b"a plan")).sha256)
    old = clock.now().timestamp() - 2 * originals.STALE_AFTER
    os.utime(path, (old, old))
    originals.store(database.config, io.BytesIO(b"a plan"))
    assert path.stat().st_mtime > old + originals.STALE_AFTER, "or the sweep takes it before its new row is there"
