"""The corpus of the search benchmarks: Reuters-21578 if it is next to the project, otherwise generated text."""

import html
import random
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from hub.core.db import Database
from hub.library.extract.version import READER_VERSION
from hub.library.models import Page, Resource, Revision, Topic
from hub.library.rules import BIG_SIX, Audience, Kind, PageKind, PreviewState, Source, State
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search.models import EncodedResource, PageVector
from hub.search.rules import meaning as meaning_rules
from hub.search.store import meaning
from hub.search.store.vectors import packed

REUTERS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "reuters21578.zip"
REAL = REUTERS.parent / "real"  # real documents, for other benchmarks
ORGANIZATIONS = 40
MEMBER = 2  # the id of the person who searches
TODAY = date(2026, 11, 23)
ENCODED, CHARACTERS = 600, 1_000  # stories whose vectors are used, and how much of each is read
_STORY = re.compile(r"<REUTERS.*?</REUTERS>", re.DOTALL)
_TITLE = re.compile(r"<TITLE>(.*?)</TITLE>", re.DOTALL)
_BODY = re.compile(r"<BODY>(.*?)</BODY>", re.DOTALL)
_TOPIC = re.compile(r"<TOPICS>(.*?)</TOPICS>")

Story = tuple[str, str, Sequence[str]]  # title, text, topics


def stories() -> Sequence[Story]:
    """Return news stories; without Reuters-21578, generated ones of the same length with a natural word distribution."""
    return _reuters() if REUTERS.exists() else _generated(20_000)


def _reuters() -> Sequence[Story]:
    stories: list[Story] = []
    with zipfile.ZipFile(REUTERS) as archive:
        for name in sorted(archive.namelist()):
            for story in _STORY.findall(archive.read(name).decode("latin-1")):
                title, body, topics = _TITLE.search(story), _BODY.search(story), _TOPIC.search(story)
                if title and body:
                    text = html.unescape(body[1]).replace("\x03", "").strip()
                    stories.append(
                        (html.unescape(title[1]).strip(), text, re.findall("<D>(.*?)</D>", topics[1] if topics else ""))
                    )
    return stories


def _generated(count: int) -> Sequence[Story]:
    rng = random.Random(1987)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or")]
    words = ["".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3, 3, 4)))) for _ in range(40_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    return [
        (" ".join(rng.choices(words, weights, k=6)).title(), " ".join(rng.choices(words, weights, k=130)), ())
        for _ in range(count)
    ]


# How people begin a question that they type in full.
WHOLE_QUESTIONS = (
    "where did I see the part about",
    "what do we know about",
    "who told us about",
    "how much was paid for",
)


def queries(stories: Sequence[Story], count: int = 42) -> Sequence[str]:
    """Return queries as people type them: one to six words that are near each other in a story, and whole questions.

    The words are neither rare nor very common. Each seventh query is a whole question.
    """
    rng = random.Random(35)
    frequencies = Counter(word for _, text, _ in stories for word in set(re.findall(r"[a-z]{4,}", text.lower())))
    chosen: list[str] = []
    while len(chosen) < count:
        text = rng.choice(stories)[1].lower()
        words = [word for word in re.findall(r"[a-z]{4,}", text) if 20 <= frequencies[word] <= len(stories) // 4]
        if len(words) > 8:
            start = rng.randrange(len(words) - 6)
            turn, place = divmod(len(chosen), 7)
            begin = [WHOLE_QUESTIONS[turn % len(WHOLE_QUESTIONS)]] if place == 6 else []
            chosen.append(" ".join([*begin, *words[start : start + (3 if begin else place + 1)]]))
    return chosen


def fill(database: Database, resources: int, pages: int, stories: Sequence[Story]) -> int:
    """Fill an empty database with organizations, two people and resources, and return the characters of text."""
    rng = random.Random(7)
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with database.writing() as db:
        db.add_all(
            Organization(
                id=n,
                slug=f"community-{n}",
                name=f"Community {n} Manufacturing Partnership",
                kind=OrganizationKind.HOST if n == 1 else OrganizationKind.MEMBER,
                periods=[
                    MembershipPeriod(
                        kind=OrganizationKind.HOST if n == 1 else OrganizationKind.MEMBER, joined_on=date(2020, 1, 1)
                    )
                ],
            )
            for n in range(1, ORGANIZATIONS + 1)
        )
        db.flush()
        for n, role in ((1, Role.COORDINATOR), (MEMBER, Role.CONTRIBUTOR)):
            db.add(
                Person(
                    id=n,
                    email=f"person{n}@bench.example",
                    name=f"Person {n}",
                    organization_id=n,
                    role=role,
                    created_at=now,
                )
            )
    characters = 0
    shuffled = _repeated(stories, rng)
    for first in range(1, resources + 1, 500):
        with database.writing() as db:
            rows: dict[Any, list[dict[str, Any]]] = {Resource: [], Topic: [], Revision: [], Page: []}
            for id_ in range(first, min(first + 500, resources + 1)):
                chosen = list(islice(shuffled, pages))
                characters += sum(len(title) + len(text) for title, text, _ in chosen)
                _add_rows(rows, id_, chosen, rng, now)
            for model, values in rows.items():
                if values:
                    db.execute(insert(model), values)
    return characters


def fill_vectors(database: Database, stories: Sequence[Story]) -> None:
    """Give each page the vector of one of ENCODED stories, slightly changed; encoding all of them would take an hour.

    Does nothing without search by meaning.
    """
    encoder, model = meaning.encoder_of(database.config), meaning.version_of(database.config)
    if encoder is None:
        return
    rng = np.random.default_rng(3)
    encoded = np.array(encoder.encoded([text[:CHARACTERS] for _, text, _ in stories[:ENCODED]]))
    with database.reading() as db:
        pages = db.scalars(select(Page.id)).all()
        resources = db.execute(select(Resource.id, Resource.version)).all()
    for first in range(0, len(pages), 5_000):
        rows = []
        for page in pages[first : first + 5_000]:
            changed = encoded[rng.integers(len(encoded))] + 0.02 * rng.standard_normal(encoded.shape[1])
            vector, scale = packed((changed / np.linalg.norm(changed)).astype(np.float32))
            digest = meaning_rules.digest_of([str(page)])
            rows.append(
                {"page_id": page, "model": model, "part": 0, "digest": digest, "vector": vector, "scale": scale}
            )
        with database.writing() as db:
            db.execute(insert(PageVector), rows)
    with database.writing() as db:
        done = [{"resource_id": id_, "model": model, "version": version} for id_, version in resources]
        db.execute(insert(EncodedResource), done)


def _repeated(stories: Sequence[Story], rng: random.Random) -> Any:
    while True:
        yield from rng.sample(stories, len(stories))


def _revision_row(id_: int, page_count: int, now: datetime) -> dict[str, Any]:
    return {
        "id": id_,
        "resource_id": id_,
        "number": 1,
        "source": Source.TEXT,
        "body": "",
        "note": "",
        "created_at": now,
        "state": State.OK,
        "state_detail": "",
        "reader_version": READER_VERSION,
        "page_count": page_count,
        "preview_state": PreviewState.NONE,
        "tries": 0,
    }


def _add_rows(
    rows: dict[Any, list[dict[str, Any]]], id_: int, stories: Sequence[Story], rng: random.Random, now: datetime
) -> None:
    day = TODAY - timedelta(days=rng.randrange(3_000))
    rows[Resource].append(
        {
            "id": id_,
            "title": stories[0][0].title(),
            "kind": rng.choice(list(Kind)),
            "summary": stories[0][1][:200],
            "published_on": day,
            "organization_id": rng.randrange(2, ORGANIZATIONS + 1),
            "audience": rng.choices([Audience.NETWORK, Audience.PUBLIC, Audience.ORGANIZATION], (7, 2, 1))[0],
            "created_at": now,
            "withdrawn_reason": "",
            "revision_number": 1,
            "version": 2,
        }
    )
    topics = {rng.choice(list(BIG_SIX)), *(topic for _, _, names in stories[:3] for topic in names[:1])}
    rows[Topic] += [{"resource_id": id_, "name": topic} for topic in sorted(topics)]
    rows[Revision].append(_revision_row(id_, len(stories), now))
    rows[Page] += [
        {
            "revision_id": id_,
            "number": number,
            "kind": PageKind.SLIDE if id_ % 2 else PageKind.PAGE,
            "title": title,
            "text": text,
            "notes": "",
            "hidden": False,
        }
        for number, (title, text, _) in enumerate(stories, 1)
    ]
