"""Lists of people as address books and spreadsheets export them, in several languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.outreach.rules.list_heads import columns_of
from hub.outreach.rules.stakeholders import lines_of

ADA = ("ada@mill.example", "Ada Quist", "Mill", ())


def entries(text: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    lines = lines_of(text)
    assert [line.refused for line in lines if line.refused] == []
    return [
        (line.entry.email, line.entry.name, line.entry.affiliation, line.entry.groups) for line in lines if line.entry
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Organization 1 - Name\nAda Quist,Ada,Quist,* Home,ada@mill.example,Mill",
        "First Name,Middle Name,Last Name,Organization Name,Organization Title,Labels,E-mail 1 - Label,E-mail 1 - Value\nAda,,Quist,Mill,Buyer,* myContacts,Work,ada@mill.example",
        "Name,Group Membership,E-mail 1 - Value,E-mail 2 - Value,Organization 1 - Name\nAda Quist,* myContacts,,ada@mill.example,Mill",
        "Name,E-mail 1 - Value,Company\nAda Quist,ada@mill.example ::: a.quist@home.example,Mill",
        '"First Name","Last Name","Company","E-mail Address","E-mail Type","E-mail Display Name"\n"Ada","Quist","Mill","ada@mill.example","SMTP","Ada Quist (ada@mill.example)"',
        "First Name,Last Name,Account Name,Work Email\nAda,Quist,Mill,ada@mill.example",
        "Name;E-Mail;Firma\nAda Quist;ada@mill.example;Mill",
        "Vorname;Name;E-Mail-Adresse;Unternehmen\nAda;Quist;ada@mill.example;Mill",
        "Vorname;Nachname;Mailadresse;Firma\nAda;Quist;ada@mill.example;Mill",
        "sep=;\nName;E-Mail;Firma\nAda Quist;ada@mill.example;Mill",
        "\n\nName\tE-Mail\tCompany\nAda Quist\tada@mill.example\tMill",
        "Nom;Prénom;Courriel;Société\nQuist;Ada;ada@mill.example;Mill",
        "Nombre,Apellidos,Correo electrónico,Empresa\nAda,Quist,ada@mill.example,Mill",
        "Nome,Sobrenome,Endereço de e-mail,Organização\nAda,Quist,ada@mill.example,Mill",
        "Nome;Cognome;Indirizzo e-mail;Azienda\nAda;Quist;ada@mill.example;Mill",
        "Imię;Nazwisko;Adres e-mail;Organizacja\nAda;Quist;ada@mill.example;Mill",
        "Voornaam;Achternaam;E-mailadres;Bedrijf\nAda;Quist;ada@mill.example;Mill",
        "氏名,メールアドレス,会社名\nAda Quist,ada@mill.example,Mill",
        "姓名,电子邮件,公司\nAda Quist,ada@mill.example,Mill",
        "이름,이메일,회사\nAda Quist,ada@mill.example,Mill",
        "Email,Address,Name,Company\nada@mill.example,1 Mill Road,Ada Quist,Mill",
    ],
)
def test_the_column_names_of_address_books_are_known(text: str) -> None:
    assert entries(text) == [ADA]


def test_the_groups_of_google_contacts_are_kept_without_its_own() -> None:
    text = "Name,E-mail 1 - Value,Group Membership\nAda,ada@mill.example,Board ::: Shops ::: * myContacts"
    assert entries(text) == [("ada@mill.example", "Ada", "", ("Board", "Shops"))]


def test_a_line_without_an_address_is_refused_with_its_number() -> None:
    [line] = lines_of("sep=,\nEmail,Address,Name\n,1 Mill Road,Ada")
    assert (line.number, line.refused) == (3, "This line has no email address.")


@given(st.text(max_size=80))
def test_any_first_line_names_columns_or_not(text: str) -> None:
    columns, delimiter = columns_of(text)
    assert delimiter in ",;\t"
    places = [place for same in columns.values() for place in same]
    assert len(places) == len(set(places))
