# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker's session, asked as a page asks it, against the service in memory."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.codename import decode_codename
from dropbox.words import codename_words
from tests.client.node_session import NODE, Heard, NodeSession, node_session
from tests.client.twin_server import TwinServer, how
from tests.flows.twin import changed_unit, make_service, replace_directory

BURST = ["directory", "board", "read", "seal", "post"]
UNIT = "Unit north"


def report(session: NodeSession, codename: str, **changes: Any) -> Heard:
    """A report to north."""
    asked = {
        "codename": codename,
        "slug": "intake",
        "shown": {"name": "Unit intake", "independent": False},
        "force": "",
        "categories": ["discrimination", "personal-advantage"],
        "answers": {"when": "in May"},
        "text": "What happened.",
        "despiteClock": False,
    }
    return session.ask("report", **{**asked, **changes})


def new_codename(session: NodeSession) -> str:
    """A codename that the session made."""
    codename: str = session.ask("new-codename").done["codename"]
    return codename


def test_a_new_codename_is_one_and_its_stretch_goes_on_behind(whole_session: NodeSession) -> None:
    """The words come at once; then whole percents under the same question, each once, up to a hundred."""
    codename = new_codename(whole_session)
    assert len(decode_codename(codename, codename_words())) == 12
    heard = report(whole_session, codename)
    assert heard.done["stored"]
    told = [said["progress"] for said in whole_session.late] + heard.progress
    stretched = [one["percent"] for one in told if one["stage"] == "stretch"]
    assert stretched[-1] == 100
    assert stretched == sorted(set(stretched))
    assert all(isinstance(percent, int) for percent in stretched)


def test_a_report_reaches_the_desk_and_the_answer_comes_back(server: TwinServer, session: NodeSession) -> None:
    """Stored, collected, answered, read with nothing hidden, answered again to the one unit that has answered."""
    codename = new_codename(session)
    done = report(session, codename).done
    assert (done["stored"], done["slug"], done["name"], done["refused"]) == (True, "intake", "Unit intake", None)
    assert (done["period"], done["warnings"], done["clockSuspect"]) == (86_400, [], False)
    desk = server.service.desks["intake"]
    server.service.tick()
    sent = Report("What happened.", ("personal-advantage", "discrimination"), "", {"when": "in May"})
    assert [parse_body(body) for body in desk.bodies()] == [sent]
    (conversation,) = desk.context.ledger.conversations.values()
    desk.reply(conversation, "Thank you.\u202e")
    server.service.tick()
    found = session.ask("check", codename=codename, despiteClock=False).done
    (read,) = found["conversations"]
    assert (read["slug"], read["name"], read["collected"], read["unread"]) == ("intake", "Unit intake", 1, 0)
    (text,) = read["messages"]
    assert (text["number"], text["kind"], text["text"]) == (1, "text", "Thank you.⟦U+202E⟧")
    assert (found["stored"], found["slug"]) == (False, "")
    answered = session.ask("reply", codename=codename.upper(), slug="", text="More.", despiteClock=False).done
    assert (answered["stored"], answered["slug"]) == (True, "intake")
    server.service.tick()
    assert parse_body(desk.bodies()[-1]) == Report("More.")


def test_units_are_told_by_the_signed_name(server: TwinServer, session: NodeSession) -> None:
    """As the signed directory lists them, and whether contact details can be left with each."""
    change = {"forces": ("kent", "essex"), "contact_pk": bytes(1_216)}
    replace_directory(server.service, lambda one: changed_unit(one, "north", **change), 2)
    found = session.ask("check", codename=new_codename(session), despiteClock=False).done
    assert found["units"] == [
        {"slug": "intake", "name": "Unit intake", "kind": "intake-desk", "takesFiles": True, "contact": False},
        {"slug": "north", "name": UNIT, "kind": "force-unit", "takesFiles": True, "contact": True},
        {"slug": "south", "name": "Unit south", "kind": "force-unit", "takesFiles": True, "contact": False},
    ]


def test_one_stretch_serves_a_codename_until_it_is_forgotten(whole_session: NodeSession) -> None:
    """A report and a check need one stretch; after forget, or for another codename, another is made."""
    first, second = new_codename(whole_session), new_codename(whole_session)
    assert report(whole_session, second).stages()[-5:] == BURST
    assert whole_session.ask("check", codename=second, despiteClock=False).stages() == BURST
    assert whole_session.ask("check", codename=first, despiteClock=False).stages() == ["stretch", *BURST]
    assert whole_session.ask("forget").done == {}
    assert whole_session.ask("check", codename=first, despiteClock=False).stages() == ["stretch", *BURST]


def test_a_stretch_that_failed_is_made_again() -> None:
    """For want of memory, say; and a device that took long is known to be slow."""
    script = Path(__file__).parent / "known_codename.js"
    done = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == {"first": "no memory", "second": 32, "fast": False, "slow": True}


def test_a_second_visit_while_one_runs_is_refused(session: NodeSession) -> None:
    """Other questions are answered meanwhile."""
    codename = new_codename(session)
    first = session.post("check", codename=codename, despiteClock=False)
    assert session.ask("check", codename=codename, despiteClock=False).failed["code"] == "busy"
    assert session.ask("check-words", typed=codename).done["codename"] == codename
    finished = [said for said in session.late if "done" in said and "stored" in said["done"]]
    assert finished or session.hear(first).done


def test_what_cannot_be_sent_is_refused_before_the_stretch(server: TwinServer, session: NodeSession) -> None:
    """Nothing is asked of the service."""
    codename = new_codename(session)
    assert session.ask("forget").done == {}
    rows = {
        "too-long": report(session, codename, text="x" * 300_000),
        "bad-body": report(session, codename, categories=["something-else"]),
        "bad-text": report(session, codename, text="\ud800"),
        "wrong-word-count": report(session, " ".join(codename.split()[:7])),
        "unknown-word": report(session, "qqqqq " + codename.split(" ", 1)[1]),
        "wrong-check": report(session, " ".join(sorted(codename.split()))),
    }
    assert {code: heard.failed["code"] for code, heard in rows.items()} == {code: code for code in rows}
    assert rows["too-long"].failed["say"].startswith("The text is too long: it would need 20 parts, at most 16")
    assert rows["unknown-word"].failed["say"].startswith("Word 1 is not in the list.")
    assert rows["wrong-word-count"].failed["say"].startswith("That is 7 words; a codename has eight.")
    assert report(session, "zoom").failed["say"].startswith("That is 1 word; a codename has eight.")
    assert all(not heard.progress for heard in rows.values())
    assert server.asked == []


def test_a_refusal_in_the_visit_posts_a_decoy_and_says_why(server: TwinServer, session: NodeSession) -> None:
    """Another unit than the one shown, with the one that would receive it; a conflict; no unit of that name."""
    replace_directory(server.service, lambda one: changed_unit(one, "north", forces=("kent",), conflicts=("essex",)), 2)
    codename = new_codename(session)
    moved = report(session, codename, force="kent").done
    assert (moved["stored"], moved["refused"]["code"], moved["slug"], moved["name"]) == (
        *(False, "routing-changed", "north", UNIT),
    )
    renamed = report(session, codename, shown={"name": "Another name", "independent": False}).done
    assert (renamed["refused"]["code"], renamed["slug"]) == ("routing-changed", "intake")
    for kind, code in (("force-unit", "routing-changed"), ("friend", "routing-changed"), ("intake-desk", "")):
        told = {"name": "Unit intake", "independent": False, "kind": kind}
        ended = report(session, codename, shown=told).done
        assert ((ended["refused"] or {"code": ""})["code"], ended["kind"]) == (code, "intake-desk")
    past = {"force": "kent", "shown": {"name": "Unit intake", "independent": True}}
    assert report(session, codename, **past).done["stored"]
    unknown = session.ask("reply", codename=codename, slug="east", text="x", despiteClock=False).done
    assert (unknown["stored"], unknown["refused"]["code"], unknown["slug"]) == (False, "unknown-unit", "")
    none = session.ask("reply", codename=codename, slug="", text="x", despiteClock=False).done
    assert none["refused"]["say"].startswith("Nothing has been answered to this codename yet")
    assert server.paths().count("/v1/envelopes") == 8


def test_under_the_date_warning_nothing_is_sent_until_confirmed(server: TwinServer, session: NodeSession) -> None:
    """The warning comes with the refusal; confirmed, the visit goes on and still tells it."""
    for _ in range(5):
        server.service.tick()
    codename = new_codename(session)
    heard = report(session, codename)
    assert (heard.failed["code"], heard.failed["perhapsStored"]) == ("clock-unconfirmed", False)
    (warning,) = heard.failed["warnings"]
    assert (warning["code"], warning["slug"], warning["proof"]) == ("clock", "", False)
    assert warning["text"].startswith("This device's date seems wrong")
    assert "/v1/envelopes" not in server.paths()
    done = report(session, codename, despiteClock=True).done
    assert (done["stored"], done["clockSuspect"], done["warnings"]) == (True, True, [warning])


def test_an_altered_board_is_told_as_a_proof(server: TwinServer, session: NodeSession) -> None:
    """The unit by name, and the sentence of the command line."""
    twin = server.service.twin
    rows = bytearray(twin.rows)
    rows[len(rows) // 2] ^= 1
    twin.rows = bytes(rows)
    found = session.ask("check", codename=new_codename(session), despiteClock=False).done
    (warning,) = found["warnings"]
    assert (warning["code"], warning["slug"], warning["name"], warning["proof"]) == (
        *("replies-altered", "north", UNIT, True),
    )
    assert warning["text"].startswith(
        f"Answers of {UNIT} are being held back or changed on their way to you. This is certain ("
    )


def test_nothing_works_before_the_start() -> None:
    """And no start without a true anchor, or without the browser's cryptography."""
    with node_session(how("http://127.0.0.1:9")) as early:
        assert early.ask("new-codename").failed["code"] == "not-started"
        assert early.ask("start", anchor="no base64!").failed["code"] == "unexpected"
        assert early.ask("start", anchor=base64.b64encode(b"\1\2").decode()).failed["code"] == "truncated"
    with node_session(how("http://127.0.0.1:9"), "--import", "data:text/javascript,delete globalThis.crypto") as bare:
        assert bare.ask("start", anchor="").failed["code"] == "crypto-missing"


def test_an_anchor_that_its_roots_did_not_sign_is_not_pinned(server: TwinServer) -> None:
    """A page that was changed on its way shows here."""
    signed = bytearray(server.service.twin.directory.anchors[0].encode())
    signed[-1] ^= 1
    with node_session(how(server.url)) as session:
        assert session.ask("start", anchor=base64.b64encode(signed).decode()).failed["code"] == "under-signed"


@pytest.fixture(scope="module")
def speller() -> Iterator[NodeSession]:
    """A session whose service is not asked anything."""
    with node_session(how("http://127.0.0.1:9")) as found:
        yield found.start(make_service())


@pytest.mark.parametrize(
    ("typed", "words", "wrong", "complete"),
    [
        ("", 0, [], False),
        ("abacus", 1, [], False),
        ("abacus abdomon zzzzzzzzz", 3, [(2, "abdomen"), (3, "")], False),
        ("ABACUS   felt-tip yo-yo\nt-shirt", 4, [], False),
        ("felt tip yoyo drop down", 3, [], False),
        ("abcaus", 1, [(1, "abacus")], False),
        ("abcasu", 1, [(1, "abacus")], False),
        ("abacus " * 8, 8, [], True),
        ("abacus " * 9, 9, [], False),
    ],
)
def test_words_are_helped_while_typed(
    speller: NodeSession, typed: str, words: int, wrong: list[tuple[int, str]], complete: bool
) -> None:
    """Places and nearest words, hyphens and case forgiven as when the codename is read."""
    found = speller.ask("check-words", typed=typed).done
    assert found["words"] == words
    assert [(one["position"], one["nearest"]) for one in found["wrong"]] == wrong
    assert (found["complete"], found["codename"]) == (complete, "")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("1. abacus 2. abdomenn", [(2, "abdomenn", "abdomen")]),
        ("\u0430bacus abdomen", [(1, "bacus", "abacus")]),
        ("pre\u00adlavv", [(1, "prelavv", "prelaw")]),
        ("prelaw, prelaw. \u201cprelaw\u201d 4) prelaw", []),
        ("prelavv\n", [(1, "", "prelaw")]),
    ],
)
def test_the_hint_says_what_was_read(speller: NodeSession, typed: str, wrong: list[tuple[int, str, str]]) -> None:
    """Where signs, marks or letters of another alphabet stand between, nobody sees what is different; the word that
    stands there is never suggested."""
    found = speller.ask("check-words", typed=typed).done
    assert [(one["position"], one["read"], one["nearest"]) for one in found["wrong"]] == wrong


@pytest.mark.parametrize(
    ("typed", "words", "wrong"),
    [
        ("abacus abdo", 1, []),
        ("abacus abdo ", 2, [2]),
        ("1. abacus 2. abdomen 3. abid", 2, []),
        ("abacus abdomenn abid", 2, [2]),
        ("abacus " * 7 + "abdo", 8, [8]),
        ("abacus abdomen", 2, []),
    ],
)
def test_the_word_being_typed_is_not_wrong_yet(speller: NodeSession, typed: str, words: int, wrong: list[int]) -> None:
    """Nor is it counted, unless it is one already or the eighth."""
    found = speller.ask("check-words", typed=typed, typing=True).done
    assert (found["words"], [one["position"] for one in found["wrong"]]) == (words, wrong)


def test_a_codename_is_known_however_it_is_written(speller: NodeSession) -> None:
    """Capitals, line ends and hyphens of any kind change nothing: the worker answers the words as it made them."""
    codename = new_codename(speller)
    for between in ("\n", " - ", "\u00ad", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212"):
        typed = codename.upper().replace(" ", between)
        assert speller.ask("check-words", typed=typed).done["codename"] == codename
