"""The home page."""

from datetime import timedelta

from flask import make_response, redirect, render_template, url_for

from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import yours as yours_queries
from hub.core import clock, web
from hub.core.web import Answer, db
from hub.joining import queries as joining_queries
from hub.library import queries as library_queries
from hub.library.extract import walls
from hub.mail import queries as mail_queries
from hub.members.login import current_person
from hub.members.rules.membership import Access
from hub.members.rules.permissions import Permission, may
from hub.overview.queries import attention as attention_queries
from hub.overview.queries import board as board_queries
from hub.overview.queries import setup as setup_queries
from hub.overview.queries import storage as storage_queries
from hub.overview.routes.blueprint import bp
from hub.overview.routes.commitments import next_steps_for
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.routes import visiting as visiting_routes
from hub.search.routes.searches import lines_of
from hub.sharing.queries import quarters as quarters_queries

NEWEST = 10
QUARTERS_ON_HOME = 4
UNDELIVERED_FOR = timedelta(days=14)  # how long home reports an undelivered email


@bp.get("/")
@web.public
def home() -> Answer:
    """Show the person's quarter, calls and new resources; visitors see public resources."""
    person = current_person()
    newest = library_queries.newest(db, person, NEWEST)
    if person is None:
        return render_template("overview/welcome.html", newest=newest)
    if person.access is not Access.FULL:
        return redirect(url_for("sharing.record"))
    quarter = board_queries.this_quarter(db)
    board = board_queries.newest(db) if may(person, Permission.SEE_BOARD) else None
    seen = visiting_routes.seen_by(person)
    since = seen.since(clock.now()) if seen else None
    saved = searches_queries.saved_of(db, person)
    (current, previous), strip = quarters_queries.your_quarters(
        db, person, [quarter, quarter.previous], quarter.back(QUARTERS_ON_HOME)[::-1]
    )
    calls = yours_queries.your_calls(db, person, clock.today(web.config().zone), clock.now())
    page = render_template(
        "overview/home.html",
        newest=newest,
        new={resource.id for resource in newest if news_queries.is_new(resource, person, since)},
        saved=lines_of(saved, news_queries.new_in(db, person, saved)),
        current=current,
        previous=previous,
        strip=strip,
        to_vote_on=joining_queries.waiting_for(db, person),
        undelivered=mail_queries.troubles_caused_by(db, person.id, clock.now() - UNDELIVERED_FOR),
        calls=calls,
        to_confirm=presentations_queries.count_to_confirm(db, clock.now()) if may(person, Permission.RUN_CALLS) else 0,
        next_sentence=next_steps_for(person, current, previous, calls),
        board=board,
        guide=setup_queries.steps_done(db) if may(person, Permission.SET_UP) else None,
        unscanned=storage_queries.count_unscanned(db) if may(person, Permission.SEE_STORAGE) else 0,
        to_look_at=sum(attention_queries.counts(db, person).values()),
        missing_walls=walls.missing(web.config()) if may(person, Permission.SET_UP) else [],
    )
    response = make_response(page)
    visiting_routes.note_after(response, person, seen)
    return response
