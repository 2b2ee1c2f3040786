"""What people fill in about themselves, their people and their organizations."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired


class SignIn(FlaskForm):  # type: ignore[misc]
    """E-mail address and password."""

    email = StringField("E-mail address", [InputRequired("Enter your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])
