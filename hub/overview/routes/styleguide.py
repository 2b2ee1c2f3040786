"""The style guide: every component and token of the design system."""

import re
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from flask import render_template

from config import ROOT
from hub.core import clock, web
from hub.core.quarters import Quarter
from hub.library.rules import Audience, Kind
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.overview.forms import ExampleForm
from hub.overview.routes.blueprint import bp
from hub.sharing.rules.standing import Standing

_TOKEN = re.compile(r"--(hub-[a-z0-9-]+): ([^;]+);")


@dataclass(frozen=True)
class Token:
    """A design token of the stylesheet, for example a color."""

    name: str
    value: str


@bp.get("/styleguide")
def styleguide() -> str:
    """Show every macro and token, for developers of pages."""
    signed_in(Permission.SEE_STYLEGUIDE)
    form = ExampleForm(formdata=None)
    form.wrong.errors = ["Enter something."]
    today = clock.today(web.config().zone)
    return render_template(
        "overview/styleguide.html",
        tokens=tokens(),
        form=form,
        Kind=Kind,
        Audience=Audience,
        Standing=Standing,
        now=clock.now(),
        last_year=date(today.year - 1, 11, 9),
        strip=_strip(Quarter.of(today)),
        resources=[_resource("A public toolkit", Audience.PUBLIC, today)],
    )


def tokens() -> list[Token]:
    """Return the tokens of the stylesheet's first block, in its order."""
    root = (ROOT / "static" / "site.css").read_text().split("}", 1)[0]
    return [Token(name, value) for name, value in _TOKEN.findall(root)]


def _strip(quarter: Quarter) -> list[SimpleNamespace]:
    standings = (Standing.CONFIRMED, Standing.SHARED, Standing.NOTHING_TO_SHARE, Standing.SILENT, Standing.DOWNLOADED)
    return [
        SimpleNamespace(quarter=previous, standing=standing)
        for previous, standing in zip(quarter.back(5)[::-1], standings, strict=True)
    ]


def _resource(title: str, audience: Audience, day: date) -> SimpleNamespace:
    organization = SimpleNamespace(name="Example Community")
    return SimpleNamespace(
        id=1, title=title, kind=Kind.RESOURCE, audience=audience, organization=organization, published_on=day
    )
