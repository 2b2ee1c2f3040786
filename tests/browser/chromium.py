"""The path of Chromium and its command-line flags."""

import os
import shutil

FLAGS = [
    "--no-sandbox",  # CI runs as root, and Chromium's own sandbox doesn't start as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_IT = "Chromium isn't installed. As root: apt-get install -y --no-install-recommends chromium"


def find_chromium() -> str | None:
    """Return the path of Chromium from $CHROMIUM or one of its usual names; None if it isn't installed."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)
