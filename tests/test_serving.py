"""What tests of servers rely on: ports that no one else takes, and waiting that ends."""

import os
import subprocess
import sys
import time

import pytest

from config import ROOT
from tests import serving
from tests.serving import TIMEOUT, eventually, free_port


def test_no_port_is_given_twice_not_even_to_another_process() -> None:
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == len(ports)
    assert set(ports) <= set(serving.PORTS)
    program = f"import os; os.getpid = lambda: {os.getpid()}; from tests.serving import *; print(free_port())"
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=True
    )
    assert int(other.stdout) not in ports


def test_waiting_ends_also_if_each_look_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: 10.0 * len(looks))

    def slow_look() -> bool:
        looks.append(0)
        return False

    with pytest.raises(AssertionError, match="within 60 seconds"):
        eventually(slow_look, 60)
    assert len(looks) == 7
