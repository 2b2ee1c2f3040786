"""The email of the weekly digest."""

from datetime import timedelta

from hub.core.dates import month_day, number, plural, with_year
from hub.library.models import Resource
from hub.mail.letters import Heading, Letter, Link, Links, Paragraph, Part, greeting
from hub.overview.queries.digests import Digest

LONGEST_NOTE = 200


def digest_letter(base_url: str, digest: Digest) -> Letter:
    """Return the email of a person's digest; links start with ``base_url``."""
    parts: list[Part] = [
        greeting(digest.person.name),
        Paragraph(
            f"See {plural(digest.count, 'new resource')} in the topics and searches that you follow, added from "
            f"{month_day(digest.week.since.date())} to {month_day(digest.week.until.date() - timedelta(days=1))}."
        ),
    ]
    for part in digest.parts:
        parts += [Heading(part.label), Links(tuple(_link(base_url, resource) for resource in part.resources))]
    parts.append(Links((Link("Change what you follow", f"{base_url}/account/mail"),)))
    return Letter(
        subject=f"New in the hub: {_subject(digest)}",
        parts=tuple(parts),
        reason="You get this weekly email because you follow topics or saved searches in the hub.",
    )


def _subject(digest: Digest) -> str:
    first = digest.parts[0].resources[0].title
    return first if digest.count == 1 else f"{first}, and {number(digest.count - 1)} more"


def _link(base_url: str, resource: Resource) -> Link:
    facts = f"{resource.kind.label}, {resource.organization.name}, {with_year(resource.published_on)}"
    summary = " ".join(resource.summary.split())
    short = summary if len(summary) <= LONGEST_NOTE else f"{summary[:LONGEST_NOTE].rsplit(' ', 1)[0]} …"
    return Link(resource.title, f"{base_url}/resources/{resource.id}", f"{facts}. {short}" if short else facts)
