"""Logging to stderr as text or JSON lines, each with the request id. Secrets are never logged."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from hub.core.audit import request_id

FIELDS = ("method", "path", "status", "took_ms", "event", "person", "address", "factor", "step", "done")


class _UtcLines(logging.Formatter):
    """Writes times in UTC, in any time zone of the machine."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - logging's
        """Return the time of a record, to the millisecond, as ISO 8601 has it."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(_UtcLines):
    """Formats a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, including any traceback."""
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(_UtcLines):
    """Formats a record as readable text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, with its fields after the message."""
        fields = " ".join(f"{name}={_in_line(getattr(record, name))}" for name in FIELDS if hasattr(record, name))
        return f"{super().format(record)} {fields}".rstrip() + (f" [{rid}]" if (rid := request_id.get()) else "")


def _in_line(value: object) -> str:
    """Return a value on one line, with control characters escaped: it may come from an attacker."""
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def set_up(log_format: str, level: str) -> None:
    """Configure the hub's logger to write to stderr in ``log_format``; safe to call again."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("hub")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
