"""Forms of a page, read and filled in as a browser does."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Values = dict[str, list[str]]


@dataclass(frozen=True)
class PageForm:
    """A form: where it is posted to, and what is in its fields."""

    address: str
    values: Values

    def filled(self, **changes: str | list[str]) -> Values:
        """Return what the form sends with these changes; ``__`` in a name stands for a hyphen."""
        named = {name.replace("__", "-"): value for name, value in changes.items()}
        return self.values | {name: value if isinstance(value, list) else [value] for name, value in named.items()}


def form_on(answer: TestResponse, action: str = "", do: str = "") -> PageForm:
    """Return the only form on a page with a version that posts to ``action``; by default, to the page itself.

    ``do``: the value of its field of that name. The form that shows a conflict comes before others.
    """
    page = BeautifulSoup(answer.text, "lxml")
    path = answer.request.path
    forms = []
    for form in page.find_all("form", method="post"):
        address = urljoin(answer.request.full_path, str(form.get("action") or answer.request.full_path.rstrip("?")))
        if form.find("input", attrs={"name": "version"}) and urlsplit(address).path == (action or path):
            values = values_of(form)
            if not do or values.get("do") == [do]:
                forms.append((form.select_one(".conflict") is not None, PageForm(address, values)))
    chosen = [form for _, form in [pair for pair in forms if pair[0]] or forms]
    assert len(chosen) == 1, f"{path} has {len(chosen)} forms with a version for {action or path} {do}"
    return chosen[0]


def opened(browser: FlaskClient, address: str, action: str = "", do: str = "") -> PageForm:
    """Open a page and return its form."""
    answer = browser.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return form_on(answer, action, do)


def form_of(browser: FlaskClient, address: str, action: str, do: str = "") -> PageForm:
    """Open a page and return its first form that posts to ``action``, with or without a version."""
    return form_in(browser.get(address), action, do)


def form_in(answer: TestResponse, action: str, do: str = "") -> PageForm:
    """Return the first form on a page that posts to ``action``, with or without a version."""
    address = answer.request.full_path
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    for form in BeautifulSoup(answer.text, "lxml").find_all("form", method="post"):
        target = urljoin(answer.request.full_path, str(form.get("action") or answer.request.full_path.rstrip("?")))
        values = values_of(form)
        if urlsplit(target).path == action and (not do or values.get("do") == [do]):
            return PageForm(target, values)
    raise AssertionError(f"{address} has no form for {action}")


def values_of(form: Tag) -> Values:
    """Return what the browser sends if a button without a name is pressed."""
    values: Values = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name = field.get("name")
        if not name or field.has_attr("disabled"):
            continue
        for value in _sent_by(field):
            values.setdefault(str(name), []).append(value)
    return values


def _sent_by(field: Tag) -> list[str]:
    if field.name == "textarea":
        return [field.get_text().removeprefix("\n")]
    if field.name == "select":
        options = field.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and not field.has_attr("multiple"):
            chosen = options[:1]
        return [str(option.get("value", option.get_text())) for option in chosen]
    kind = field.get("type", "text")
    if kind in {"checkbox", "radio"}:
        return [str(field.get("value", "on"))] if field.has_attr("checked") else []
    return [] if kind in {"submit", "button", "file", "image"} else [str(field.get("value", ""))]
