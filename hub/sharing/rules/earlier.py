"""Sharing in a quarter of a resource that was added after it ended, so that it was shared outside the hub. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from hub.core.dates import plural, with_year
from hub.core.quarters import Quarter

REMARK = "shared earlier, outside the hub"  # after such a resource, on pages and in reports


def was_added_after(added_on: date, quarter: Quarter) -> bool:
    """Return True if the hub didn't have the resource in the quarter; the day is in the hub's time zone.

    Anyone who says that it was shared in that quarter must also say that it was shared earlier, outside the hub.
    Within the quarter no one is asked: an entry's date and the day when its resource was added speak for themselves.
    """
    return added_on > quarter.last_day


def answer_label(added_on: date, quarter: Quarter) -> str:
    """Return the label of the checkbox that answers the question."""
    return f"Added {with_year(added_on)}, after {quarter.label} ended. We shared it earlier, outside the hub."


def objection_to_earlier(
    added_on: Mapping[int, date], titles: Mapping[int, str], answered: Collection[int], quarter: Quarter
) -> str | None:
    """Return the question about resources that were added after the quarter, or None if all are answered.

    ``added_on`` has the day on which each of them was added, by resource id.
    """
    open_ids = [number for number in added_on if number not in answered]
    if not open_ids:
        return None
    title, day = titles[open_ids[0]], with_year(added_on[open_ids[0]])
    if len(open_ids) == 1:
        return (
            f"“{title}” was added on {day}, after {quarter.label} ended. Did you share it earlier, outside the hub? "
            "If so, check that below it. If not, leave it out."
        )
    return (
        f"“{title}” and {plural(len(open_ids) - 1, 'other resource')} were added after {quarter.label} ended. "
        "Did you share them earlier, outside the hub? If so, check that below each of them. If not, leave them out."
    )
