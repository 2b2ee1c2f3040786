"""Pages don't contain the indentation of their templates."""

import pytest
from jinja2 import Environment

from hub.core.templates import Unindented

ENVIRONMENT = Environment(extensions=[Unindented], trim_blocks=True, lstrip_blocks=True, autoescape=True)


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("<p>\n    Clear\n    all {{ x }}\n  </p>", "<p>Clear all a  b\nc</p>"),
        ('<a class="btn"\n   href="/">{{ x }}</a>\n  <b>y</b>', '<a class="btn" href="/">a  b\nc</a>\n<b>y</b>'),
        ("<p>{% if x %}\n    Both {{ x }}{% endif %}\n  </p>", "<p>Both a  b\nc</p>"),
        ("{{ x }}\n   of 3", "a  b\nc of 3"),
        (
            "<div>\n  <pre>one\n   two {{ x }}\n</pre>\n  <p>z</p></div>",
            "<div>\n  <pre>one\n   two a  b\nc\n</pre>\n  <p>z</p></div>",
        ),
        ("<textarea>\n {{ x }}</textarea>\n   <i>q</i>", "<textarea>\n a  b\nc</textarea>\n   <i>q</i>"),
    ],
)
def test_line_breaks_in_templates_collapse_and_values_do_not(template: str, written: str) -> None:
    assert ENVIRONMENT.from_string(template).render(x="a  b\nc") == written
