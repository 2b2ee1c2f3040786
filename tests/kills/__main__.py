"""Kill processes of a running hub at random moments: `make kills`.

``KILLS`` is their number (1,000), half of them on PostgreSQL where it is installed; ``SEED`` repeats the order of an
earlier run. Exit status 1 if anything that was acknowledged is lost or there twice, or if anything hung or is wrong.
"""

import os
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests import postgres
from tests.kills.campaign import Campaign, run_on, table_of
from tests.mailserver import a_mail_server


def main() -> int:
    """Run the campaigns, print the table, and return the exit status."""
    kills = int(os.environ.get("KILLS") or 1000)
    seed = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    has_server = postgres.binaries() is not None
    print(
        f"{kills:,} kills, {'half of them on PostgreSQL' if has_server else 'on SQLite only'}. SEED={seed}", flush=True
    )
    began = time.monotonic()
    on_server = kills // 2 if has_server else 0
    campaigns: list[Campaign] = []
    with tempfile.TemporaryDirectory(prefix="hub-kills-") as folder:
        with a_mail_server() as mail:
            campaigns.append(run_on(Path(folder) / "sqlite", mail, kills - on_server, seed, "", 0, kills))
        if on_server:
            with a_mail_server() as mail, postgres.server(durable=True) as pattern:
                postgres.create(pattern, "kills", template="template0")
                url = pattern.format(name="kills")
                campaigns.append(run_on(Path(folder) / "pg", mail, on_server, seed, url, kills - on_server, kills))
    print(table_of(campaigns))
    print(f"{(time.monotonic() - began) / 60:.1f} minutes")
    return 1 if any(campaign.messages for campaign in campaigns) else 0


if __name__ == "__main__":
    sys.exit(main())
