"""Mail that was taken is on the disk before the other side is told so."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from config import Config
from hub.outreach import spool


def test_a_message_and_its_name_are_on_the_disk_before_it_is_acknowledged(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    really = os.fsync

    def fsync(descriptor: Any) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = spool.keep(config, spool.Arrived(("log+x@log.example",), datetime(2026, 7, 8, tzinfo=UTC), b"a mail"))
    for one in (path, path.parent):
        assert one.stat().st_ino in synced, one
