"""Find Chromium and start it."""

import os
import shutil

FLAGS = [
    "--no-sandbox",  # in CI we are root, for whom Chromium's own sandbox doesn't start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_IT = "Chromium isn't installed. As root: apt-get install -y --no-install-recommends chromium"


def find_chromium() -> str | None:
    """Return the path of Chromium: $CHROMIUM, or the usual names; None where there is none."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)
