"""The forms of joining: the applicant's, and the board's."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, RadioField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.joining.actions import Draft, Interest
from hub.joining.models import Application
from hub.joining.rules import CRITERIA, LONGEST_INTEREST, LONGEST_REASON, LONGEST_STATEMENT, Ballot, Criterion
from hub.library.rules import LARGEST
from hub.members.rules.fields import LONGEST_EMAIL, LONGEST_NAME, LONGEST_WEBSITE
from hub.members.rules.organizations import OrganizationKind


def _longest(count: int) -> Length:
    return Length(max=count, message=f"Up to {count:,} characters fit here.")


class InterestForm(FlaskForm):
    """Who would like to join, and whom we can ask."""

    kind = RadioField(
        "You would join as",
        [InputRequired("Choose one of the two.")],
        choices=[
            SelectChoice("member", "a member: a regional collaboration of public and private stakeholders"),
            SelectChoice("bff", "a BFF: an agency, NGO or firm that is an important ally of manufacturing"),
        ],
    )
    name = StringField(
        "Name of your organization", [InputRequired("Enter the name of your organization."), _longest(LONGEST_NAME)]
    )
    region = StringField(
        "Region", [Optional(), _longest(LONGEST_NAME)], description="For example: Western Lake Erie, Ohio and Michigan"
    )
    website = URLField("Website", [Optional(), _longest(LONGEST_WEBSITE)])
    interest = TextAreaField("Why you are interested, in a few sentences", [Optional(), _longest(LONGEST_INTEREST)])
    contact_name = StringField("Your name", [InputRequired("Enter your name."), _longest(LONGEST_NAME)])
    contact_email = EmailField(
        "Your email address",
        [InputRequired("Enter your email address."), _longest(LONGEST_EMAIL)],
        description="We write to it when something happens with your application.",
    )

    def said(self) -> Interest:
        """Return what was entered."""
        return Interest(
            kind=OrganizationKind(self.kind.data),
            name=self.name.data or "",
            region=self.region.data or "",
            website=self.website.data or "",
            interest=self.interest.data or "",
            contact_name=self.contact_name.data or "",
            contact_email=self.contact_email.data or "",
        )


class ApplicationForm(InterestForm):
    """The whole application but for its evidence; the statements are added for the kind of applicant."""

    representative_name = StringField("Representative: name", [Optional(), _longest(LONGEST_NAME)])
    representative_email = EmailField("Representative: email address", [Optional(), _longest(LONGEST_EMAIL)])
    alternate_name = StringField("Alternate: name", [Optional(), _longest(LONGEST_NAME)])
    alternate_email = EmailField("Alternate: email address", [Optional(), _longest(LONGEST_EMAIL)])

    def statement(self, criterion: Criterion) -> Any:
        """Return the field of a criterion's statement."""
        return self[_field_name(criterion)]

    def show(self, application: Application) -> None:
        """Fill the form with what is kept."""
        for name in ("name", "region", "website", "interest", "contact_name", "contact_email"):
            self[name].data = getattr(application, name)
        for name in ("representative_name", "representative_email", "alternate_name", "alternate_email"):
            self[name].data = getattr(application, name)
        self.kind.data = application.kind.value
        for one in application.statements:
            if _field_name(one.criterion) in self:
                self.statement(one.criterion).data = one.text

    def page_of(self, criterion: Criterion) -> Any:
        """Return the field for the page to look at in a file that is added now."""
        return self[f"page_{_field_name(criterion)}"]

    def draft(self) -> Draft:
        """Return what was entered."""
        asked = CRITERIA[OrganizationKind(self.kind.data)]
        return Draft(
            interest=self.said(),
            statements={one: self.statement(one).data or "" for one in asked if _field_name(one) in self},
            representative_name=self.representative_name.data or "",
            representative_email=self.representative_email.data or "",
            alternate_name=self.alternate_name.data or "",
            alternate_email=self.alternate_email.data or "",
        )


def _field_name(criterion: Criterion) -> str:
    return f"statement_{criterion.value.replace('-', '_')}"


def application_form(kind: OrganizationKind) -> ApplicationForm:
    """Return the form of an application of this kind, with a statement for each of its criteria."""
    fields: dict[str, Any] = {
        _field_name(criterion): TextAreaField(
            "Short statement", [Optional(), _longest(LONGEST_STATEMENT)], description=criterion.ask
        )
        for criterion in CRITERIA[kind]
    }
    fields |= {
        f"page_{_field_name(criterion)}": IntegerField(
            "Page to look at", [Optional(), NumberRange(1, LARGEST, "The page is a number from 1.")]
        )
        for criterion in CRITERIA[kind]
    }
    form: type[ApplicationForm] = type("WholeApplicationForm", (ApplicationForm,), fields)
    return form()


class VoteForm(FlaskForm):
    """A vote."""

    ballot = RadioField(
        "Your vote",
        [InputRequired("Choose one.")],
        choices=[SelectChoice(one.value, one.label) for one in Ballot],
    )
    reason = TextAreaField(
        "Why", [Optional(), _longest(LONGEST_REASON)], description="Needed when you would decline. The board reads it."
    )


class AskForm(FlaskForm):
    """Changes that the applicant should make."""

    what = TextAreaField(
        "What to change", [InputRequired("Say what the applicant should change."), _longest(LONGEST_REASON)]
    )


class DecisionForm(FlaskForm):
    """The board's decision."""

    decision = RadioField(
        "The board's decision",
        [InputRequired("Choose one of the two.")],
        choices=[SelectChoice("approve", "Approve: they join today"), SelectChoice("decline", "Decline")],
    )
    reason = TextAreaField(
        "Reason",
        [InputRequired("Give the reason; the applicant reads it."), _longest(LONGEST_REASON)],
        description="The applicant reads it.",
    )


class WithdrawalForm(FlaskForm):
    """The applicant no longer wants to join."""

    reason = StringField("Why, if you like to say", [Optional(), _longest(LONGEST_REASON)])
