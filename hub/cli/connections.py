"""The web server: waitress, which gives a request to a thread only when all of it has arrived.

So a slow client holds a connection, and a temporary file if it sends a large body, but never a thread. The limits
here keep the number of those small. docs/decisions/0018-slow-clients-hold-no-thread.md says why, and what was measured.
"""

import array
import fcntl
import ipaddress
import logging
import queue
import socket
import termios
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask
from waitress.utilities import BadRequest
from werkzeug.exceptions import RequestEntityTooLarge

from hub.core.errors import NotNow

log = logging.getLogger("hub.web")

# The method of resumable uploads (tus): the bytes that arrived before the connection was lost are kept.
RESUMABLE = "PATCH"
# Bodies up to this size stay in memory; larger ones go to a temporary file.
IN_MEMORY = 1 << 19  # bytes
LONGEST_HEADERS = 1 << 15  # bytes
LONGEST_CHUNK_LINE = 1 << 12  # bytes of the size of a chunk with its extensions, and of trailers
OUT_OF_TIME = "The connection was too slow, so the hub stopped waiting. Nothing was saved. Try again."
TOO_MANY = "Many uploads are arriving at the moment. Wait a minute, then try again."


@dataclass(frozen=True)
class Limits:
    """What clients may hold in each web process. Times are in seconds."""

    headers: float = 10.0  # browsers send all headers at once; a phone with a bad connection needs a second or two
    idle: float = 15.0  # between requests; a reverse proxy that keeps connections opens another one
    window: float = 30.0  # the time over which a rate is measured, so that a short gap does no harm
    rate: float = 1_000.0  # bytes a second that a client must send of a body, or read of a response
    bodies: int = 100  # bodies that arrive at the same time
    bodies_of_client: int = 20  # several people may share an address
    yields_below: float = 20_000.0  # bytes a second: a slower body is cut off when another needs its place
    yields_after: float = 5.0
    connections: int = 1_000
    drain: float = 5.0  # to read the answer while the rest of a refused body is discarded
    stop: float = 15.0  # to finish requests when the hub stops
    pause: float = 1.0  # between checks


def client_of(address: str, forwarded: str, proxies: int) -> str:
    """Return the client that shares limits: its address, or the network of an IPv6 address (a /64 is one customer).

    ``forwarded`` is the X-Forwarded-For header, which is trusted for ``proxies`` hops.
    """
    hops = [hop.strip() for hop in forwarded.split(",")]
    address = hops[-proxies] if proxies and len(hops) >= proxies else address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address  # noqa: PLR2004


class Task(WSGITask):  # type: ignore[misc]
    """Waitress's task, which passes on why a request was refused."""

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment. The body may be shorter than announced, so its end isn't taken for granted."""
        environ: dict[str, Any] = super().get_environment()
        environ.pop("wsgi.input_terminated", None)
        return environ | {"wsgi.multiprocess": True, "hub.refused": getattr(self.request, "refused", None)}


class LostBody:
    """A task for the part of a resumable upload that arrived before its connection was lost."""

    def __init__(self, connection: "Connection", request: HTTPRequestParser) -> None:
        self.application, self.request = connection.server.application, request
        self.environ = Task(connection, request).get_environment()

    def service(self) -> None:
        """Run the application; no one reads the response. Waitress calls this in a thread."""
        response = self.application(self.environ, lambda _status, _headers, _error=None: lambda _data: None)
        try:
            for _piece in response:
                pass
        finally:
            if hasattr(response, "close"):
                response.close()
            self.request.close()

    def cancel(self) -> None:
        """Give up. Waitress calls this when it stops."""
        self.request.close()


class Connection(HTTPChannel):  # type: ignore[misc]
    """Waitress's connection with the hub's limits."""

    task_class = Task
    server: "WebServer"
    request: Any  # the one that is arriving, an HTTPRequestParser; None between requests
    close_when_flushed: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.admitted: Any = None  # the request whose body may arrive
        self.body_began = self.since = time.monotonic()
        self.doing: tuple[str, int] = ("", 0)
        self.done = self.sent = 0
        self.refuses = self.drains = self.sends = False
        super().__init__(*args, **kwargs)
        self.client = self.addr[0]

    @property
    def receives_body(self) -> bool:
        """True while a body arrives."""
        return self.request is not None and self.request is self.admitted

    @property
    def rate(self) -> float:
        """The bytes a second of the body that is arriving."""
        return float(self.request.body_bytes_received / max(time.monotonic() - self.body_began, 0.001))

    # Receiving

    def readable(self) -> bool:
        """Return True if the server should read from this connection."""
        return self.drains or bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Take bytes from the client; refuse a body as soon as it breaks a limit."""
        if self.refuses or self.drains:
            return False  # the rest of a refused body
        try:
            taken = bool(super().received(data))
        except OSError:
            log.exception("A request's body couldn't be stored.")
            self.refuse(NotNow(507, NotNow.DISK_FULL))
            return False
        request = self.request
        if request is None or not request.headers_finished:
            return taken
        if request is not self.admitted:
            self.admitted, self.body_began = request, time.monotonic()
            if (refusal := self.server.refusal(self)) is not None:
                self.refuse(refusal)
        if (objection := getattr(request, "objection", None)) is not None:
            self.refuse(objection)
        elif request.body_bytes_received > request.most_bytes:
            self.refuse(RequestEntityTooLarge())
        elif request.chunked and len(request.body_rcv.control_line + request.body_rcv.trailer) > LONGEST_CHUNK_LINE:
            request.error = BadRequest("A chunk's size is too long.")
            self.refuse(None)
        return taken

    def refuse(self, refusal: Exception | None) -> None:
        """Answer before the whole body has arrived, and close the connection afterward.

        The application raises ``refusal``, so that it can show its error page; None passes on what arrived.
        """
        with self.requests_lock:
            request, self.request = self.request, None
            if request is None:
                return
            request.refused, request.completed = refusal, True
            request.headers["CONNECTION"] = "close"  # what follows is the rest of the body, never a request
            self.refuses = True
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)

    def cut_off(self) -> None:
        """Stop waiting for the rest of a body; keep what arrived of a resumable upload."""
        self.refuse(None if self.request.command == RESUMABLE else NotNow(408, OUT_OF_TIME))

    def handle_close(self) -> None:
        """Close the connection; keep what arrived of a resumable upload."""
        request = self.request
        if self.receives_body and request.command == RESUMABLE and request.body_bytes_received:
            self.request = None
            self.server.add_task(LostBody(self, request))
        super().handle_close()

    # Sending

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: FBT001, FBT002 - waitress's parameter
        """Send bytes, and count them."""
        count = int(super().send(data, do_close=do_close))
        self.sent += count
        return count

    def write_soon(self, data: Any) -> int:
        """Send a part of a response from the thread that made it, or keep what the client doesn't take for the loop."""
        self.sends = True
        try:
            return int(super().write_soon(data))
        finally:
            self.sends = False
            if self.total_outbufs_len:
                self.server.pull_trigger()

    def writable(self) -> bool:
        """Return True if the loop should write. While a thread sends, it would only try again and again."""
        if self.will_close or self.close_when_flushed:
            return True
        is_full = self.total_outbufs_len > self.adj.outbuf_high_watermark  # the thread waits for the loop
        return bool(self.total_outbufs_len) and (is_full or not self.sends)

    def handle_write(self) -> None:
        """Send what is waiting. After a refusal, discard the rest of the body before closing.

        Closing at once would reset the connection, and the client might lose the answer (RFC 9112, section 9.6).
        """
        if self.refuses and self.close_when_flushed and not self.total_outbufs_len:
            self.close_when_flushed, self.drains = False, True
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.will_close = True
        super().handle_write()

    # Limits

    def _progress(self) -> tuple[str, int]:
        """Return what the connection is doing, and how many bytes of it are done."""
        if self.drains:
            return "drain", 0
        if self.total_outbufs_len:
            return "send", self.sent - _unacknowledged(self.socket)
        if self.requests:
            return "work", 0
        if self.request is None:
            return "idle", 0
        return ("body", self.request.body_bytes_received) if self.request.headers_finished else ("headers", 0)

    def enforce(self, limits: Limits, now: float) -> None:
        """Close the connection, or cut its body off, if it has held its place for too long or is too slow."""
        phase, done = self._progress()
        doing = (phase, self.sent if phase == "idle" else id(self.request))
        if doing != self.doing:
            self.doing, self.since, self.done = doing, now, done
            return
        most = {"drain": limits.drain, "idle": limits.idle, "headers": limits.headers}.get(phase, limits.window)
        if phase == "work" or now - self.since < most:
            return
        if phase in {"body", "send"} and done - self.done >= limits.rate * most:
            self.since, self.done = now, done
        elif phase == "body":
            self.cut_off()
        else:
            self.handle_close()  # at once: `will_close` waits until the client reads


def _unacknowledged(connection: socket.socket) -> int:
    """Return the number of sent bytes that the client hasn't acknowledged yet; Linux may hold megabytes."""
    count = array.array("i", [0])
    try:
        fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, count)
    except OSError:
        return 0
    return count[0]


class WebServer(TcpWSGIServer):  # type: ignore[misc]
    """Waitress's server on a socket that listens already, with the hub's limits."""

    channel_class = Connection
    limits = Limits()

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        listener: socket.socket,
        threads: int,
        most_bytes: Callable[[Mapping[str, Any]], int],
        objection: Callable[[Mapping[str, Any]], Exception | None],
        has_room: Callable[[int], bool],
        proxies: int = 0,
    ) -> None:
        """Prepare to serve ``application``.

        ``most_bytes`` returns the size limit of a request's body at once; ``objection`` returns why it may not arrive,
        and may ask the database; ``has_room`` tells whether the disk has that many bytes left; ``proxies`` is the number
        of trusted reverse proxies.
        """
        self.most_bytes, self.objection, self.has_room, self.proxies = most_bytes, objection, has_room, proxies
        self.stopping = False
        self._to_check: queue.SimpleQueue[tuple[Any, Mapping[str, Any]] | None] = queue.SimpleQueue()
        threading.Thread(target=self._check, name="bodies", daemon=True).start()
        adjustments = Adjustments(
            sockets=[listener],
            threads=threads,
            ident=None,
            connection_limit=2 * self.limits.connections,  # `handle_accept` makes room before
            max_request_header_size=LONGEST_HEADERS,
            max_request_body_size=1 << 60,  # `refusal` knows each page's own limit
            inbuf_overflow=IN_MEMORY,
            recv_bytes=1 << 17,
            outbuf_high_watermark=1 << 26,
            clear_untrusted_proxy_headers=False,  # ProxyFix reads them, if the settings say so
            asyncore_use_poll=True,
        )
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line for each request that waits for a thread
        sockinfo = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(application, {}, _sock=listener, adj=adjustments, bind_socket=False, sockinfo=sockinfo)

    def maintenance(self, now: float) -> None:
        """Do nothing here: `run` applies the limits."""

    def connections(self) -> list[Connection]:
        """Return the open connections."""
        return list(self.active_channels.values())

    def handle_accept(self) -> None:
        """Accept a connection; if there are many, the one that has been silent the longest is closed for it."""
        if len(self.active_channels) >= self.limits.connections:
            waiting = [each for each in self.connections() if not each.requests]
            if waiting:
                min(waiting, key=lambda each: each.last_activity).handle_close()
        super().handle_accept()

    def refusal(self, connection: Connection) -> Exception | None:
        """Return why the body that begins to arrive is refused; None if it may arrive."""
        request = connection.request
        environ = Task(connection, request).get_environment()
        request.most_bytes = self.most_bytes(environ)
        if request.content_length > request.most_bytes:
            return RequestEntityTooLarge()
        connection.client = client_of(connection.addr[0], request.headers.get("X_FORWARDED_FOR", ""), self.proxies)
        others = [each for each in self.connections() if each.receives_body and each is not connection]
        same = [each for each in others if each.client == connection.client]
        for bodies, most in ((same, self.limits.bodies_of_client), (others, self.limits.bodies)):
            if len(bodies) >= most and not self._cut_off_slowest(bodies):
                return NotNow(503, TOO_MANY)
        expected = sum(each.request.content_length for each in (connection, *others) if each.receives_body)
        if request.content_length > IN_MEMORY and not self.has_room(expected):
            return NotNow(507, NotNow.DISK_FULL)
        if request.chunked:
            self._to_check.put((request, environ | {"HTTP_TRANSFER_ENCODING": "chunked"}))  # which waitress removes
        elif request.content_length > IN_MEMORY:
            self._to_check.put((request, environ))
        return None

    def _check(self) -> None:
        """Check the bodies that arrive, beside them, so that the server never waits for the database."""
        while (arriving := self._to_check.get()) is not None:
            request, environ = arriving
            try:
                request.objection = self.objection(environ)
            except Exception:  # the application meets the same error, and says so
                log.exception("The sender of a body couldn't be checked.")

    def _cut_off_slowest(self, connections: Iterable[Connection]) -> bool:
        """Cut off the slowest body if it is slow, and return whether one was."""
        slowest = min(connections, key=lambda each: each.rate)
        is_new = time.monotonic() - slowest.body_began < self.limits.yields_after
        if is_new or slowest.rate >= self.limits.yields_below:
            return False
        slowest.cut_off()
        return True

    def stop(self) -> None:
        """Stop accepting connections, and let `run` end when all requests are answered. Signal handlers may call it."""
        self.stopping = True
        with suppress(OSError):  # it has stopped already
            self.pull_trigger()

    def run(self) -> None:
        """Serve until `stop` is called and requests have ended, or the time for that is over."""
        deadline, checked = float("inf"), 0.0
        while not self.stopping or (self._is_busy() and time.monotonic() < deadline):
            wasyncore.loop(timeout=0.1 if self.stopping else self.limits.pause, use_poll=True, map=self._map, count=1)
            now = time.monotonic()
            if self.stopping and self.accepting:
                deadline = now + self.limits.stop
                wasyncore.dispatcher.close(self)
            if now - checked >= self.limits.pause:
                checked = now
                for connection in self.connections():
                    connection.enforce(self.limits, now)
        self._to_check.put(None)
        self.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)

    def _is_busy(self) -> bool:
        return any(each.requests or each.total_outbufs_len or each.receives_body for each in self.connections())
