# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's verbs on its socket: who may do what, what the answers say, and what never gets out."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request
from sqlalchemy import select

from journalist_ui.daemon.notice_log import lasting_notices
from journalist_ui.daemon.notices import LASTING_DAYS
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.people import codes
from journalist_ui.people.members import Role
from journalist_ui.socket.server import LONGEST_REQUEST, make_app
from journalist_ui.vault import audit, tables
from journalist_ui.vault.database import Vault
from journalist_ui.verbs.desk import Desk
from journalist_ui.verbs.table import VERBS, Who
from tests.desk.acts import acts
from tests.desk.room import ADMINISTRATOR, FIRST_PASSPHRASE, INVESTIGATOR, PASSPHRASE, READER, Room, entropy

CANARY = "CANARY the sergeant"
MEMBER_VERBS = [name for name, verb in VERBS.items() if verb.who is not Who.ANYBODY]
FIRST_VERBS = {name for name, verb in VERBS.items() if verb.who is Who.PROVISIONAL}
Client = TestClient[Request, Application]
Connect = Callable[[Application], Awaitable[Client]]


class Officer:
    """Somebody at the socket."""

    def __init__(self, client: Client, room: Room) -> None:
        self.client, self.room, self.token = client, room, ""

    async def ask(self, verb: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = await self.client.post(
            f"/v1/{verb}", data=json.dumps(body), headers={"Authorization": f"Bearer {self.token}"}
        )
        return answer.status, await answer.json()

    def code(self, name: str, shift: int = 0) -> str:
        step = int(self.room.clock() // 30) + shift
        return codes.code_at(base64.b32decode(self.room.secrets[name]), step)

    async def sign_in(self, name: str, shift: int = 0, passphrase: str = PASSPHRASE) -> int:
        status, found = await self.ask("login", member=name, passphrase=passphrase, code=self.code(name, shift))
        self.token = found.get("token", "")
        return status


@pytest.fixture
async def officer(room: Room, aiohttp_client: Connect) -> Officer:
    desk = Desk(room.engine, SessionBook(room.engine.vault, 900, now=room.clock))
    return Officer(await aiohttp_client(make_app(desk)), room)


@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_every_verb_of_members_needs_a_session(officer: Officer, token: str) -> None:
    """Without a token, and with one that never was, nothing is answered but how to sign in."""
    officer.token = token
    said = {verb: await officer.ask(verb, case=1, text="x", name="ada") for verb in MEMBER_VERBS}
    assert {verb: (status, body["error"]) for verb, (status, body) in said.items()} == dict.fromkeys(
        MEMBER_VERBS, (401, "not-signed-in")
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"\xff", b"{" * 10_000, b"1"])
async def test_a_body_that_is_no_object_is_refused(officer: Officer, body: bytes) -> None:
    """400, whatever the verb, before anything is looked at."""
    answers = {verb: await officer.client.post(f"/v1/{verb}", data=body) for verb in VERBS}
    assert {verb: (one.status, (await one.json())["error"]) for verb, one in answers.items()} == dict.fromkeys(
        VERBS, (400, "bad-input")
    )


async def test_unknown_verbs_and_too_much_are_refused(officer: Officer) -> None:
    """A verb of another release, and a body beyond the bound."""
    assert (await officer.ask("no-such-verb"))[1]["error"] == "bad-input"
    answer = await officer.client.post("/v1/status", data=b" " * (LONGEST_REQUEST + 1))
    assert (answer.status, (await answer.json())["say"]) == (400, "That is too much at once.")


async def test_an_administrator_adds_shares_and_removes(officer: Officer) -> None:
    """A new investigator gets what another shares; what that one cannot open is counted. Every member is told for two
    weeks, also of a removal."""
    room = officer.room
    room.report(entropy(1), CANARY)
    await officer.sign_in("ada")
    assert (await officer.ask("sync"))[1]["new"] == 1
    added = (await officer.ask("member-add", name="bob", roles=["investigator"], passphrase=FIRST_PASSPHRASE))[1]
    assert added == {"name": "bob", "roles": ["investigator"]}
    # Asked again by somebody whom the answer did not reach; and once bob has made himself known.
    again = {"name": "Bob", "roles": ["investigator"], "passphrase": FIRST_PASSPHRASE}
    assert "it was done then" in (await officer.ask("member-add", **again))[1]["say"]
    assert (await officer.ask("member-share", name="bob"))[1]["error"] == "not-allowed"
    room.own("bob")
    assert "Choose another" in (await officer.ask("member-add", **again))[1]["say"]
    shared = (await officer.ask("member-share", name="bob"))[1]
    assert (shared["cases_opened"], shared["cases_not_opened"]) == (1, 0)
    with room.vault.writing() as connection:
        connection.execute(tables.case_keys.delete().where(tables.case_keys.c.member == "ada"))
    await officer.ask("member-add", name="eve", roles=["investigator"], passphrase=FIRST_PASSPHRASE)
    room.own("eve")
    shared = (await officer.ask("member-share", name="eve"))[1]
    assert (shared["cases_opened"], shared["cases_not_opened"]) == (0, 0), "of ada's, who has none"
    told = [one["say"] for one in (await officer.ask("status"))[1]["notices"] if one["code"] == "member-added"]
    assert len(told) == 2
    assert told[1].startswith("ada made eve a member on ")
    assert "(investigator)" in told[1]
    listed = (await officer.ask("member-list"))[1]["members"]
    assert listed[0] == {"name": "ada", "roles": ["administrator", "investigator"], "provisional": False}
    assert [one["name"] for one in listed] == ["ada", "bob", "eve"]
    assert (await officer.ask("member-remove", name="eve"))[0] == 200
    codes = [one["code"] for one in (await officer.ask("status"))[1]["notices"]]
    assert codes.count("member-removed") == 1
    with room.vault.reading() as connection:
        kept = lasting_notices(connection, room.engine.day + LASTING_DAYS - 1)
        assert [one.code for one in kept] == ["member-added", "member-added", "member-removed"]
        assert lasting_notices(connection, room.engine.day + LASTING_DAYS) == []
    assert (await officer.ask("member-remove", name="eve"))[1]["error"] == "no-such-member"
    assert (await officer.ask("member-remove", name="ada"))[1]["error"] == "bad-input"


async def test_roles_bound_what_a_member_does(officer: Officer) -> None:
    """An investigator does not administer, an administrator does not read; both are told whom to ask."""
    officer.room.add("bob", INVESTIGATOR)
    officer.room.add("carl", ADMINISTRATOR)
    await officer.sign_in("bob")
    for verb in ("member-add", "member-remove"):
        status, said = await officer.ask(verb, name="x", roles=["investigator"], passphrase=PASSPHRASE)
        assert (status, said["error"]) == (403, "not-allowed")
    await officer.sign_in("carl")
    for verb in ("cases", "show", "reply", "member-share"):
        status, said = await officer.ask(verb, case=1, text="x", name="bob")
        assert (status, said["error"]) in ((403, "not-allowed"), (409, "not-yet"))


async def test_who_may_is_said_in_one_table(officer: Officer) -> None:
    """Every verb of a role is refused to whoever has only others, before a field is looked at, and to nobody else."""
    officer.room.add("bob", INVESTIGATOR)
    officer.room.add("carl", ADMINISTRATOR)
    officer.room.add("rita", READER)
    officer.room.add("sven", frozenset({Role.SUPERVISOR}))
    officer.room.add("cleo", frozenset({Role.CUSTODIAN}))
    may = {
        "bob": {Who.READER, Who.INVESTIGATOR},
        "carl": {Who.ADMINISTRATOR, Who.COUNTER},
        "rita": {Who.READER},
        "sven": {Who.READER, Who.INVESTIGATOR, Who.SUPERVISOR},
        "cleo": {Who.CUSTODIAN, Who.COUNTER},
    }
    of_roles = set(Who) - {Who.ANYBODY, Who.PROVISIONAL, Who.MEMBER}
    assert set.union(*may.values()) == of_roles
    for name, theirs in may.items():
        await officer.sign_in(name)
        for verb, line in VERBS.items():
            if line.who in of_roles:
                status, said = await officer.ask(verb, case="x")
                assert (said.get("error") == "not-allowed") == (line.who not in theirs), (name, verb, status)


async def test_a_removed_members_session_ends(officer: Officer) -> None:
    """Removal ends every session, and what was wrapped to the member is gone."""
    officer.room.add("bob", INVESTIGATOR)
    officer.room.report(entropy(1), CANARY)
    await officer.sign_in("bob")
    bob = officer.token
    await officer.sign_in("ada")
    await officer.ask("sync")
    assert (await officer.ask("member-remove", name="bob"))[0] == 200
    officer.token = bob
    assert (await officer.ask("cases"))[1]["error"] == "not-signed-in"
    with officer.room.vault.reading() as connection:
        assert set(connection.execute(select(tables.case_keys.c.member)).scalars()) == {"ada"}
        assert connection.execute(select(tables.cases.c.generation)).scalar() == 2, "what comes is not for bob's key"


async def test_a_passphrase_is_changed_by_who_knows_it(officer: Officer) -> None:
    """Right: the new one opens. Wrong: nothing changes, and the session that guessed is over."""
    other = "quite other words than before"
    await officer.sign_in("ada", -1)
    assert (await officer.ask("member-passphrase", old=other, new=other))[1]["error"] == "sign-in-refused"
    assert (await officer.ask("member-list"))[1]["error"] == "not-signed-in"
    with officer.room.vault.reading() as connection:
        assert audit.first_break(connection) == 0
    guessed = acts(officer.room.vault, officer.room.sign_in("ada").holder)[-1]
    assert guessed.act == "member passphrase refused", "a guess at an open desk leaves a trace"
    await officer.sign_in("ada", 0)
    assert (await officer.ask("member-passphrase", old=PASSPHRASE, new=other))[0] == 200
    assert await officer.sign_in("ada", 1, other) == 200


async def test_a_first_passphrase_is_for_one_thing_alone(officer: Officer) -> None:
    """Whoever signs in with it is told so and may change it, nothing else; then the code secret is theirs alone, every
    session is over, and the old words open nothing."""
    own = "quite other words than before"
    await officer.sign_in("ada")
    await officer.ask("member-add", name="bob", roles=["investigator", "administrator"], passphrase=PASSPHRASE)
    ada = officer.token
    status, found = await officer.ask("login", member="bob", passphrase=PASSPHRASE, code="")
    assert (status, found["provisional"]) == (200, True)
    officer.token = found["token"]
    for verb in set(MEMBER_VERBS) - FIRST_VERBS:
        status, said = await officer.ask(verb, case=1, text="x", name="ada")
        assert (status, said["error"]) == (403, "first-passphrase")
    assert (await officer.ask("whoami"))[1]["provisional"] is True
    assert (await officer.ask("member-passphrase", old=PASSPHRASE, new=PASSPHRASE))[1]["error"] == "bad-input"
    form = (await officer.ask("whoami"))[1]["form"]
    status, changed = await officer.ask("member-passphrase", old=PASSPHRASE, new=own)
    assert (status, len(changed["totp_secret"]), changed["in_force"]) == (200, 32, False)
    assert (await officer.ask("whoami"))[0] == 200
    officer.room.secrets["bob"] = changed["totp_secret"]
    assert (await officer.ask("member-confirm", code=officer.code("bob", -1)))[1]["in_force"] is True
    assert (await officer.ask("whoami"))[1]["error"] == "not-signed-in"
    late = await officer.ask("draft-late", form=form, case=1, text="ring this number instead")
    assert late[1]["error"] == "not-signed-in", "no page of before hands anything over"
    assert (await officer.ask("login", member="bob", passphrase=PASSPHRASE, code=""))[0] == 401
    assert await officer.sign_in("bob", -1, own) == 401, "the code that confirmed is used up"
    assert await officer.sign_in("bob", 0, own) == 200
    assert (await officer.ask("member-list"))[1]["members"][1]["provisional"] is False
    officer.token = ada
    assert (await officer.ask("member-share", name="bob"))[0] == 200
    told = [one for one in (await officer.ask("status"))[1]["notices"] if one["code"].startswith("member-")]
    assert [one["code"] for one in told] == ["member-joined"]
    assert told[0]["say"].startswith("bob, whom ada added, made a passphrase of their own on ")


async def test_an_open_session_guesses_once(officer: Officer) -> None:
    """Ten guesses at the present passphrase at once: one is tried, and the others find the session over."""
    other = "quite other words than before"
    await officer.sign_in("ada", -1)
    tries = [officer.ask("member-passphrase", old=other, new=PASSPHRASE) for _ in range(10)]
    said = [found["error"] for _, found in await asyncio.gather(*tries)]
    assert sorted(said) == ["not-signed-in"] * 9 + ["sign-in-refused"]


async def test_a_secret_is_shown_though_the_log_cannot_be_emptied(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passphrase is changed by then: an error in place of the answer would say otherwise."""

    def full(_: object) -> None:
        raise OSError

    await officer.sign_in("ada", -1)
    monkeypatch.setattr(Vault, "truncate_wal", full)
    other = "quite other words than before"
    status, found = await officer.ask("member-passphrase", old=PASSPHRASE, new=other, new_code=True)
    assert (status, len(found["totp_secret"])) == (200, 32)
    officer.room.secrets["ada"] = found["totp_secret"]
    status, found = await officer.ask("member-confirm", code=officer.code("ada"))
    assert (status, found["in_force"]) == (200, True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"case": 1, "text": " \n"}, "empty"),
        ({"case": 1, "text": "x" * (884 * 8 + 1)}, "needs 9 parts, at most 8"),
        ({"case": 1, "text": "\ud800"}, "UTF-8"),
        ({"case": 1}, "text is missing"),
        ({"case": "1", "text": "x"}, "whole number"),
        ({"case": True, "text": "x"}, "whole number"),
        ({"case": 0, "text": "x"}, "whole number"),
        ({"case": 1 << 40, "text": "x"}, "whole number"),
    ],
)
async def test_a_reply_that_cannot_be_sent_says_why(officer: Officer, body: dict[str, Any], said: str) -> None:
    """Nothing is stored of it."""
    officer.room.report(entropy(1), CANARY)
    await officer.sign_in("ada")
    await officer.ask("sync")
    status, found = await officer.ask("reply", **body)
    assert (status, said in found["say"]) == (400, True)
    with officer.room.vault.reading() as connection:
        assert connection.execute(select(tables.texts.c.id)).all() == []


async def test_a_reply_before_the_service_was_reached_is_refused(officer: Officer) -> None:
    """Without a directory nobody knows what the unit can send."""
    await officer.sign_in("ada")
    assert (await officer.ask("reply", case=1, text="x"))[1]["error"] == "not-yet"


async def test_status_says_nothing_of_cases(officer: Officer) -> None:
    """Open to whoever can open the socket: how the desk is, and no name, count or word of a case."""
    officer.room.report(entropy(1), CANARY, force="cumbria")
    await officer.sign_in("ada")
    await officer.ask("sync")
    officer.token = ""
    status, found = await officer.ask("status")
    assert (status, found["unit"], found["listed"]) == (200, "north", True)
    assert [one["code"] for one in found["notices"]] == ["no-backup"]
    assert not {"CANARY", "cumbria", "ada"} & set(json.dumps(found).replace('"', " ").split())
    epochs = (await officer.ask("epoch"))[1]["epochs"]
    assert [one["state"] for one in epochs] == ["present", "next"]
    seeds = [one.seed.hex() for one in officer.room.engine.state.keyring.epochs.values()]
    assert not any(seed in json.dumps(epochs) for seed in seeds)


async def test_a_fault_inside_tells_no_content(
    officer: Officer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error whose message holds content: an officer gets a line, the log kind and place, neither the message."""
    await officer.sign_in("ada")

    async def fail(*args: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setitem(VERBS, "cases", replace(VERBS["cases"], act=fail))
    status, found = await officer.ask("cases")
    assert (status, found["error"]) == (500, "internal")
    logged = capsys.readouterr().err
    assert "error cases KeyError" in logged
    assert CANARY not in logged + json.dumps(found)


async def test_a_service_that_is_down_is_told(officer: Officer) -> None:
    """A sync without a service fails with a line; status and cases carry the notice until it answers."""
    await officer.sign_in("ada")
    officer.room.transport.down = "GetBoard"
    assert (await officer.ask("sync"))[0] == 500
    assert "failed" in [one["code"] for one in (await officer.ask("cases"))[1]["notices"]]
    officer.room.transport.down = ""
    found = (await officer.ask("sync"))[1]
    assert [one["code"] for one in found["notices"]] == ["no-backup"]


async def test_backing_up_twice_at_once_gives_two_backups(officer: Officer, tmp_path: Path) -> None:
    """One waits for the other; with none configured it is said where to name a folder."""
    assert (await officer.ask("backup"))[1]["error"] == "bad-input"
    folder = tmp_path / "backups"
    folder.mkdir()
    engine = officer.room.engine
    engine.settings = replace(engine.settings, backup=str(folder))
    done = await asyncio.gather(officer.ask("backup"), officer.ask("backup"))
    assert [status for status, _ in done] == [200, 200]
    assert len(list(folder.iterdir())) == 2
