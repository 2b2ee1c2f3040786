"""What people fill in about themselves, their people and their organizations."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    PasswordField,
    SearchField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Optional

from hub.core.errors import Refused
from hub.core.fields import DayField
from hub.core.text import clean
from hub.members.models import Organization
from hub.members.rules.fields import LONGEST_NAME, email_of, website_of
from hub.members.rules.organizations import DesignationFacts, DesignationStatus, OrganizationKind, Role
from hub.members.rules.signing_in import SHORTEST_PASSWORD, password_of

EMPTY_ROWS = 3  # for designations to come, in a form that works without scripts
MOST_ROWS = 30


def _cleaned(text: str | None) -> str:
    return clean(text or "")


def _holds(rule: Callable[[str], object]) -> Callable[[Any, Any], None]:
    """Return a validator that says what the room's rule says."""

    def check(_form: Any, field: Any) -> None:
        try:
            rule(field.data or "")
        except Refused as error:
            raise ValidationError(str(error)) from error

    return check


def _line(label: str, *validators: Any, missing: str = "", help_text: str = "") -> StringField:
    """Return a line of text; ``missing`` is what to say when it is empty, and makes it required."""
    length = Length(max=LONGEST_NAME, message=f"Use up to {LONGEST_NAME} characters.")
    required = [DataRequired(missing)] if missing else []
    return StringField(label, [*required, *(validators or [length])], filters=[_cleaned], description=help_text)


def _email(help_text: str = "") -> StringField:
    return _line("E-mail address", _holds(email_of), missing="Enter the email address.", help_text=help_text)


def _new_password(label: str = "New password") -> PasswordField:
    help_text = f"At least {SHORTEST_PASSWORD} characters. A few words are easy to remember and hard to guess."
    return PasswordField(label, [InputRequired("Enter a password."), _holds(password_of)], description=help_text)


def _repeated() -> PasswordField:
    same = EqualTo("password", "The two passwords differ. Type the same one twice.")
    return PasswordField("The same password again", [InputRequired("Type the password a second time."), same])


def role_choices(roles: Iterable[Role]) -> list[SelectChoice]:
    """``roles`` to choose from."""
    return [SelectChoice(role.value, role.label) for role in roles]


def organization_choices(organizations: Iterable[Organization]) -> list[SelectChoice]:
    """``organizations`` to choose from, by their slugs."""
    return [SelectChoice(organization.slug, organization.name) for organization in organizations]


class SignIn(FlaskForm):
    """E-mail address and password."""

    email = StringField("E-mail address", [InputRequired("Enter your email address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])


class SetPassword(FlaskForm):
    """A password, set with a one-time link."""

    password = _new_password()
    repeated = _repeated()


class Welcome(FlaskForm):
    """The first coordinator signs up."""

    organization = _line(
        "Your organization's name",
        missing="Enter your organization's name.",
        help_text="The organization that runs this hub. Members and BFFs are added afterward.",
    )
    name = _line("Your name", missing="Enter your name.")
    email = _email()
    password = _new_password("Password")
    repeated = _repeated()


class OwnName(FlaskForm):
    """One's own name."""

    name = _line("Your name", missing="Enter your name.")


class ForgotPassword(FlaskForm):
    """Whose password is forgotten."""

    email = StringField("E-mail address", [InputRequired("Enter your email address."), Length(max=320)])


class ChangePassword(FlaskForm):
    """A new password, which needs the current one."""

    current = PasswordField("Current password", [InputRequired("Enter your current password.")])
    password = _new_password()
    repeated = _repeated()


class NewPerson(FlaskForm):
    """Somebody to invite."""

    organization = SelectField("Organization", [InputRequired("Choose the organization.")])
    name = _line("Name", missing="Enter the person's name.")
    email = _email("They sign in with it.")
    role = SelectField(
        "Role",
        [InputRequired("Choose the role.")],
        coerce=Role,
        description="Each organization has one representative and one alternate: a new one takes the former's place.",
    )


class ChangePerson(FlaskForm):
    """A person's name and email address."""

    name = _line("Name", missing="Enter the person's name.")
    email = _email()


class GiveRole(FlaskForm):
    """A person's role."""

    role = SelectField("Role", [InputRequired("Choose the role.")], coerce=Role)


class MovePerson(FlaskForm):
    """Another organization for a person. The ids differ from those of the form of the role beside it."""

    organization = SelectField("New organization", [InputRequired("Choose the organization.")], id="move-organization")
    role = SelectField("Role there", [InputRequired("Choose the role.")], coerce=Role, id="move-role")


class DesignationRow(Form):
    """One designation; a row without a name counts as empty."""

    name = _line("Designation")
    status = SelectField(
        "Status",
        [InputRequired("Choose the status.")],
        choices=[SelectChoice(status.value, status.label) for status in DesignationStatus],
        coerce=DesignationStatus,
        default=DesignationStatus.ACTIVE,
    )
    starts_on = DayField("From", [Optional()])
    ends_on = DayField("To", [Optional()])

    def validate_name(self, field: Any) -> None:
        """A date without a name is a slip; losing it silently would be ours."""
        if not field.data and (self.starts_on.data or self.ends_on.data):
            raise ValidationError("Enter the designation's name, or empty the whole row.")

    def validate_ends_on(self, field: Any) -> None:
        """Time runs forward."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("This day is before the first one.")


class EditOrganization(FlaskForm):
    """An organization's facts and designations."""

    name = _line("Name", missing="Enter the organization's name.")
    kind = SelectField("Kind", [InputRequired("Choose the kind.")], coerce=OrganizationKind)
    region = _line("Region", help_text="For example Northeast Ohio.")
    website = _line("Website", _holds(website_of), help_text="Begins with https:// or http://.")
    joined_on = DayField("Joined on", [InputRequired("Enter the day it joined the alliance.")])
    left_on = DayField("Left on", [Optional()], description="Its last day, if it left the alliance.")
    designations = FieldList(FormField(DesignationRow), max_entries=MOST_ROWS)

    def validate_left_on(self, field: Any) -> None:
        """Nobody leaves before joining."""
        if field.data and self.joined_on.data and field.data < self.joined_on.data:
            raise ValidationError("This day is before the day it joined.")

    def offer_kinds(self, now: OrganizationKind | None = None) -> None:
        """Members and BFFs enter; the host was set up with the hub and stays what it is."""
        kinds = [now] if now is OrganizationKind.HOST else [OrganizationKind.MEMBER, OrganizationKind.BFF]
        self.kind.choices = [SelectChoice(kind.value, kind.label) for kind in kinds]

    def offer_rows(self) -> None:
        """Have some empty rows at the end."""
        filled = sum(1 for row in self.designations if row.form.name.data)
        while len(self.designations) < min(filled + EMPTY_ROWS, MOST_ROWS):
            self.designations.append_entry()

    def facts(self) -> dict[str, Any]:
        """Return what the actions want to know."""
        return {
            "name": self.name.data,
            "kind": self.kind.data,
            "region": self.region.data,
            "website": self.website.data,
            "joined_on": self.joined_on.data,
            "left_on": self.left_on.data,
            "designations": [_designation(row.form) for row in self.designations if row.form.name.data],
        }


def _designation(row: Any) -> DesignationFacts:
    starts_on: date | None = row.starts_on.data
    return DesignationFacts(row.name.data, row.status.data, starts_on, row.ends_on.data)


class _Filter(FlaskForm):
    """A form that only asks: its fields stand in the address."""

    class Meta:
        """Nothing is changed, so nothing needs to be forged."""

        csrf = False


class FindOrganizations(_Filter):
    """Narrow the list of organizations down."""

    kind = SelectField("Kind")
    region = SelectField("Region")
    designation = SelectField("Designation")

    def offer(self, regions: Iterable[str], designations: Iterable[str]) -> None:
        """Let people choose from what there is."""
        kinds = [SelectChoice(kind.value, kind.label) for kind in OrganizationKind]
        self.kind.choices = [SelectChoice("", "All kinds"), *kinds]
        self.region.choices = [SelectChoice("", "All regions"), *(SelectChoice(name, name) for name in regions)]
        self.designation.choices = [SelectChoice("", "Any"), *(SelectChoice(name, name) for name in designations)]


class FindPeople(_Filter):
    """Look for someone."""

    q = SearchField("Name or email address", filters=[_cleaned])
