"""The reminder of an open quarter: what the log has, and where it is confirmed. Pure."""

from hub.core.dates import month_day, plural
from hub.mail.letters import Bullets, Button, Letter, Link, Links, Paragraph, Part, greeting
from hub.members.rules.organizations import Role
from hub.sharing.rules.reminders import Facts, Stage

MOST_TITLES = 5


def reminder(base_url: str, facts: Facts, *, name: str, role: Role) -> Letter:
    """Return the reminder to someone who may confirm the quarter."""
    confirm = f"{base_url}/sharing/{facts.quarter}/confirm"
    return Letter(
        subject=_subject(facts),
        parts=(
            greeting(name),
            Paragraph(_when(facts)),
            *_log(facts),
            Paragraph(
                "If you shared anything, by mail, in a newsletter or in a meeting, confirming it takes two minutes: say "
                "what, and with whom. If nothing was shared, you can say that too; it is on record then."
            ),
            Button(f"Confirm {facts.quarter.label}", confirm),
            Links((Link("See what is new, and pass it on", f"{base_url}/search?sort=newest"),)),
        ),
        reason=f"You get this because you are the {role.label.lower()} of {facts.organization}.",
    )


def _subject(facts: Facts) -> str:
    quarter = facts.quarter.label
    if facts.today > facts.quarter.last_day:
        return f"{quarter} is over: what did {facts.organization} share?"
    if facts.stage is Stage.LAST_WEEKDAY:
        return f"{quarter} ends {_ends(facts)}: what did {facts.organization} share?"
    return f"{quarter}: what has {facts.organization} shared so far?"


def _ends(facts: Facts) -> str:
    days = (facts.quarter.last_day - facts.today).days
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"


def _when(facts: Facts) -> str:
    end, quarter = facts.quarter.last_day, facts.quarter.label
    day = f"{end:%A}, {month_day(end)}"
    share = "Once a quarter each organization shares AMCC's resources with its own stakeholders."
    if facts.today > end:
        return f"{quarter} ended on {day}. {share} For {facts.organization} it is still open."
    return f"{quarter} ends {_ends(facts)}, on {day}. {share} For {facts.organization} it is still open."


def _log(facts: Facts) -> tuple[Part, ...]:
    """Return what the log has of the quarter."""
    if not facts.downloads:
        return (Paragraph(f"The hub's log has nothing of {facts.organization} for {facts.quarter.label}."),)
    times = "once" if facts.downloads == 1 else plural(facts.downloads, "time")
    taken = f"The hub's log says that you took resources out {times}, and not whether you passed them on."
    if not facts.titles:
        return (Paragraph(taken),)
    more = len(facts.titles) - MOST_TITLES
    rest = (f"and {more} more",) if more > 0 else ()
    return Paragraph(f"{taken} You took out:"), Bullets((*facts.titles[:MOST_TITLES], *rest))
