"""The page that confirms a quarter, filled in from the log."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, versions, web
from hub.core.dates import plural
from hub.core.errors import NotAllowed, Refused
from hub.core.quarters import Quarter
from hub.core.versions import Edit, Part
from hub.core.web import Answer, db
from hub.members.login import signed_in
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.sharing import forms as sharing_forms
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.queries import by_resource as by_resource_queries
from hub.sharing.queries import confirmations as confirmations_queries
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries.people_reached import people_reached
from hub.sharing.routes.blueprint import bp, quarter_from_url
from hub.sharing.routes.declarations import choice_of, wants_search
from hub.sharing.rules.standing import is_late, objection_to_confirming
from hub.sharing.rules.texts import joined_texts


@bp.route("/sharing/<quarter>/confirm", methods=["GET", "POST"])
@web.open_after_leaving
def confirm(quarter: str) -> Answer:
    """Confirm in writing what the organization shared in the quarter, or that there was nothing to share."""
    person, selected = signed_in(), quarter_from_url(quarter)
    if not may(person, Permission.CONFIRM, person.organization):
        raise NotAllowed(Permission.CONFIRM)
    if objection := objection_to_confirming(
        selected, clock.today(web.config().zone), person.organization.membership, web.config().records_begin
    ):
        raise Refused(objection)
    form = sharing_forms.ConfirmForm()
    if request.method != "POST":
        _begin(person, selected, form)
        return _page(person, selected, form, _edit(person, selected, form))
    versions.hold(Organization, id=person.organization_id)
    edit = _edit(person, selected, form)
    if wants_search(form):
        return _page(person, selected, form, edit)
    refused, is_safe = "", edit.is_safe()
    if form.validate() and is_safe:
        try:
            confirmations_actions.confirm(db, person, selected, form.statement(), form.form_id.data or "")
        except Refused as error:
            refused = str(error)
        else:
            _thank(person, selected, is_shared=form.shared.data == "yes")
            return redirect(url_for(".quarter", quarter=str(selected)))
    db.rollback()
    return _page(person, selected, form, edit, refused), 422


def _thank(person: Person, quarter: Quarter, *, is_shared: bool) -> None:
    """Say that the quarter is confirmed, or that its log contradicts that there was nothing to share."""
    if is_shared:
        flash(f"{quarter.label} is confirmed. Thank you.")
    elif shared := confirmations_queries.confirmation_draft(db, person.organization, quarter).shared:
        flash(
            f"You confirmed that there was nothing to share in {quarter.label}, but the sharing log lists "
            f"{plural(len(shared), 'resource')}, so the quarter stays Shared. Correct the log’s entries if they’re wrong, "
            "or edit your confirmation.",
            "warning",
        )
    else:
        flash(f"{quarter.label} is confirmed: nothing to share. Thank you.")


def _edit(person: Person, quarter: Quarter, form: sharing_forms.ConfirmForm) -> Edit:
    """Return the edit of the confirmation that counts, which the person may not have seen."""
    before = entries_queries.confirmations_of(db, person.organization, quarter)[:1]
    typed = form.statement()
    resources = declarations_queries.declarable(db, person, [*typed.resource_ids, *typed.earlier])
    titles = declarations_queries.visible_titles(db, person, resources)
    titles |= {item.resource_id: item.title for confirmation in before for item in confirmation.items}
    earlier = sharing_forms.statement_of(before[0]) if before else None
    saved = sharing_forms.as_texts(earlier, titles) if earlier else {}
    texts = sharing_forms.as_texts(typed, titles)
    parts = {label: Part.of_texts(label, saved.get(label, ""), text) for label, text in texts.items()}
    saved_ids = sharing_forms.resources_in(earlier) if earlier else {}
    for label, ids in sharing_forms.resources_in(typed).items():  # resources may have the same title
        parts[label] = replace(parts[label], key=str(saved_ids.get(label, [])), typed_key=str(ids))
    title = f"Confirmation of {quarter.label}"
    page = url_for(".confirm", quarter=str(quarter))
    subject = before[0] if before else f"{title} {person.organization_id}"
    return Edit(subject, title, [*parts.values()], page=page, logged_as=("signed the",))


def _begin(person: Person, quarter: Quarter, form: sharing_forms.ConfirmForm) -> None:
    """Fill in the earlier confirmation, or else the quarter's log."""
    before = entries_queries.confirmations_of(db, person.organization, quarter)
    if before:
        form.show(sharing_forms.statement_of(before[0]))
        return
    logs = by_resource_queries.log_by_resource(db, person.organization, quarter)
    shared = [log for log in logs if log.is_shared]
    form.resources.data = [log.resource.id for log in shared]
    if not shared and request.args.get("taken") == "yes":  # the button "Yes, we shared them"
        form.resources.data = [log.resource.id for log in logs]
    form.earlier.data = [log.resource.id for log in logs if log.earlier]
    form.with_whom.data = joined_texts(words for log in shared for words in log.with_whom)
    total = people_reached(db, entries_queries.logged_by(person.organization, quarter))
    form.people.data = max(total.people, total.reported) or None


def _page(person: Person, quarter: Quarter, form: sharing_forms.ConfirmForm, edit: Edit, refused: str = "") -> str:
    draft = confirmations_queries.confirmation_draft(db, person.organization, quarter)
    before = entries_queries.confirmations_of(db, person.organization, quarter)
    listed = [log.resource for log in (*draft.shared, *draft.only_downloaded)]
    return render_template(
        "sharing/confirm.html",
        quarter=quarter,
        form=form,
        edit=edit,
        refused=refused,
        draft=draft,
        choice=choice_of(person, form, [], listed, quarter),
        before=before[0] if before else None,
        late=is_late(quarter, clock.today(web.config().zone)),
    )
