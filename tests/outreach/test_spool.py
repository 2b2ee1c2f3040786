"""The queue of arrived emails."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from config import Config
from hub.outreach import spool


def test_a_message_and_its_folder_are_synced_before_it_is_acknowledged(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    original_fsync = os.fsync

    def fsync(descriptor: Any) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        original_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = spool.enqueue(config, spool.QueuedMail(("log+x@log.example",), datetime(2026, 7, 8, tzinfo=UTC), b"a mail"))
    for synced_path in (path, path.parent):
        assert synced_path.stat().st_ino in synced, synced_path
