"""The reminder of an open quarter, with the downloads in the log and the link to confirm it. Pure."""

from hub.core.dates import in_full, plural
from hub.mail.letters import Bullets, Button, Letter, Link, Links, Paragraph, Part, greeting
from hub.members.rules.organizations import Role
from hub.sharing.rules.reminders import Facts, Stage

MOST_TITLES = 5


def reminder(base_url: str, facts: Facts, *, name: str, role: Role) -> Letter:
    """Return the reminder for a person who may confirm the quarter."""
    confirm = f"{base_url}/sharing/{facts.quarter}/confirm"
    return Letter(
        subject=_subject(facts),
        parts=(
            greeting(name),
            Paragraph(_when(facts)),
            *_log(facts),
            Paragraph(
                "Confirming takes two minutes: list what you shared by email, in newsletters or at meetings, and who you "
                "shared it with. If there was nothing to share, confirm that instead."
            ),
            Button(f"Confirm {facts.quarter.label}", confirm),
            Links((Link("Find something new to share", f"{base_url}/search?sort=newest"),)),
        ),
        reason=f"You get this because you are the {role.label.lower()} of {facts.organization}.",
    )


def _subject(facts: Facts) -> str:
    quarter = facts.quarter.label
    if facts.today > facts.quarter.last_day:
        return f"{quarter} is over: confirm what {facts.organization} shared"
    if facts.stage is Stage.LAST_WEEKDAY:
        return f"{quarter} ends {_ends(facts)}: confirm what {facts.organization} shared"
    return f"{quarter}: confirm what {facts.organization} has shared so far"


def _ends(facts: Facts) -> str:
    days = (facts.quarter.last_day - facts.today).days
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"


def _when(facts: Facts) -> str:
    end, quarter = facts.quarter.last_day, facts.quarter.label
    share = "Each AMCC organization shares resources with its own stakeholders at least once a quarter."
    if facts.today > end:
        sentences = (
            f"Please confirm what {facts.organization} shared in {quarter}. The quarter ended on {in_full(end)}."
        )
    else:
        sentences = (
            f"Please confirm what {facts.organization} has shared in {quarter}. "
            f"The quarter ends {_ends(facts)}, on {in_full(end)}."
        )
    return f"{sentences} {share}"


def _log(facts: Facts) -> tuple[Part, ...]:
    """Return the parts that list the quarter's logged downloads."""
    if not facts.downloads:
        return (Paragraph(f"The sharing log has nothing from {facts.organization} for {facts.quarter.label} yet."),)
    downloads = plural(facts.downloads, "download")
    text = f"The sharing log has {downloads} by your organization, but doesn’t show whether you shared anything."
    if not facts.titles:
        return (Paragraph(text),)
    more = len(facts.titles) - MOST_TITLES
    rest = (f"and {more} more",) if more > 0 else ()
    return Paragraph(f"{text} You downloaded:"), Bullets((*facts.titles[:MOST_TITLES], *rest))
