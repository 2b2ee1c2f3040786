"""The settings of single sign-on: one provider in variables, more in a file, and errors in one sentence."""

from pathlib import Path

import pytest

from config import Config, WrongSettingError
from hub.core.sign_on_settings import MAIN, is_issuer

MICROSOFT = "https://login.microsoftonline.com"


def load(folder: Path, **settings: str) -> Config:
    environ = {f"HUB_OIDC_{name}": value for name, value in settings.items()}
    return Config.load(environ, INSTANCE=folder, UPLOADS=folder)


def load_file(folder: Path, content: str, **settings: str) -> Config:
    (folder / "providers.toml").write_text(content)
    return load(folder, MORE=str(folder / "providers.toml"), **settings)


def test_without_settings_there_is_no_provider(tmp_path: Path) -> None:
    assert load(tmp_path).sign_on_providers == ()


def test_variables_describe_one_provider(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        ISSUER="https://accounts.google.com",
        CLIENT_ID="the-hub",
        CLIENT_SECRET="hunter2",
        NAME="Google",
        DOMAINS="lakeshore.example, Ridgeline.example",
        REQUIRED_DOMAINS="Lakeshore.example",
        ACR_VALUES="urn:acr:A urn:acr:B",
    )
    (provider,) = config.sign_on_providers
    assert (provider.key, provider.name, provider.issuer) == (MAIN, "Google", "https://accounts.google.com")
    assert provider.domains == {"lakeshore.example", "ridgeline.example"}
    assert provider.required_domains == {"lakeshore.example"}
    assert provider.acr_values == ("urn:acr:A", "urn:acr:B")
    assert provider.client_secret == "hunter2"
    assert "hunter2" not in f"{provider!r} {config!r}"


def test_a_file_describes_more_providers(tmp_path: Path) -> None:
    content = """
        [lakeshore]
        name = "Lakeshore"
        issuer = "https://login.microsoftonline.com/0f1e/v2.0"
        client_id = "1"
        domains = ["lakeshore.example", "lakeshore.test"]
        [login-gov]
        issuer = "https://secure.login.gov/"
        client_id = "2"
        domains = "agency.example"
        """
    config = load_file(tmp_path, content, ISSUER="https://accounts.google.com", CLIENT_ID="the-hub")
    main, lakeshore, login_gov = config.sign_on_providers
    assert (main.key, main.name) == (MAIN, "single sign-on")
    assert (lakeshore.key, lakeshore.name) == ("lakeshore", "Lakeshore")
    assert lakeshore.domains == {"lakeshore.example", "lakeshore.test"}
    assert (login_gov.name, login_gov.issuer) == ("login-gov", "https://secure.login.gov/")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("ISSUER", "http://accounts.example", "beginning with https://"),
        ("ISSUER", "accounts.example", "beginning with https://"),
        ("ISSUER", "https://accounts.example/?x=1", "beginning with https://"),
        ("ISSUER", "https://user@accounts.example", "beginning with https://"),
        ("ISSUER", f"{MICROSOFT}/common/v2.0", "your own tenant"),
        ("ISSUER", f"{MICROSOFT}/organizations/v2.0", "your own tenant"),
        ("CLIENT_ID", " ", "the ID that the provider gave"),
        ("NAME", "x" * 61, "up to 60 characters"),
        ("NAME", "Con\u202etoso", "up to 60 characters"),
        ("PRIVATE_KEY", "/nowhere.pem", "PEM file"),
        ("DOMAINS", "lakeshore", "email domains"),
        ("REQUIRED_DOMAINS", "rosa@lakeshore.example", "email domains"),
        ("SECOND_FACTOR", "maybe", "trusted, amr or never"),
        ("MORE", "/nowhere.toml", "TOML file"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(tmp_path: Path, setting: str, value: str, words: str) -> None:
    with pytest.raises(WrongSettingError) as refused:
        load(tmp_path, **{"ISSUER": "https://accounts.example", "CLIENT_ID": "the-hub"} | {setting: value})
    sentence = str(refused.value)
    assert f"HUB_OIDC_{setting}" in sentence
    assert words in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"CLIENT_ID": "the-hub"}, "HUB_OIDC_ISSUER"),
        ({"REQUIRED_DOMAINS": "lakeshore.example"}, "HUB_OIDC_ISSUER"),
        (
            {
                "ISSUER": "https://accounts.example",
                "CLIENT_ID": "the-hub",
                "DOMAINS": "lakeshore.example",
                "REQUIRED_DOMAINS": "ridgeline.example",
            },
            "HUB_OIDC_REQUIRED_DOMAINS",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    with pytest.raises(WrongSettingError, match=words):
        load(tmp_path, **settings)


def test_a_secret_and_a_key_are_refused_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("key")
    with pytest.raises(WrongSettingError, match="remove one of them") as refused:
        load(
            tmp_path,
            ISSUER="https://accounts.example",
            CLIENT_ID="the-hub",
            CLIENT_SECRET="hunter2",
            PRIVATE_KEY=str(tmp_path / "key.pem"),
        )
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not toml", "TOML file"),
        ("issuer = 'https://accounts.example'", "must be a table"),
        ("[Lakeshore]\nissuer = 'https://accounts.example'", "small letters"),
        ("[main]\nissuer = 'https://accounts.example'\nclient_id = '1'", "small letters"),
        ("[lakeshore]\nissuer = 'https://accounts.example'", r"client_id in its table \[lakeshore\]"),
        ("[lakeshore]\nissuer = 7\nclient_id = '1'", "issuer in its table"),
        ("[lakeshore]\nissuer = 'https://a.example'\nclient_id = '1'\ndomain = 'x.example'", "'domain' in its table"),
        (
            "[a]\nissuer = 'https://a.example'\nclient_id = '1'\n[b]\nissuer = 'https://a.example'\nclient_id = '1'",
            "same",
        ),
        (
            "\n".join(
                f"[{key}]\nissuer = 'https://{key}.example'\nclient_id = '1'\nrequired_domains = 'x.example'"
                for key in "ab"
            ),
            "two providers have the same required domain",
        ),
    ],
)
def test_a_wrong_file_stops_the_start_with_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(WrongSettingError, match=words) as refused:
        load_file(tmp_path, content)
    assert "HUB_OIDC_MORE" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://accounts.example", True),
        ("http://127.0.0.1:9000", True),
        ("http://localhost:9000/realms/a", True),
        ("http://[::1]:9000", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://10.0.0.1", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("https://[", False),
        ("https://accounts.example/ x", False),
    ],
)
def test_only_https_and_this_machine_are_asked(address: str, is_safe: bool) -> None:
    assert is_issuer(address) == is_safe
