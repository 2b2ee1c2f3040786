"""docs/deploy's nginx and Caddy configurations, in front of a real hub.

The files are used as they are, except for host name, ports, certificate and log folder.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from config import ROOT
from hub.app import create_app
from hub.core.db import Database
from tests.serving import TIMEOUT, Hub, a_hub, eventually, free_port
from tests.world import PASSWORD

pytestmark = pytest.mark.kills

DEPLOY = ROOT / "docs" / "deploy"
TOKEN = "Zk3vN0aYq-" * 4
MEGABYTE = bytes(1_000_000)


@dataclass(frozen=True)
class Answer:
    """A response, and its body as text."""

    status: int
    headers: HTTPMessage
    text: str


class Proxy:
    """A reverse proxy in front of a hub."""

    def __init__(self, hub: Hub, port: int, plain_port: int, folder: Path) -> None:
        self.hub, self.port, self.plain_port, self.folder = hub, port, plain_port, folder
        self.trust = ssl.create_default_context(cafile=str(folder / "authority.pem"))
        self.cookies: dict[str, str] = {}

    def fetch(self, path: str, method: str = "GET", form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """Return the response to a request over TLS, sent with the cookies of earlier ones."""
        body = urlencode(form).encode() if form else None
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | headers
        sent |= {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        with closing(HTTPSConnection("localhost", self.port, timeout=TIMEOUT, context=self.trust)) as connection:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def sign_in(self) -> None:
        """Sign in as the representative, through the form."""
        self.cookies.clear()
        form = {"csrf_token": self.token("/sign-in"), "email": "ana@lakeshore.example", "password": PASSWORD}
        assert self.fetch("/sign-in", "POST", form, Referer=f"https://localhost:{self.port}/sign-in").status == 302

    def token(self, path: str) -> str:
        """Return the CSRF token of a page's form."""
        match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.fetch(path).text)
        assert match
        return match[1]

    def log(self) -> str:
        """Return the access log."""
        path = self.folder / "log" / "hub.log"
        return path.read_text() if path.exists() else ""


def _certificate(folder: Path) -> None:
    """Write a certificate for localhost that is its own authority."""
    words = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    out = ("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem"))
    subprocess.run(["openssl", *words, *subject, *out], check=True, capture_output=True)
    shutil.copy(folder / "fullchain.pem", folder / "authority.pem")


def _nginx(program: str, folder: Path, hub: Hub, port: int, plain_port: int) -> list[str]:
    """Write nginx's configuration, and return the command that runs it."""
    site = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("https://hub.example.org$", f"https://localhost:{port}$"),
        ("server_name hub.example.org", "server_name localhost"),
        ("/etc/letsencrypt/live/hub.example.org/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/log/"),
        ("127.0.0.1:8000", f"127.0.0.1:{hub.port}"),
        ("listen 80;", f"listen 127.0.0.1:{plain_port};"),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
    ):
        assert old in site, old
        site = site.replace(old, new)
    site = re.sub(r"\n *listen \[::\][^\n]*", "", site)
    user = "user root;" if os.geteuid() == 0 else ""
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/start.log;\n"
        f"events {{}}\nhttp {{ {paths}\n{site}\n}}\n"
    )
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _caddy(program: str, folder: Path, hub: Hub, port: int, plain_port: int) -> list[str]:
    """Write Caddy's configuration, and return the command that runs it."""
    site = (DEPLOY / "Caddyfile").read_text()
    for old, new in (
        (
            "{\n\tservers",
            f"{{\n\tadmin off\n\thttp_port {plain_port}\n\thttps_port {port}\n\tskip_install_trust\n\tservers",
        ),
        (
            "\nhub.example.org {",
            f"\nlocalhost:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/fullchain.pem {folder}/privkey.pem",
        ),
        ("/var/log/caddy/", f"{folder}/log/"),
        ("127.0.0.1:8000", f"127.0.0.1:{hub.port}"),
    ):
        assert old in site, old
        site = site.replace(old, new)
    (folder / "Caddyfile").write_text(site)
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


PROXIES: dict[str, Callable[[str, Path, Hub, int, int], list[str]]] = {"nginx": _nginx, "caddy": _caddy}


@contextmanager
def _running(words: list[str], folder: Path, proxy: Proxy) -> Iterator[None]:
    environ = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=output, stderr=output)
    try:

        def answers() -> bool:
            assert process.poll() is None, (folder / "output.log").read_text() + (folder / "start.log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", proxy.port)) == 0

        eventually(answers)
        yield
    finally:
        process.terminate()
        process.wait(TIMEOUT)


@pytest.fixture(scope="module", params=sorted(PROXIES))
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy with TLS in front of a real hub; nginx and Caddy in turn."""
    program = shutil.which(request.param, path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip(f"{request.param} isn't installed.")
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "log").mkdir()
    _certificate(folder)
    port, plain_port = free_port(), free_port()
    with ExitStack() as stack:
        settings = {"BASE_URL": f"https://localhost:{port}", "TRUSTED_PROXIES": "1"}
        hub = stack.enter_context(a_hub(folder / "hub", **settings))
        made = Proxy(hub, port, plain_port, folder)
        words = PROXIES[request.param](program, folder, hub, port, plain_port)
        stack.enter_context(_running(words, folder, made))
        yield made


def test_a_page_comes_over_tls_with_the_hubs_headers(proxy: Proxy) -> None:
    response = proxy.fetch("/")
    assert response.status == 200
    assert "max-age" in response.headers["Strict-Transport-Security"]
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert not re.search(r"\d", response.headers.get("Server", "")), "the version of the server is no one's business"


def test_plain_http_leads_to_the_same_page_over_tls(proxy: Proxy) -> None:
    with closing(HTTPConnection("127.0.0.1", proxy.plain_port, timeout=TIMEOUT)) as connection:
        connection.request("GET", "/search?q=steel", headers={"Host": "localhost"})
        response = connection.getresponse()
        response.read()
    assert response.status in {301, 308}
    assert response.headers["Location"].startswith("https://localhost")
    assert response.headers["Location"].endswith("/search?q=steel")


def test_people_sign_in_through_the_proxy_with_a_secure_cookie(proxy: Proxy) -> None:
    proxy.sign_in()
    assert "Ana" in proxy.fetch("/account").text


def test_the_hub_sees_the_visitors_address_and_not_what_they_claim(proxy: Proxy) -> None:
    forged: dict[str, str] = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"}
    assert "evil.example" not in proxy.fetch("/join", method="GET", form=None, **forged).text
    log = proxy.hub.folder / "serve.log"
    eventually(lambda: "/join" in log.read_text())
    assert "203.0.113.9" not in log.read_text()


def test_a_file_of_500_megabytes_is_uploaded(proxy: Proxy) -> None:
    proxy.sign_in()
    token = proxy.token("/resources/new")
    fields = {"csrf_token": token, "kind": "resource", "audience": "network", "title": "Large"}
    boundary = "----large"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="large.txt"\r\n\r\n'
    start, end = ("".join(parts) + head).encode(), f"\r\n--{boundary}--\r\n".encode()
    with closing(HTTPSConnection("localhost", proxy.port, timeout=10 * TIMEOUT, context=proxy.trust)) as connection:
        connection.putrequest("POST", "/resources/new")
        connection.putheader("Content-Length", str(len(start) + 500 * len(MEGABYTE) + len(end)))
        connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        connection.putheader("Referer", f"https://localhost:{proxy.port}/resources/new")
        connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in proxy.cookies.items()))
        connection.endheaders(start)
        for _ in range(500):
            connection.send(MEGABYTE)
        connection.send(end)
        response = connection.getresponse()
        assert response.status == 302, response.read()[:2000]
    stored = (proxy.hub.folder / "uploads" / "files").rglob("*")
    assert 500 * len(MEGABYTE) in [path.stat().st_size for path in stored if path.is_file()]


def test_clients_that_never_finish_their_headers_do_not_delay_a_page(proxy: Proxy) -> None:
    slow = []
    try:
        for _ in range(64):
            raw = socket.create_connection(("127.0.0.1", proxy.port), timeout=TIMEOUT)
            connection = proxy.trust.wrap_socket(raw, server_hostname="localhost")
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            slow.append(connection)
        assert proxy.fetch("/").status == 200
    finally:
        for connection in slow:
            connection.close()


def test_no_key_in_an_address_and_no_search_word_reaches_the_log(proxy: Proxy, database: Database) -> None:
    rules = create_app(database.config, database).url_map.iter_rules()
    paths = [
        re.sub(r"<int:\w+>", "1", rule.rule).replace("<token>", TOKEN) for rule in rules if "token" in rule.arguments
    ]
    assert len(paths) > 20
    for path in [*paths, f"/nowhere/{TOKEN}/"]:
        proxy.fetch(path)
    proxy.fetch("/search?q=confidential")
    eventually(lambda: "/search" in proxy.log())
    assert TOKEN not in proxy.log()
    assert "confidential" not in proxy.log()
