"""The time zones that people choose from."""

from zoneinfo import available_timezones

from wtforms.fields import SelectChoice

# Where American manufacturing is at home, before the rest of the world.
AT_HOME = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Puerto Rico",
}
ELSEWHERE = sorted(
    name
    for name in available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right"))
)


def zone_choices(now: str = "") -> list[SelectChoice]:
    """The zones of the alliance first, then the others; and ``now`` in any case."""
    home = [SelectChoice(name, f"{label} ({name})") for name, label in AT_HOME.items()]
    rest = [SelectChoice(name, name.replace("_", " ")) for name in ELSEWHERE if name not in AT_HOME]
    unlisted = [SelectChoice(now, now)] if now and now not in {*AT_HOME, *ELSEWHERE} else []
    return [*unlisted, *home, *rest]
