"""Connections that hold a thread and send nothing: they are let go, so that everyone else is served."""

import socket
import struct
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# A browser sends its headers in one go; a phone on a bad line needs a second or two.
HEADERS_WITHIN = 10.0  # seconds
# A slow upload sends something all the time; one that sends nothing for so long is resumed later.
SILENT_FOR = 60  # seconds


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's thread worker with two limits that it lacks: for headers in all, and for silence within a body.

    Without them a few half-sent requests hold every thread for ever.
    """

    headers_within = HEADERS_WITHIN
    silent_for = SILENT_FOR

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading: dict[TConn, float] = {}  # whose headers aren't here yet, and until when they may take

    def handle(self, conn: TConn) -> Any:
        """Called in a thread with a connection that has something to read."""
        limit = struct.pack("ll", self.silent_for, 0)  # struct timeval
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self._reading[conn] = time.monotonic() + self.headers_within
        try:
            return super().handle(conn)
        finally:
            self._reading.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Called once the headers are here."""
        self._reading.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Called about once a second: also ends what has been sending its headers for too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._reading.items()):
            if until < now:
                self._reading.pop(conn, None)
                _stop_reading(conn)


def _stop_reading(conn: TConn) -> None:
    """Let the thread that waits for this connection see its end."""
    try:
        conn.sock.shutdown(socket.SHUT_RD)
    except OSError:
        return  # the client was quicker
