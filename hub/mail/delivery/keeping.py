"""Saves messages as .eml files when there is no mail server."""

import os
from pathlib import Path

from config import Config

FOLDER = "mail"


def path_of(config: Config, message_id: int) -> Path:
    """Return the path of the message's file."""
    return config.INSTANCE / FOLDER / f"{message_id}.eml"


def keep(config: Config, message_id: int, message: bytes) -> None:
    """Write the message to its file atomically, readable only by its owner. Idempotent."""
    path = path_of(config, message_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def all_kept(config: Config) -> list[int]:
    """Return the ids of the messages that have a file, in any order."""
    return [int(path.stem) for path in (config.INSTANCE / FOLDER).glob("*.eml") if path.stem.isdecimal()]


def drop(config: Config, message_id: int) -> None:
    """Delete the message's file, if any."""
    path_of(config, message_id).unlink(missing_ok=True)
