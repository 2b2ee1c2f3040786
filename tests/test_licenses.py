"""docs/licenses.md names the license of every package that the hub installs, as the packages themselves declare it."""

import re
from importlib.metadata import metadata

from config import ROOT

# Licenses that an Apache-2.0 application may depend on and be installed with. The GPL and AGPL aren't among them.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 OR BSD-3-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause, Apache-2.0",
    "ISC",
    "LGPL-3.0",  # used unchanged, as a library
    "MIT",
    "MIT, BSD-3-Clause",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",  # used unchanged
    "PSF-2.0",
    "Unlicense",
    "ZPL-2.1",
}
# How packages write their licenses, by the beginning of the text.
SPELLINGS = {
    "Apache License": "Apache-2.0",
    "Apache Software": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD-3-Clause, Apache-2.0": "BSD-3-Clause, Apache-2.0",
    "Two-clause BSD": "BSD-2-Clause",
    "LGPL-3.0-only": "LGPL-3.0",
    "GNU Lesser General Public License v3": "LGPL-3.0",
    "Mozilla Public License 2.0": "MPL-2.0",
    "The Unlicense": "Unlicense",
    "PSFL": "PSF-2.0",
    "Copyright 20": "BSD-3-Clause",  # Flask-WTF and WTForms paste the license's text
    "MIT License": "MIT",
    "MIT, BSD": "MIT, BSD-3-Clause",
    "Zope Public License": "ZPL-2.1",
    "ZPL 2.1": "ZPL-2.1",
    "BSD": "BSD-3-Clause",
}
# Packages whose metadata name no license; each was read in the package itself.
READ_BY_HAND = {"pyrage": "MIT"}


def _locked() -> set[str]:
    names = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def _documented() -> dict[str, str]:
    text = (ROOT / "docs" / "licenses.md").read_text()
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|$", text, re.MULTILINE))


def _declared(package: str) -> str:
    """Return the license that an installed package declares, spelled as in ALLOWED."""
    if package in READ_BY_HAND:
        return READ_BY_HAND[package]
    about = metadata(package)
    classifiers = [
        line.rpartition(":: ")[2] for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    fields = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or []), *classifiers[-1:]]
    stated = next((field for field in fields if field), "")
    if stated in ALLOWED:
        return stated
    return next((name for start, name in SPELLINGS.items() if stated.startswith(start)), stated)


def test_every_package_that_the_hub_installs_has_its_license_in_the_docs() -> None:
    assert _documented().keys() == _locked()


def test_the_documented_licenses_are_those_that_the_packages_declare() -> None:
    assert {name: _declared(name) for name in _locked()} == _documented()


def test_every_license_may_be_combined_with_the_hubs() -> None:
    assert set(_documented().values()) - ALLOWED == set()
