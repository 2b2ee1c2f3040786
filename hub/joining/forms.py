"""Forms of joining, for applicants and the Advisory Board."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, RadioField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.core.dates import number
from hub.core.versions import EditForm
from hub.joining.actions.applying import Draft, Interest
from hub.joining.models import Application
from hub.joining.rules import CRITERIA, LONGEST_INTEREST, LONGEST_REASON, LONGEST_STATEMENT, Ballot, Criterion
from hub.library.rules import LARGEST
from hub.members.rules.fields import LONGEST_EMAIL, LONGEST_NAME, LONGEST_WEBSITE
from hub.members.rules.organizations import OrganizationKind


def _longest(count: int) -> Length:
    return Length(max=count, message=f"Use up to {number(count)} characters.")


class InterestForm(EditForm):
    """An organization's interest in joining, and its contact."""

    kind = RadioField(
        "Join as",
        [InputRequired("Choose one.")],
        choices=[
            SelectChoice("member", "Member: a regional collaboration of public and private stakeholders"),
            SelectChoice("bff", "BFF: an agency, NGO or company that is an important ally of manufacturing"),
        ],
    )
    name = StringField(
        "Organization name", [InputRequired("Enter the name of your organization."), _longest(LONGEST_NAME)]
    )
    region = StringField(
        "Region", [Optional(), _longest(LONGEST_NAME)], description="For example, Western Lake Erie, Ohio and Michigan."
    )
    website = URLField("Website", [Optional(), _longest(LONGEST_WEBSITE)])
    interest = TextAreaField("Why you’re interested, in a few sentences", [Optional(), _longest(LONGEST_INTEREST)])
    contact_name = StringField("Your name", [InputRequired("Enter your name."), _longest(LONGEST_NAME)])
    contact_email = EmailField(
        "Your email address",
        [InputRequired("Enter your email address."), _longest(LONGEST_EMAIL)],
        description="For news about your application.",
    )

    def to_interest(self) -> Interest:
        """Return the entered interest."""
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
    """An application without its evidence; `application_form` adds the statements of its kind."""

    representative_name = StringField("Representative’s name", [Optional(), _longest(LONGEST_NAME)])
    representative_email = EmailField("Representative’s email address", [Optional(), _longest(LONGEST_EMAIL)])
    alternate_name = StringField("Alternate’s name", [Optional(), _longest(LONGEST_NAME)])
    alternate_email = EmailField("Alternate’s email address", [Optional(), _longest(LONGEST_EMAIL)])

    def statement(self, criterion: Criterion) -> Any:
        """Return the field for a criterion's statement."""
        return self[_field_name(criterion)]

    def page_of(self, criterion: Criterion) -> Any:
        """Return the field for the page to read in a newly added file."""
        return self[f"page_{_field_name(criterion)}"]

    def draft(self) -> Draft:
        """Return the entered draft."""
        criteria = CRITERIA[OrganizationKind(self.kind.data)]
        return Draft(
            interest=self.to_interest(),
            statements={
                criterion: self.statement(criterion).data or ""
                for criterion in criteria
                if _field_name(criterion) in self
            },
            representative_name=self.representative_name.data or "",
            representative_email=self.representative_email.data or "",
            alternate_name=self.alternate_name.data or "",
            alternate_email=self.alternate_email.data or "",
        )


def _field_name(criterion: Criterion) -> str:
    return f"statement_{criterion.value.replace('-', '_')}"


def application_form(application: Application) -> ApplicationForm:
    """Return the form of an application, with a statement and a page for each criterion, filled with what is saved."""
    criteria = CRITERIA[application.kind]
    fields: dict[str, Any] = {
        _field_name(criterion): TextAreaField(
            "Short statement", [Optional(), _longest(LONGEST_STATEMENT)], description=criterion.ask
        )
        for criterion in criteria
    }
    pages = [f"page_{_field_name(criterion)}" for criterion in criteria]
    fields |= {
        name: IntegerField("Page to read", [Optional(), NumberRange(1, LARGEST, "Enter a page number of 1 or more.")])
        for name in pages
    }
    form: type[ApplicationForm] = type("WholeApplicationForm", (ApplicationForm,), fields | {"NOTES": frozenset(pages)})
    statements = {_field_name(statement.criterion): statement.text for statement in application.statements}
    filled = form(obj=application, data=statements)
    filled.kind.data = application.kind.value  # chosen once
    return filled


class VoteForm(EditForm):
    """A vote."""

    ballot = RadioField(
        "Your vote",
        [InputRequired("Choose a vote.")],
        choices=[SelectChoice(ballot.value, ballot.label) for ballot in Ballot],
    )
    reason = TextAreaField(
        "Reason",
        [Optional(), _longest(LONGEST_REASON)],
        description="Required to decline; the Advisory Board will read it.",
    )


class AskForm(FlaskForm):
    """Changes for the applicant to make."""

    what = TextAreaField(
        "Changes to make",
        [InputRequired("Enter the changes to make."), _longest(LONGEST_REASON)],
        description="The applicant will read it.",
    )


class DecisionForm(FlaskForm):
    """The decision on an application."""

    decision = RadioField(
        "Decision",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("approve", "Approve: they join today"), SelectChoice("decline", "Decline")],
    )
    reason = TextAreaField(
        "Reason",
        [InputRequired("Enter a reason. The applicant will read it."), _longest(LONGEST_REASON)],
        description="The applicant will read it.",
    )
    exception = TextAreaField(
        "Reason for the exception",
        [Optional(), _longest(LONGEST_REASON)],
        description="Required only if the decision doesn’t follow the vote. The Advisory Board will read it.",
    )


class WithdrawalForm(FlaskForm):
    """The withdrawal of an application, by its applicant."""

    reason = StringField("Reason", [Optional(), _longest(LONGEST_REASON)])
