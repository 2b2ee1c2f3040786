"""A gunicorn worker that closes connections that send nothing while they block a thread."""

import socket
import struct
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# Browsers send all headers at once; a phone with a bad connection needs a second or two.
HEADERS_TIMEOUT = 10.0  # seconds
# A slow upload keeps sending data; one that stops for this long can be resumed later.
IDLE_TIMEOUT = 60  # seconds


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's thread worker with two more timeouts: for receiving all headers, and for gaps within a body.

    Without them, a few unfinished requests would block all threads forever.
    """

    headers_timeout = HEADERS_TIMEOUT
    idle_timeout = IDLE_TIMEOUT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading: dict[TConn, float] = {}  # connections that are sending headers, with their deadlines

    def handle(self, conn: TConn) -> Any:
        """Handle a readable connection. Gunicorn calls this in a thread."""
        limit = struct.pack("ll", self.idle_timeout, 0)  # struct timeval
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self._reading[conn] = time.monotonic() + self.headers_timeout
        try:
            return super().handle(conn)
        finally:
            self._reading.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Handle the request. Gunicorn calls this when all headers have arrived."""
        self._reading.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Close connections whose headers take too long. Gunicorn calls this about once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._reading.items()):
            if until < now:
                self._reading.pop(conn, None)
                _stop_reading(conn)


def _stop_reading(conn: TConn) -> None:
    """Shut down reading, so that the thread waiting for this connection stops."""
    try:
        conn.sock.shutdown(socket.SHUT_RD)
    except OSError:
        return  # the client has closed it already
