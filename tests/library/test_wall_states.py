"""Which walls a machine can build, and what the hub does without them."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import hub
from config import Config
from hub.core.db import Database
from hub.library.actions import Facts, File, Written, add
from hub.library.derive import page_texts
from hub.library.extract import bubblewrap, landlock, sandbox, seccomp, walls
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import Kind, State
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import SignIn, a_person, an_organization


def test_a_hub_knows_which_walls_it_can_build(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 7)
    monkeypatch.setattr(seccomp, "is_available", lambda: True)
    monkeypatch.setattr(walls, "libreoffice", lambda: None)
    assert [(wall.name, wall.stands) for wall in walls.walls(config)] == [("parsers", True)]
    monkeypatch.setattr(landlock, "version", lambda: 0)
    (wall,) = walls.missing(config)
    assert "no Landlock" in wall.sentence
    monkeypatch.setattr(landlock, "version", lambda: 7)
    monkeypatch.setattr(seccomp, "is_available", lambda: False)
    (wall,) = walls.missing(config)
    assert "no seccomp filter" in wall.sentence


def test_libreoffice_as_root_needs_bubblewrap(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "missing_in_kernel", lambda: "")
    monkeypatch.setattr(walls, "libreoffice", lambda: "/usr/bin/soffice")
    for works, user, stands in ((True, 0, True), (False, 0, False), (False, 1000, True)):
        monkeypatch.setattr(bubblewrap, "is_available", lambda works=works: works)
        monkeypatch.setattr("os.geteuid", lambda user=user: user)
        assert [wall.stands for wall in walls.walls(config)] == [True, stands]


@pytest.mark.parametrize("name", ["INSTANCE", "UPLOADS", "DATABASE_URL"])
def test_a_private_folder_among_the_programs_is_reported(
    config: Config, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(walls, "missing_in_kernel", lambda: "")
    place = Path(hub.__file__).parent / "instance"
    values: dict[str, Any] = {name: f"sqlite:///{place}/hub.sqlite3" if name == "DATABASE_URL" else place}
    changed = replace(config, **values)
    assert str(place) in walls.missing(changed)[0].sentence


def test_files_wait_where_walls_are_required_and_are_read_once_they_stand(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "config", replace(database.config, REQUIRE_WALLS="yes"))
    monkeypatch.setattr(walls, "missing", lambda _config: [walls.WallState(walls.PARSERS, stands=False, sentence="")])
    with database.writing() as db:
        organization = an_organization(db)
        file = File(originals.store(database.config, BytesIO(b"words")), "a.txt")
        shut = add(db, None, organization, Facts(Kind.BRIEFING), file).id
        typed = add(db, None, organization, Facts(Kind.BRIEFING, "Typed"), Written("words")).id
    assert page_texts.catch_up(database) == 1
    assert page_texts.catch_up(database) == 0
    with database.reading() as db:
        states = {revision.resource_id: revision for revision in db.scalars(select(Revision))}
    assert states[typed].state is State.OK
    assert (states[shut].state, states[shut].state_detail) == (State.WAITING, walls.REFUSED)
    monkeypatch.setattr(walls, "missing", lambda _config: [])
    assert page_texts.catch_up(database) == 1
    with database.reading() as db:
        revision = db.scalars(select(Revision).where(Revision.resource_id == shut)).one()
    assert (revision.state, revision.state_detail) == (State.OK, "")


def test_old_office_files_wait_for_the_wall_around_libreoffice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "config", replace(database.config, REQUIRE_WALLS="yes"))
    monkeypatch.setattr(walls, "missing", lambda _config: [walls.WallState(walls.OFFICE, stands=False, sentence="")])
    with database.writing() as db:
        organization = an_organization(db)
        for name in ("old.doc", "new.txt"):
            stored = originals.store(database.config, BytesIO(name.encode()))
            add(db, None, organization, Facts(Kind.BRIEFING), File(stored, name))
    assert page_texts.catch_up(database) == 1
    with database.reading() as db:
        states = {revision.file_name: revision.state for revision in db.scalars(select(Revision))}
    assert states == {"old.doc": State.WAITING, "new.txt": State.OK}


def test_the_coordinators_home_page_says_which_wall_is_missing(
    database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        host = an_organization(db, "Host", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "cora@host.example")
    client = sign_in("cora@host.example")
    monkeypatch.setattr(walls, "missing_in_kernel", lambda: walls.NO_LANDLOCK)
    monkeypatch.setattr(walls, "libreoffice", lambda: None)
    assert "the kernel has no Landlock" in client.get("/").text
    monkeypatch.setattr(walls, "missing_in_kernel", lambda: "")
    assert "without full protection" not in client.get("/").text


def test_files_are_read_on_processors_without_a_filter_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    monkeypatch.setattr(landlock, "only", lambda *_paths: True)
    monkeypatch.setattr(sandbox, "drop_capabilities", lambda: None)
    assert not sandbox.confine_reader(tmp_path / "document", tmp_path)
    assert not sandbox.confine_office("/usr/bin/soffice", tmp_path / "document", tmp_path)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_system_call_of_the_filters_has_a_number(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    named = {*seccomp.KERNEL, *seccomp.SIGNALS, *seccomp.PROCESSES, *seccomp.SOCKETS, *seccomp.CONTACTS}
    unknown = named - set(seccomp.NUMBERS[machine])
    assert unknown == ({"fork", "vfork"} if machine == "aarch64" else set())  # ARM has only clone
    for steps in (seccomp.reader_filter(), seccomp.office_filter(is_alone=True), seccomp.office_filter(is_alone=False)):
        assert len(steps) % 8 == 0
        assert len(steps) // 8 < 4096  # the kernel's limit
