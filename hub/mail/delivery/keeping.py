"""Without a mail server: messages kept as files that any mail program opens."""

import os
from pathlib import Path

from config import Config

FOLDER = "mail"


def path_of(config: Config, message_id: int) -> Path:
    """Return where the message with this number is kept."""
    return config.INSTANCE / FOLDER / f"{message_id}.eml"


def keep(config: Config, message_id: int, message: bytes) -> None:
    """Write the message to its file, whole or not at all; readable by its owner alone. Doing it twice is once."""
    path = path_of(config, message_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def drop(config: Config, message_id: int) -> None:
    """The file isn't needed any more."""
    path_of(config, message_id).unlink(missing_ok=True)
