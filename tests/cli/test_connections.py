"""The web server and clients that send or read slowly, too much, or ambiguously; on its bytes."""

import io
import re
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, send_file
from waitress.adjustments import Adjustments
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import wrap_file

from hub.cli.connections import OUT_OF_TIME, Connection, Limits, WebServer, client_of
from hub.cli.serving import listen
from hub.core import web
from hub.core.errors import NotNow
from tests.serving import TIMEOUT, eventually, free_port

LARGE = 40_000_000  # bytes: more than the kernel's buffers hold
PATIENT = Limits(drain=1.0, pause=0.05)  # what is sent is never too late, however slow this machine is
QUICK = Limits(headers=1.0, window=1.0, drain=0.3, pause=0.05)
Environ = Mapping[str, Any]


class Site:
    """A WSGI application that answers with the body that it got, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        if refusal := environ["hub.refused"]:
            status = getattr(refusal, "status", None) or refusal.code
            self.asked.append((request.path, str(status).encode()))
            return Response(f"refused {status}", status=status)(environ, start)
        body = self._body(request)
        self.asked.append((request.path, body))
        if request.path == "/large":
            start("200 OK", [("Content-Length", str(LARGE))])
            file: Iterable[bytes] = wrap_file(environ, io.BytesIO(bytes(LARGE)))
            return file
        self.may_answer.wait(TIMEOUT)
        return Response(b"got " + body)(environ, start)

    @staticmethod
    def _body(request: Request) -> bytes:
        body = b""
        try:
            while piece := request.stream.read(1000):
                body += piece
        except ClientDisconnected:
            body += b" (lost)"
        return body


@contextmanager
def serving(
    site: Callable[..., Any],
    limits: Limits = PATIENT,
    *,
    most: int = 1_000_000,
    objection: Callable[[Environ], Exception | None] = lambda _environ: None,
    room: bool = True,
    threads: int = 1,
) -> Iterator[tuple[WebServer, Callable[[bytes], socket.socket]]]:
    """Run a server with one thread; yields it, and a function that opens a connection and sends bytes."""
    port, opened = free_port(), list[socket.socket]()
    server = WebServer(site, listen("127.0.0.1", port), threads, lambda _environ: most, objection, lambda _size: room)
    server.limits = limits
    running = threading.Thread(target=server.run)
    running.start()

    def connect(sent: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        opened.append(client)
        client.sendall(sent)
        return client

    try:
        yield server, connect
    finally:
        for client in opened:
            client.close()
        server.stop()
        running.join(TIMEOUT)
        assert not running.is_alive()


def answer_of(client: socket.socket) -> bytes:
    """Return all that the server sends until it closes the connection."""
    return b"".join(iter(lambda: client.recv(1 << 16), b""))


def post(path: str, length: int, body: bytes = b"", method: str = "POST") -> bytes:
    """Return a request that announces ``length`` bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body


GET = b"GET /page HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"


def test_headers_that_do_not_end_are_cut_off_and_hold_no_thread() -> None:
    with serving(Site(), QUICK) as (_server, connect):
        halves = [connect(b"GET / HTTP/1.1\r\nX-Slow: ") for _ in range(20)]
        assert answer_of(connect(GET)).endswith(b"got ")
        for half in halves:
            assert answer_of(half) == b""


def test_a_form_that_arrives_too_slowly_is_answered_and_holds_no_thread() -> None:
    site = Site()
    with serving(site, QUICK) as (_server, connect):
        slow = connect(post("/form", 900, b"email="))
        assert answer_of(connect(GET)).endswith(b"got ")
        assert b"408" in answer_of(slow).split(b"\r\n")[0]
    assert ("/form", b"408") in site.asked


@pytest.mark.parametrize("how", ["slow", "lost"])
def test_the_bytes_of_a_resumable_upload_that_arrived_are_passed_on(how: str) -> None:
    site = Site()
    with serving(site, QUICK) as (_server, connect):
        client = connect(post("/uploads/1", 900, b"the first bytes", "PATCH"))
        if how == "lost":
            client.close()
        eventually(lambda: ("/uploads/1", b"the first bytes (lost)") in site.asked)


def test_a_body_that_is_too_large_is_refused_at_once_and_its_rest_is_never_a_request() -> None:
    site = Site()
    with serving(site, most=1_000) as (_server, connect):
        client = connect(post("/form", 5_000, b"x" * 2_000 + b"\r\n\r\n" + GET.replace(b"/page", b"/smuggled")))
        client.sendall(GET.replace(b"/page", b"/smuggled"))
        answer = answer_of(client)
    assert answer.count(b"HTTP/1.1") == 1
    assert b"413" in answer
    assert site.asked == [("/form", b"413")]


@pytest.mark.parametrize("head", [f"Content-Length: {LARGE}", "Transfer-Encoding: chunked"])
def test_a_body_is_refused_while_it_arrives_and_a_database_that_does_not_answer_stops_no_one(head: str) -> None:
    site, answers = Site(), threading.Event()

    def objection(environ: Environ) -> Exception | None:
        answers.wait(TIMEOUT)
        is_announced = "CONTENT_LENGTH" in environ or environ.get("HTTP_TRANSFER_ENCODING") == "chunked"
        return NotNow(403, "Sign in.") if is_announced and environ["PATH_INFO"] == "/form" else None

    with serving(site, Limits(), most=LARGE, objection=objection) as (_server, connect):
        client = connect(f"POST /form HTTP/1.1\r\nHost: hub\r\n{head}\r\n\r\n400\r\n".encode() + b"x" * 1024)
        assert answer_of(connect(GET)).endswith(b"got "), "while the database is asked"
        answers.set()
        with suppress(ConnectionError):
            for _ in range(LARGE):  # until it is answered
                client.sendall(b"x" if "Content" in head else b"\r\n1\r\nx")
                if select.select([client], [], [], 0)[0]:
                    break
        assert b"403" in answer_of(client).split(b"\r\n")[0]
    assert ("/form", b"403") in site.asked


def test_a_chunked_body_arrives_whole_and_has_the_same_limit() -> None:
    site = Site()
    head = b"POST /form HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(site, most=1_000) as (_server, connect):
        client = connect(head + b"5\r\nabcde\r\n")
        client.sendall(b"3\r\nfgh\r\n0\r\n\r\n")
        assert answer_of(client).endswith(b"got abcdefgh")
        client = connect(head + b"400\r\n")
        client.sendall(b"x" * 1024 + b"\r\n")
        client.sendall(b"400\r\n")
        assert b"413" in answer_of(client).split(b"\r\n")[0]


def test_a_chunk_line_without_an_end_is_refused() -> None:
    head = b"POST /form HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(Site()) as (_server, connect):
        client = connect(head)
        client.sendall(b"5;" + b"x" * 3_000)
        client.sendall(b"x" * 3_000)
        assert b"400" in answer_of(client).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 6\r\nContent-Length: 5\r\n",
        b"Content-Length: 6, 5\r\n",
        b"Content-Length: +6\r\n",
        b"Content-Length: 0x6\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Content-Length : 6\r\n",
        b"X-Bare: a\nContent-Length: 6\r\n",
    ],
)
def test_a_request_whose_end_is_ambiguous_is_refused(headers: bytes) -> None:
    site = Site()
    with serving(site) as (_server, connect):
        client = connect(b"POST /form HTTP/1.1\r\nHost: hub\r\n" + headers + b"\r\n0\r\n\r\n" + GET)
        answer = answer_of(client)
    assert re.match(rb"HTTP/1.[01] (400|501)", answer)
    assert answer.count(b"HTTP/1.") == 1
    assert site.asked == []


def test_chunks_decide_where_a_body_ends_and_a_length_beside_them_is_ignored() -> None:
    site = Site()
    head = b"POST /form HTTP/1.1\r\nHost: hub\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(site) as (_server, connect):
        answer = answer_of(connect(head + b"5\r\nabcde\r\n0\r\n\r\n" + GET))
    assert b"got abcde" in answer
    assert site.asked == [("/form", b"abcde"), ("/page", b"")]


def test_a_slow_body_gives_its_place_to_another_of_the_same_client() -> None:
    limits = Limits(pause=0.05, yields_after=0.0, bodies_of_client=3)
    site = Site()
    with serving(site, limits) as (server, connect):
        slow = [connect(post("/slow", 900, b"a")) for _ in range(3)]
        eventually(lambda: sum(each.receives_body for each in server.connections()) == 3)
        other = connect(post("/quick", 10, b"12345"))
        eventually(lambda: ("/slow", b"408") in site.asked)
        other.sendall(b"67890")
        assert answer_of(other).endswith(b"got 1234567890")
        assert sum(path == "/slow" for path, _body in site.asked) == 1
        del slow


def test_more_quick_bodies_than_places_are_asked_to_come_back() -> None:
    limits = Limits(pause=0.05, yields_after=60.0, bodies=3)
    with serving(Site(), limits) as (server, connect):
        waiting = [connect(post("/form", 10, b"12345")) for _ in range(3)]
        eventually(lambda: sum(each.receives_body for each in server.connections()) == 3)
        assert b"503" in answer_of(connect(post("/form", 10, b"1"))).split(b"\r\n")[0]
        for client in waiting:
            client.sendall(b"67890")
            assert answer_of(client).endswith(b"got 1234567890")


def test_a_large_body_is_refused_when_the_disk_is_full_but_a_form_is_not() -> None:
    with serving(Site(), most=10_000_000, room=False) as (_server, connect):
        assert b"507" in answer_of(connect(post("/file", 2_000_000, b"1"))).split(b"\r\n")[0]
        client = connect(post("/form", 10, b"12345"))
        client.sendall(b"67890")
        assert answer_of(client).endswith(b"got 1234567890")


def test_a_body_that_cannot_be_stored_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.__init__", fail)
    with serving(Site(), most=10_000_000) as (_server, connect):
        client = connect(post("/file", 2_000_000, b"x" * 600_000))
        assert b"507" in answer_of(client).split(b"\r\n")[0]


def test_those_who_read_nothing_hold_no_thread_and_are_cut_off() -> None:
    with serving(Site(), QUICK) as (server, connect):
        readers = [connect(GET.replace(b"/page", b"/large")) for _ in range(5)]
        assert answer_of(connect(GET)).endswith(b"got ")
        eventually(lambda: not server.connections())
        for reader in readers:
            received = 0
            try:
                while piece := reader.recv(1 << 20):
                    received += len(piece)
            except ConnectionResetError:
                pass
            assert 0 < received < LARGE


@pytest.mark.parametrize("asked", [b"", b"Range: bytes=1-\r\n"])
def test_a_slow_download_of_a_file_or_a_part_of_it_holds_no_thread(
    asked: bytes, own_app: Flask, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(LARGE))
    own_app.add_url_rule("/large", view_func=web.public(lambda: send_file(large, mimetype="image/png")))
    with serving(own_app, Limits()) as (_server, connect):
        readers = [
            connect(GET.replace(b"/page", b"/large").replace(b"\r\n\r\n", b"\r\n" + asked + b"\r\n")) for _ in "123"
        ]
        assert b"200 OK" in answer_of(connect(GET.replace(b"/page", b"/sign-in")))
        head, _, body = answer_of(readers[0]).partition(b"\r\n\r\n")
        assert len(body) == (LARGE - 1 if asked else LARGE)
        assert (b" 206 " in head) == bool(asked)


def test_what_the_server_refuses_is_a_page_of_the_hub(app: Flask) -> None:
    with serving(app, QUICK, room=False) as (_server, connect):
        page = answer_of(connect(post("/sign-in", 900, b"email="))).decode()
    assert "Your connection was too slow" in page
    assert OUT_OF_TIME in page


def test_a_server_that_stops_answers_what_it_was_asked_and_accepts_nothing_more() -> None:
    site = Site()
    site.may_answer.clear()
    with serving(site) as (server, connect):
        client = connect(GET)
        eventually(lambda: site.asked)
        server.stop()
        eventually(lambda: not server.accepting)
        with pytest.raises(ConnectionRefusedError):
            connect(GET)
        site.may_answer.set()
        assert answer_of(client).endswith(b"got ")


def test_a_server_with_many_connections_closes_the_one_that_was_silent_longest() -> None:
    with serving(Site(), Limits(pause=0.05, connections=3)) as (server, connect):
        first, second, _third = (connect(b"") for _ in range(3))
        eventually(lambda: len(server.connections()) == 3)
        second.sendall(b"G")
        assert answer_of(connect(GET)).endswith(b"got ")
        assert answer_of(first) == b""


@pytest.mark.parametrize(
    ("address", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", 0, "192.0.2.1"),  # anyone can send this header
        ("127.0.0.1", "198.51.100.7", 1, "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", 2, "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7", 2, "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("unknown", "", 0, "unknown"),
    ],
)
def test_limits_count_by_the_address_that_can_be_trusted(
    address: str, forwarded: str, proxies: int, client: str
) -> None:
    assert client_of(address, forwarded, proxies) == client


def test_the_loop_does_not_try_to_write_while_a_thread_sends() -> None:
    connection = Connection.__new__(Connection)
    connection.adj, connection.will_close, connection.close_when_flushed = Adjustments(), False, False
    connection.sends, connection.total_outbufs_len = True, 10
    assert not connection.writable()
    connection.total_outbufs_len = connection.adj.outbuf_high_watermark + 1  # the thread waits until there is less
    assert connection.writable()
    connection.sends, connection.total_outbufs_len = False, 10
    assert connection.writable()
    connection.total_outbufs_len = 0
    assert not connection.writable()
