"""Log lines on stderr: as text, or one JSON object a line, each with its request's id. No secrets in them."""

import json
import logging
import sys
from typing import Any

from hub.core.audit import request_id

FIELDS = ("method", "path", "status", "took_ms", "person", "address", "step", "done")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; an exception stays on the same line."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """One readable line a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, with its fields behind the message."""
        fields = " ".join(f"{name}={_in_line(getattr(record, name))}" for name in FIELDS if hasattr(record, name))
        return f"{super().format(record)} {fields}".rstrip() + (f" [{rid}]" if (rid := request_id.get()) else "")


def _in_line(value: object) -> str:
    """Return a value that a stranger may have sent, without the characters that would begin a line or speak to a terminal."""
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def set_up(log_format: str, level: str) -> None:
    """Send the hub's log lines to stderr in ``log_format``; safe to call again."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("hub")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
