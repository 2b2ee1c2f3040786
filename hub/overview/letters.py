"""The weekly digest. Pure but for the address that links begin with."""

from datetime import timedelta

from hub.core.dates import month_day, plural, with_year
from hub.library.models import Resource
from hub.mail.letters import Heading, Letter, Link, Links, Paragraph, Part, greeting
from hub.overview.queries.digests import Digest

LONGEST_NOTE = 200


def digest(base_url: str, one: Digest) -> Letter:
    """Return what is new for one person."""
    parts: list[Part] = [
        greeting(one.person.name),
        Paragraph(
            f"{plural(one.count, 'new resource')} came to the hub in the week from {month_day(one.week.since.date())} to "
            f"{with_year(one.week.until.date() - timedelta(days=1))} on what you follow."
        ),
    ]
    for part in one.parts:
        parts += [Heading(part.label), Links(tuple(_link(base_url, resource) for resource in part.resources))]
    parts.append(Links((Link("Choose what you follow", f"{base_url}/account/mail"),)))
    return Letter(
        subject=f"New in the hub: {_subject(one)}",
        parts=tuple(parts),
        reason="You get this once a week because you follow topics or saved searches in the hub.",
    )


def _subject(one: Digest) -> str:
    first = one.parts[0].resources[0].title
    return first if one.count == 1 else f"{first}, and {one.count - 1} more"


def _link(base_url: str, resource: Resource) -> Link:
    facts = f"{resource.kind.label}, {resource.organization.name}, {with_year(resource.published_on)}"
    summary = " ".join(resource.summary.split())
    short = summary if len(summary) <= LONGEST_NOTE else f"{summary[:LONGEST_NOTE].rsplit(' ', 1)[0]} …"
    return Link(resource.title, f"{base_url}/resources/{resource.id}", f"{facts}. {short}" if short else facts)
