"""Runs `oidc-provider`, a certified OpenID Connect provider for Node, for tests of single sign-on.

npm installs it once into the user's cache folder, outside the project.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.serving import TIMEOUT, eventually, free_port

PACKAGE, VERSION = "oidc-provider", "8.8.1"  # the last one for Node 18, which Debian 12 has
SCRIPT = Path(__file__).with_suffix(".mjs")
HOW_TO_GET_IT = (
    "Node and npm are missing, so single sign-on isn't tested with a certified provider: install nodejs, npm"
)
# The provider's login: its own ID of the person, and what it says about them.
ACCOUNTS = {
    "0001": {"email": "representative@demo.example", "email_verified": True},
    "0002": {"email": "board@demo.example", "email_verified": False},
    "0003": {"email": "stranger@demo.example", "email_verified": True},
}


def install() -> Path:
    """Return the folder with the provider. Without Node or the package, fail the test in CI, and skip it elsewhere."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "amcc-hub"
    folder = cache / f"{PACKAGE}-{VERSION}"
    if shutil.which("node") is None or shutil.which("npm") is None:
        _give_up(HOW_TO_GET_IT)
    cache.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several test processes, one installs it
        if not (folder / "complete").exists():
            options = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
            command = ["npm", "install", "--prefix", str(folder), *options, f"{PACKAGE}@{VERSION}"]
            result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            if result.returncode:
                _give_up(f"npm couldn't install {PACKAGE} {VERSION}: {result.stderr[-500:]}")
            (folder / "package.json").touch()
            (folder / "complete").touch()
    return folder


def _give_up(sentence: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def a_certified_provider(folder: Path, clients: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Run the provider with these clients and ACCOUNTS, and return its issuer."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    settings = {"folder": str(folder), "port": port, "accounts": ACCOUNTS, "clients": list(clients)}
    with subprocess.Popen(["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            assert process.stdin
            process.stdin.write(json.dumps(settings).encode())
            process.stdin.close()
            eventually(lambda: process.poll() is not None or _answers(issuer))
            assert process.poll() is None, "the provider didn't start"
            yield issuer
        finally:
            process.terminate()


def _answers(issuer: str) -> bool:
    try:
        return requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).ok
    except requests.RequestException:
        return False


def sign_in_at(address: str, back: str, account: str) -> str:
    """Sign in as ``account`` on the pages of the provider, without scripts; return the address that leads ``back``."""
    with requests.Session() as session:
        answer = session.get(address, allow_redirects=False, timeout=TIMEOUT)
        for _ in range(10):
            location = answer.headers.get("Location", "")
            if location.startswith(back):
                return location
            if location:
                answer = session.get(
                    requests.compat.urljoin(answer.url, location), allow_redirects=False, timeout=TIMEOUT
                )
                continue
            action = re.search(r'<form autocomplete="off" action="([^"]+)"', answer.text)
            assert action, answer.text
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt, answer.text
            form = {"prompt": prompt[1], "login": account, "password": "any"}
            answer = session.post(
                requests.compat.urljoin(answer.url, action[1]), form, allow_redirects=False, timeout=TIMEOUT
            )
    raise AssertionError(f"The provider didn't lead back: {answer.status_code}")
