"""Helpers that read the search page."""

from datetime import date
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

TODAY = date(2026, 11, 20)


def searched(browser: FlaskClient, **query: Any) -> BeautifulSoup:
    answer = browser.get("/search", query_string=query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def titles(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select("a.resource-title")]


def facets(page: BeautifulSoup) -> dict[str, dict[str, int]]:
    return {
        str(facet["aria-labelledby"]).removeprefix("facet-"): {
            item.a.get_text().removeprefix("Remove "): int(item.select_one(".count").get_text())  # type: ignore[union-attr]
            for item in facet.select("li")
            if item.a
        }
        for facet in page.select(".facet")
    }
