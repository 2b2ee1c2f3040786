"""Forms about accounts, people and organizations."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Optional

from hub.core.errors import Refused
from hub.core.fields import CheckboxesField, DayField
from hub.core.text import clean
from hub.core.versions import EditForm
from hub.members.models import Organization
from hub.members.rules.fields import LONGEST_NAME, email_of, postal_address_of, website_of
from hub.members.rules.organizations import DesignationFacts, DesignationStatus, OrganizationKind, Role
from hub.members.rules.passwords import SHORTEST_PASSWORD, password_of

EMPTY_ROWS = 3  # for further designations, in a form that works without scripts
MOST_ROWS = 30


def _cleaned(text: str | None) -> str:
    return clean(text or "")


def _passes(rule: Callable[[str], object]) -> Callable[[Any, Any], None]:
    """Return a validator that fails with the sentence of the rule's refusal."""

    def check(_form: Any, field: Any) -> None:
        try:
            rule(field.data or "")
        except Refused as error:
            raise ValidationError(str(error)) from error

    return check


def _line(label: str, *validators: Any, missing: str = "", help_text: str = "") -> StringField:
    """Return a text field; ``missing`` makes it required, and is the error when it is empty."""
    length = Length(max=LONGEST_NAME, message=f"Use up to {LONGEST_NAME} characters.")
    required = [DataRequired(missing)] if missing else []
    return StringField(label, [*required, *(validators or [length])], filters=[_cleaned], description=help_text)


def _email(help_text: str = "") -> StringField:
    return _line("Email address", _passes(email_of), missing="Enter the email address.", help_text=help_text)


def _new_password(label: str = "New password") -> PasswordField:
    help_text = f"Use at least {SHORTEST_PASSWORD} characters; a few words are easy to remember and hard to guess."
    return PasswordField(label, [InputRequired("Enter a password."), _passes(password_of)], description=help_text)


def _repeated() -> PasswordField:
    same = EqualTo("password", "The passwords don’t match. Enter the same one twice.")
    return PasswordField("Repeat password", [InputRequired("Enter the password again."), same])


def role_choices(roles: Iterable[Role]) -> list[SelectChoice]:
    """Return choices for ``roles``."""
    return [SelectChoice(role.value, role.label) for role in roles]


def organization_choices(organizations: Iterable[Organization]) -> list[SelectChoice]:
    """Return choices for ``organizations``, by slug."""
    return [SelectChoice(organization.slug, organization.name) for organization in organizations]


class SignIn(FlaskForm):
    """An email address and a password."""

    email = StringField("Email address", [InputRequired("Enter your email address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])


class SetPassword(FlaskForm):
    """A password, set with a one-time link."""

    password = _new_password()
    repeated = _repeated()


class Welcome(FlaskForm):
    """The sign-up of the first coordinator."""

    organization = _line(
        "Your organization’s name",
        missing="Enter your organization’s name.",
        help_text="The organization that runs this hub; you add members and BFFs later.",
    )
    name = _line("Your name", missing="Enter your name.")
    email = _email()
    password = _new_password("Password")
    repeated = _repeated()


class OwnName(EditForm):
    """The name of the person who is signed in."""

    name = _line("Your name", missing="Enter your name.")


class ForgotPassword(FlaskForm):
    """A request for a link to set a new password."""

    email = StringField("Email address", [InputRequired("Enter your email address."), Length(max=320)])


class ChangePassword(FlaskForm):
    """A new password, which needs the current one."""

    current = PasswordField("Current password", [InputRequired("Enter your current password.")])
    password = _new_password()
    repeated = _repeated()


class ChangeEmail(FlaskForm):
    """A new email address of the person who is signed in, which needs their password if they signed in a while ago."""

    email = _line("New email address", _passes(email_of), missing="Enter the new email address.")
    current = PasswordField("Current password", [InputRequired("Enter your current password.")])


class CodeForm(FlaskForm):
    """A code of an authenticator app, or a recovery code."""

    code = StringField("Code", [InputRequired("Enter the code.")])


class PasskeyForm(FlaskForm):
    """A browser's answer about a passkey, which the page's script fills in."""

    token = HiddenField()
    credential = HiddenField(
        validators=[InputRequired("The browser sent no passkey. Passkeys need JavaScript; turn it on, and try again.")]
    )


class ConfirmIdentity(FlaskForm):
    """The password of the person who is signed in."""

    password = PasswordField("Password", [InputRequired("Enter your password.")])


class RequiredFactorForm(EditForm):
    """The roles that need a second factor."""

    roles = CheckboxesField(
        "Roles that need a second factor",
        coerce=Role,
        choices=[SelectChoice(role.value, role.label) for role in Role],
        description="People with a role that you add have 14 days to set one up.",
    )


class NewPerson(FlaskForm):
    """A person to invite."""

    organization = SelectField("Organization", [InputRequired("Choose an organization.")])
    name = _line("Name", missing="Enter the person’s name.")
    email = _email("They’ll sign in with this address.")
    role = SelectField(
        "Role",
        [InputRequired("Choose a role.")],
        coerce=Role,
        description="Naming a new representative or alternate makes the current one a contributor.",
    )


class ChangePerson(EditForm):
    """A person's name and email address."""

    name = _line("Name", missing="Enter the person’s name.")
    email = _email()


class ChangeRole(EditForm):
    """A person's role."""

    role = SelectField("Role", [InputRequired("Choose a role.")], coerce=Role)


class MovePerson(EditForm):
    """Another organization for a person. Its ids differ from those of the role form on the same page."""

    NOTES = frozenset({"role"})
    organization = SelectField("New organization", [InputRequired("Choose an organization.")], id="move-organization")
    role = SelectField("New role", [InputRequired("Choose a role.")], coerce=Role, id="move-role")


class DesignationRow(Form):
    """One designation; a row without a name counts as empty."""

    name = _line("Designation")
    status = SelectField(
        "Status",
        [InputRequired("Choose a status.")],
        choices=[SelectChoice(status.value, status.label) for status in DesignationStatus],
        coerce=DesignationStatus,
        default=DesignationStatus.ACTIVE,
    )
    starts_on = DayField("Start date", [Optional()])
    ends_on = DayField("End date", [Optional()])

    def validate_name(self, field: Any) -> None:
        """Refuse dates without a name, which would be lost."""
        if not field.data and (self.starts_on.data or self.ends_on.data):
            raise ValidationError("Enter the designation’s name, or clear the row.")

    def validate_ends_on(self, field: Any) -> None:
        """Refuse an end date before the start date."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The end date is before the start date. Correct one of them.")


def postal_address_field(label: str = "Postal address", missing: str = "", *, says_why: bool = True) -> TextAreaField:
    """Return the field of an organization's postal address; ``missing`` makes it required, as the error if it is empty."""
    required = [DataRequired(missing)] if missing else []
    why = " U.S. law (the CAN-SPAM Act) requires it in bulk email." if says_why else ""
    help_text = f"Street or P.O. box, city, state and ZIP code.{why}"
    return TextAreaField(label, [*required, _passes(postal_address_of)], filters=[_cleaned], description=help_text)


class PostalAddressForm(EditForm):
    """An organization's postal address."""

    postal_address = postal_address_field(missing="Enter the postal address.")


class EditOrganization(EditForm):
    """An organization's details and designations."""

    name = _line("Name", missing="Enter the organization’s name.")
    region = _line("Region", help_text="For example, Northeast Ohio.")
    website = _line("Website", _passes(website_of), help_text="Starts with https:// or http://.")
    postal_address = postal_address_field()
    designations = FieldList(FormField(DesignationRow), max_entries=MOST_ROWS)

    def offer_rows(self) -> None:
        """Add empty rows for further designations."""
        filled = sum(1 for row in self.designations if row.form.name.data)
        while len(self.designations) < min(filled + EMPTY_ROWS, MOST_ROWS):
            self.designations.append_entry()

    def facts(self) -> dict[str, Any]:
        """Return the keyword arguments of the actions that add and change organizations."""
        return {
            "name": self.name.data,
            "region": self.region.data,
            "website": self.website.data,
            "postal_address": self.postal_address.data or "",
            "designations": [_designation(row.form) for row in self.designations if row.form.name.data],
        }


class NewOrganization(EditOrganization):
    """A new member or BFF: its details and designations, its kind, and the day it joined."""

    kind = SelectField(
        "Kind",
        [InputRequired("Choose a kind.")],
        coerce=OrganizationKind,
        choices=[SelectChoice(kind.value, kind.label) for kind in (OrganizationKind.MEMBER, OrganizationKind.BFF)],
    )
    joined_on = DayField("Joined on", [InputRequired("Enter the date it joined the alliance.")])

    def facts(self) -> dict[str, Any]:
        """Return the keyword arguments of the action that adds an organization."""
        return {**super().facts(), "kind": self.kind.data, "joined_on": self.joined_on.data}


def _designation(row: Any) -> DesignationFacts:
    starts_on: date | None = row.starts_on.data
    return DesignationFacts(row.name.data, row.status.data, starts_on, row.ends_on.data)


class _Filter(FlaskForm):
    """A form whose fields are the query of the address."""

    class Meta:
        """No CSRF token, because the form changes nothing."""

        csrf = False


class FindOrganizations(_Filter):
    """Filters of the list of organizations."""

    kind = SelectField("Kind")
    region = SelectField("Region")
    designation = SelectField("Designation")

    def offer(self, regions: Iterable[str], designations: Iterable[str]) -> None:
        """Offer the regions and designations that organizations have."""
        kinds = [SelectChoice(kind.value, kind.label) for kind in OrganizationKind]
        self.kind.choices = [SelectChoice("", "All kinds"), *kinds]
        self.region.choices = [SelectChoice("", "All regions"), *(SelectChoice(name, name) for name in regions)]
        self.designation.choices = [SelectChoice("", "Any"), *(SelectChoice(name, name) for name in designations)]


class FindPeople(_Filter):
    """A search for people."""

    q = SearchField("Name or email address", filters=[_cleaned])
