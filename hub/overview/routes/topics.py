"""The pages of the six topics: everyone reads them, visitors with public resources only; the coordinator edits them."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, versions, web
from hub.core.errors import Refused
from hub.core.web import Answer, db
from hub.library.rules import BIG_SIX
from hub.members.login import current_person, signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.overview import actions as overview_actions
from hub.overview.forms import HIGHEST_ID, TopicPageForm
from hub.overview.models import TopicPage
from hub.overview.queries import topics as topics_queries
from hub.overview.routes.blueprint import bp
from hub.overview.rules import topics as topics_rules


@bp.app_template_global()
def topics_to_browse() -> Mapping[str, str]:
    """Return the labels of the six topics by slug, for links to their pages."""
    return BIG_SIX


@bp.get("/topics")
@web.public
def topics() -> str:
    """Show the six topics, each with its newest resource."""
    return render_template("overview/topics.html", cards=topics_queries.cards(db, current_person()))


@bp.get("/topics/<topic>")
@web.public
def topic(topic: str) -> str:
    """Show a topic: what comes first, what is new and most shared, who knows about it, acronyms, questions and talks."""
    person = current_person()
    page = topics_queries.page_of(db, topic)
    view = topics_queries.topic_view(db, person, page, clock.today(web.config().zone), clock.now())
    return render_template(
        "overview/topic.html",
        view=view,
        topic=topic,
        sentences=topics_queries.sentences_on(page),
        takes_part=may(person, Permission.SEE_MEMBERS),
        hidden=[placed for placed in topics_queries.placed(db, person, topic) if not placed.is_shown]
        if person and may(person, Permission.EDIT_TOPICS)
        else [],
    )


@bp.route("/topics/<topic>/edit", methods=["GET", "POST"])
def edit_topic(topic: str) -> Answer:
    """Edit a topic's sentences and the resources that come first; ``?q=`` finds resources to choose from."""
    person = signed_in(Permission.EDIT_TOPICS)
    versions.hold(TopicPage, topic=topic)
    page = topics_queries.page_to_edit(db, person, topic)
    placed = topics_queries.placed(db, person, topic)
    text = request.args.get("q", "")
    form, resources = _form(person, page, placed, text)
    refused = ""
    if request.method == "POST" and form.validate():
        try:
            overview_actions.edit_topic(db, person, page, form.sentences.data or "", form.chosen())
        except Refused as error:
            refused = str(error)
        else:
            flash("Topic page saved.")
            return redirect(url_for(".topic", topic=topic))
    answer = render_template(
        "overview/edit_topic.html",
        page=page,
        form=form,
        refused=refused,
        resources=resources,
        text=text,
        most=topics_rules.MOST_FIRST,
    )
    return (answer, 422) if request.method == "POST" else answer


def _form(
    person: Person, page: TopicPage, placed: Sequence[topics_queries.Placed], text: str
) -> tuple[TopicPageForm, dict[int, topics_queries.Placed]]:
    """Return the form with the resources of its rows: those that come first, then others to choose from."""
    first = [each.resource.id for each in placed]
    others = [
        resource for resource in topics_queries.offered(db, person, page.topic, text) if resource.id not in set(first)
    ]
    form = TopicPageForm(
        data={
            "sentences": topics_queries.sentences_on(page),
            "places": [
                *({"resource": each.resource.id, "place": at} for at, each in enumerate(placed, 1)),
                *({"resource": resource.id, "place": None} for resource in others),
            ],
        }
    )
    typed = [id_ for row in form.places if 0 < (id_ := row.form.resource.data or 0) <= HIGHEST_ID]
    rows = topics_queries.in_given_order(db, person, list(dict.fromkeys(typed)))
    resources = {resource.id: topics_queries.Placed(resource, None) for resource in rows}
    resources |= {each.resource.id: each for each in placed}
    titles = {id_: each.resource.title for id_, each in resources.items()}
    saved = topics_queries.sentences_on(page)
    form.edits(
        page,
        f"Topic page: {page}",
        parts=lambda: form.parts(saved, first, titles),
        logged_as=("edited topic page",),
    )
    return form, resources
