"""Clients that ask for one page again and again, in a process of their own: `python -m bench._clients URL CLIENTS SECONDS`.

The cookie comes on the standard input; prints requests per second and the median in milliseconds as JSON.
"""

import http.client
import json
import statistics
import sys
import threading
import time
from urllib.parse import urlsplit


def main(address: str, clients: int, seconds: float) -> None:
    """Ask, and print the outcome."""
    cookie, times = sys.stdin.read().strip(), list[float]()
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=_ask, args=(address, cookie, until, times)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"per_second": len(times) / seconds, "median": statistics.median(times)}))


def _ask(address: str, cookie: str, until: float, times: list[float]) -> None:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        times.append((time.perf_counter() - began) * 1000)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
