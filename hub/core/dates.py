"""Dates as people say them on a screen, and in full on paper. Pure."""

from datetime import date, datetime

from markupsafe import Markup


def said(day: date, today: date) -> str:
    """A date as people say it: ``Mon 9 Nov``, or ``9 Nov 2025`` when it isn't of this year."""
    return f"{day:%a} {day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def in_full(day: date) -> str:
    """A date that is still right in a year: ``9 November 2026``."""
    return f"{day.day} {day:%B} {day.year}"


def clock_time(moment: datetime) -> str:
    """The time of day: ``3:05 p.m.``."""
    return f"{moment:%-I:%M} {'a.m.' if moment.hour < 12 else 'p.m.'}"  # noqa: PLR2004 - noon


def moment_said(moment: datetime, today: date) -> str:
    """A moment as people say it: ``Mon 9 Nov, 3:05 p.m.``; ``moment`` is in the hub's time zone."""
    return f"{said(moment.date(), today)}, {clock_time(moment)}"


def day_markup(day: date, today: date) -> Markup:
    """A date for pages: said on the screen, in full on paper (``parts/print.css``), and as machines read it."""
    return _time(day.isoformat(), said(day, today), in_full(day))


def moment_markup(moment: datetime, today: date) -> Markup:
    """A moment for pages; ``moment`` is in the hub's time zone."""
    paper = f"{in_full(moment.date())}, {clock_time(moment)}"
    return _time(moment.isoformat(timespec="seconds"), moment_said(moment, today), paper)


def _time(machine: str, screen: str, paper: str) -> Markup:
    """One element with one text, so that nothing is read out twice; the paper's words are an attribute."""
    return Markup('<time datetime="{}" data-paper="{}"><span>{}</span></time>').format(machine, paper, screen)
