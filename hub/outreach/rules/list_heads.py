"""The column names of lists of people, as address books and spreadsheets write them in several languages. Pure."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

# Accepted column names, in lower case without accents and spaces; of several that a list has, the first comes first.
COLUMNS = {
    "email": (
        *("email", "emailaddress", "mail", "address", "emailaddresses", "emails", "workemail", "primaryemail"),
        *("mailadresse", "emailadresse", "epost", "epostadresse", "adresseemail", "adressemail", "courriel"),
        *("correo", "correoelectronico", "direcciondecorreo", "direcciondecorreoelectronico", "enderecodeemail"),
        *("indirizzoemail", "postaelettronica", "emailadres", "epostadress", "sahkoposti", "adresemail", "emailcim"),
        *("メールアドレス", "メール", "電子郵件", "电子邮件", "邮箱", "이메일", "อีเมล", "почта", "электроннаяпочта"),
    ),
    "name": (
        *("name", "fullname", "contact", "contactname", "person", "displayname", "fileas"),
        *(
            "vollstandigername",
            "anzeigename",
            "ansprechpartner",
            "kontakt",
            "nomcomplet",
            "nomprenom",
            "nombrecompleto",
        ),
        *("nomecompleto", "nomecognome", "imieinazwisko", "volledigenaam", "naam", "navn", "namn", "nimi"),
        *("氏名", "名前", "姓名", "이름", "ชื่อ", "имя", "фио"),
    ),
    "first": (
        *("firstname", "first", "givenname", "forename", "vorname", "prenom", "nombre", "nombres", "primeironome"),
        *("nome", "imie", "voornaam", "fornavn", "fornamn", "etunimi", "keresztnev"),
    ),
    "last": (
        *("lastname", "last", "surname", "familyname", "nachname", "familienname", "zuname", "nom", "nomdefamille"),
        *("apellido", "apellidos", "sobrenome", "cognome", "nazwisko", "achternaam", "etternavn", "efternavn"),
        *("efternamn", "sukunimi", "vezeteknev"),
    ),
    "affiliation": (
        *("affiliation", "organization", "organisation", "organizationname", "organisationname", "company"),
        *("companyname", "employer", "institution", "firm", "business", "businessname", "accountname", "agency"),
        *("firma", "firmenname", "unternehmen", "arbeitgeber", "einrichtung", "betrieb", "entreprise", "societe"),
        *("organisme", "etablissement", "empresa", "compania", "organizacion", "institucion", "organizacao"),
        *("instituicao", "azienda", "societa", "ente", "organizzazione", "organizacja", "bedrijf", "organisatie"),
        *("virksomhed", "bedrift", "foretag", "yritys", "ceg"),
        *("会社", "会社名", "組織", "公司", "单位", "單位", "회사", "บริษัท", "компания", "организация"),
    ),
    "groups": (
        *("groups", "group", "tags", "tag", "lists", "list", "category", "categories", "audience", "labels", "label"),
        *(
            "groupmembership",
            "segment",
            "segments",
            "gruppe",
            "gruppen",
            "kategorie",
            "kategorien",
            "verteiler",
            "groupe",
        ),
        *("groupes", "categorie", "liste", "grupo", "grupos", "categoria", "categorias", "etiquetas", "gruppo"),
        *("gruppi", "grupy", "grupa", "groep", "groepen"),
    ),
}
# Google Contacts, Outlook and others number their columns: "E-mail 1 - Value", "E-mail 2 Address", "Organization Name".
# A folded name has no digits, so that these are of the first, the second, and so on.
NUMBERED = {
    "email": re.compile(r"e?mail(address)?(value|address)|(home|work|business|other|personal)e?mail(address)?"),
    "affiliation": re.compile(r"organi[sz]ation(name)|company(name)?"),
    "groups": re.compile(r"labels?|groupmembership"),
}
# Column names that only look like one of these: the kind of an address, not the address.
OTHERS = re.compile(r"type|label$|displayname$|count|phonetic|yomi|status|optin|consent|title|department")
EXCEL = re.compile(r'"?sep=.?"?', re.IGNORECASE)
SEVERAL = ":::"  # between the values of a cell in Google Contacts
LARGEST_HEAD = 20_000  # characters; Outlook's has about 2,000
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"})

Places = tuple[int, ...]


def head_line(lines: Sequence[str]) -> int:
    """Return the index of the line that may name columns: the first one with text, after Excel's "sep=;"."""
    return next((at for at, line in enumerate(lines) if line.strip() and not EXCEL.fullmatch(line.strip())), 0)


def columns_of(first: str) -> tuple[Mapping[str, Places], str]:
    """Return the places of each column, the best first, if a list's first line names columns; and the delimiter."""
    delimiter = max(",;\t", key=first.count)
    if "@" in first or len(first) > LARGEST_HEAD:
        return {}, delimiter
    names = [folded(cell) for cell in _cells(first, delimiter)]
    columns: dict[str, Places] = {}
    taken: set[int] = set()
    for column in COLUMNS:
        places = [place for place in dict.fromkeys(_places(column, names)) if place not in taken]
        if places:
            columns[column] = tuple(places)
            taken |= set(places)
    return (columns if "email" in columns else {}), delimiter


def _cells(first: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([first], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return first.split(delimiter)


def _places(column: str, names: Sequence[str]) -> Iterator[int]:
    for alias in map(folded, COLUMNS[column]):
        yield from (place for place, name in enumerate(names) if name == alias)
    if pattern := NUMBERED.get(column):
        yield from (
            place for place, name in enumerate(names) if pattern.fullmatch(name) and not _is_other(name, column)
        )


def _is_other(name: str, column: str) -> bool:
    return column != "groups" and OTHERS.search(name) is not None


def address_in(cells: Sequence[str]) -> str:
    """Return the first address in the cells for addresses, or else what the first of them has."""
    addresses = [part.strip() for cell in cells for part in cell.split(SEVERAL) if "@" in part]
    return addresses[0] if addresses else cells[0]


def name_in(cells: Mapping[str, str]) -> str:
    """Return the whole name. In some languages, the column "Name" beside one for first names has last names only."""
    name, first, last = cells.get("name", ""), cells.get("first", ""), cells.get("last", "")
    if not name.strip():
        return f"{first} {last}"
    is_last_name = bool(first.strip()) and "last" not in cells and first.casefold() not in name.casefold()
    return f"{first} {name}" if is_last_name else name


def groups_in(cell: str) -> str:
    """Return the groups in a cell, separated by semicolons; without those of the address book's own, such as "* starred"."""
    if SEVERAL not in cell and not cell.startswith("* "):
        return cell
    return ";".join(group for group in map(str.strip, cell.split(SEVERAL)) if not group.startswith("* "))


def folded(cell: str) -> str:
    """Return a column name for comparisons: in lower case without accents, with letters only."""
    plain = unicodedata.normalize("NFKD", cell.casefold().translate(_LETTERS))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter for letter in unicodedata.normalize("NFC", letters) if letter.isalpha())
