# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker asks of the network, and what it makes of a service that fails or lies."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.codename import encode_codename, entropy_from_random
from dropbox.protocol.constants import MAX_BOARD, MAX_DIRECTORY
from dropbox.protocol.wire import Receipt
from dropbox.words import codename_words
from tests.client.node_session import NODE, Heard, NodeSession, node_session
from tests.client.test_session import new_codename, report
from tests.client.twin_server import FOUND_ELSEWHERE, UNANNOUNCED, Answer, TwinServer, hang_up, how, refused
from tests.flows.twin import changed_unit, replace_directory

REFUSED = "The service cannot take this now. Try again later."
BURST = ["/v1/directory", "/v1/board", "/v1/rows", "/v1/envelopes"]
UNKNOWN = " ".join(encode_codename(entropy_from_random(bytes(12)), codename_words()))
LONG = "x" * 40_000


def honest(answer: Answer) -> Answer:
    """A fault that is none."""
    return answer


def check(session: NodeSession, codename: str) -> Heard:
    """A return to read."""
    return session.ask("check", codename=codename, despiteClock=False)


def codes(heard: Heard) -> list[str]:
    """Of the warnings that a visit told."""
    return [one["code"] for one in heard.done["warnings"]]


def bodies(server: TwinServer) -> list[bytes]:
    """What the intake desk has whole."""
    server.service.tick()
    return server.service.desks["intake"].bodies()


def test_every_visit_asks_the_same_with_the_same_headers(server: TwinServer, session: NodeSession) -> None:
    """A report, a check with and without answers, an unknown codename, an answer, a refusal: same requests, same order,
    same sizes, and no header that a visit chose."""
    codename = new_codename(session)
    report(session, codename)
    bodies(server)
    desk = server.service.desks["intake"]
    (conversation,) = desk.context.ledger.conversations.values()
    desk.reply(conversation, "Thank you.")
    server.service.tick()
    assert check(session, codename).done["conversations"]
    check(session, UNKNOWN)
    assert session.ask("reply", codename=codename, slug="", text="More.", despiteClock=False).done["stored"]
    assert session.ask("reply", codename=codename, slug="east", text="More.", despiteClock=False).done["refused"]
    shapes = [one.shape() for one in server.asked]
    assert len(shapes) == 20
    assert [shapes[at : at + 4] for at in range(0, 20, 4)] == [shapes[:4]] * 5
    assert [shape[1] for shape in shapes[:4]] == BURST
    assert [(shape[0], shape[3]) for shape in shapes[:4]] == [("GET", 0)] * 3 + [("POST", 16_384)]
    names = {name for shape in shapes for name, _ in shape[2]}
    assert not names & {"cookie", "referer", "authorization", "if-none-match", "if-modified-since", "range"}
    assert dict(shapes[3][2])["content-type"] == "application/octet-stream"


def test_an_envelope_leaves_one_second_after_the_rows(server: TwinServer) -> None:
    """Whatever was found: the wait is the same for a codename that has answers and for one that has none."""
    with node_session(how(server.url, after_board=1_000)) as session:
        session.start(server.service)
        codename = new_codename(session)
        report(session, codename)
        check(session, codename)
        check(session, UNKNOWN)
    times = [one.at for one in server.asked]
    waits = [times[at + 3] - times[at + 2] for at in range(0, 12, 4)]
    # A machine that stands still for a second sends at the next whole one; test_moment.py has the exact rule.
    assert all(wait >= 1.0 for wait in waits), waits
    assert min(waits) < 1.5, waits


def test_progress_tells_the_stages_and_whole_percents(server: TwinServer, session: NodeSession) -> None:
    """The percents of the board's rows rise, each once; a message in parts tells which part."""
    heard = report(session, new_codename(session), text=LONG)
    parts = [(one["part"], one["parts"]) for one in heard.progress if one["stage"] == "post"]
    assert parts == [(1, 3), (2, 3), (3, 3)]
    told = [one for one in heard.progress if one["stage"] == "board" and one["part"] == 1]
    board = [one["percent"] for one in told if "percent" in one]
    assert len(told) == len(board) + 1
    assert board == sorted(set(board))
    size = len(server.service.twin.rows)
    assert (told[-1]["came"], told[-1]["of"]) == (size, size)
    assert (board[0], board[-1]) == (0, 100)
    assert len(bodies(server)) == 1


def test_a_part_that_got_no_answer_is_sent_again_and_counts_once(server: TwinServer, session: NodeSession) -> None:
    """The same bytes at first; the desk has the message once."""
    server.faults["/v1/envelopes"] = [honest, hang_up]
    heard = report(session, new_codename(session), text=LONG)
    assert heard.done["stored"]
    assert server.paths().count("/v1/envelopes") == 4
    assert len(bodies(server)) == 1


def test_a_new_visit_seals_a_part_afresh_under_its_message(server: TwinServer, session: NodeSession) -> None:
    """When patience with one envelope ends the whole visit is made again; the desk still has the message once."""
    server.faults["/v1/envelopes"] = [hang_up] * 2
    with node_session(how(server.url, patience=1)) as impatient:
        impatient.start(server.service)
        assert report(impatient, new_codename(impatient)).done["stored"]
    assert server.paths() == BURST * 3
    assert len(bodies(server)) == 1


def test_a_receipt_that_is_none_is_asked_for_again(server: TwinServer, session: NodeSession) -> None:
    """By another visit, as where none came; what it says then counts, for a report and for a return."""
    codename = new_codename(session)
    for visit in (lambda: report(session, codename), lambda: check(session, codename)):
        server.faults["/v1/envelopes"] = [lambda _: (200, b" " * 256)]
        server.asked.clear()
        assert codes(visit()) == []
        assert server.paths() == BURST * 2


@pytest.mark.parametrize("path", BURST)
def test_a_return_is_made_again_as_often_as_a_report(server: TwinServer, path: str) -> None:
    """Whoever breaks a visit at any request sees the same requests afterwards, whatever the visit was for."""
    seen, told = [], []
    for visit in (lambda one: report(one, new_codename(one)), lambda one: check(one, UNKNOWN)):
        server.faults[path] = [refused(413, "wrong-length")] * 99
        server.asked.clear()
        with node_session(how(server.url, patience=1)) as session:
            told.append(visit(session.start(server.service)))
        seen.append(server.paths())
    sent, read = told
    assert (sent.failed["code"], sent.failed["perhapsStored"]) == ("refused", False)
    if path == "/v1/envelopes":
        assert sent.failed["untaken"]
        assert codes(read) == ["not-acknowledged"]
    else:
        assert not sent.failed["untaken"]
        assert read.failed["code"] == "refused"
    assert seen[0] == seen[1]
    assert seen[0].count(path) == 3


@pytest.mark.parametrize(("ends", "perhaps"), [(path, path == "/v1/envelopes") for path in BURST])
def test_a_connection_that_stays_away_is_told(server: TwinServer, ends: str, perhaps: bool) -> None:
    """After three visits; whether something may be stored depends on what failed."""
    server.faults[ends] = [hang_up] * 100
    with node_session(how(server.url, patience=1)) as session:
        failed = report(session.start(server.service), new_codename(session)).failed
    assert (failed["code"], failed["perhapsStored"], failed["partsStored"]) == ("unreachable", perhaps, 0)
    assert server.paths().count(ends) == 3


def test_a_message_that_breaks_off_says_how_many_parts_are_stored(server: TwinServer, session: NodeSession) -> None:
    """Whatever stops it: a refusal of the service, or of the visit itself."""
    server.faults["/v1/envelopes"] = [honest, honest, *[refused(413, "wrong-length", "Too long.")] * 6]
    failed = report(session, new_codename(session), text=LONG).failed
    assert (failed["code"], failed["say"]) == ("refused", REFUSED)
    assert (failed["perhapsStored"], failed["partsStored"]) == (True, 2)
    server.faults["/v1/envelopes"] = []
    server.faults["/v1/directory"] = [honest, lambda answer: (200, answer[1][:-1])]
    failed = report(session, new_codename(session), text=LONG).failed
    assert (failed["code"], failed["perhapsStored"], failed["partsStored"]) == ("truncated", True, 1)


def test_a_unit_that_is_paused_between_two_parts_breaks_the_message_off(
    server: TwinServer, session: NodeSession
) -> None:
    """The first part is stored, the second visit posts a decoy: the person must know both."""

    def pause(answer: Answer) -> Answer:
        replace_directory(server.service, lambda one: changed_unit(one, "intake", paused=True), 2)
        return answer

    server.faults["/v1/envelopes"] = [pause]
    failed = report(session, new_codename(session), text=LONG).failed
    assert (failed["code"], failed["perhapsStored"], failed["partsStored"]) == ("unit-cannot-receive", True, 1)
    assert server.paths() == BURST * 2


def test_a_refusal_after_a_try_that_may_have_been_stored_is_no_plain_one(server: TwinServer) -> None:
    """The server keeps the envelope, breaks the answer, then takes nothing more: the page must not say that nothing was
    sent."""

    def pause(answer: Answer) -> Answer:
        replace_directory(server.service, lambda one: changed_unit(one, "intake", paused=True), 2)
        return hang_up(answer)

    server.faults["/v1/envelopes"] = [pause]
    with node_session(how(server.url, patience=1)) as session:
        failed = report(session.start(server.service), new_codename(session)).failed
    assert (failed["code"], failed["perhapsStored"], failed["partsStored"]) == ("routing-changed", True, 0)
    assert server.paths() == BURST * 2


def test_a_refusal_that_passes_is_waited_for(server: TwinServer) -> None:
    """The same request is sent again; every other refusal is final for it, and the visit is made again."""
    server.faults["/v1/directory"] = [refused(503, "not-ready")]
    server.faults["/v1/envelopes"] = [refused(503, "try-later"), refused(500, "fault")]
    server.faults["/v1/envelopes"] += [refused(400, "malformed", "")] * 6
    with node_session(how(server.url, patience=5_000)) as session:
        assert codes(check(session.start(server.service), UNKNOWN)) == ["not-acknowledged"]
    assert server.paths() == ["/v1/directory", *BURST[:3], *["/v1/envelopes"] * 3, *BURST * 2]


@pytest.mark.parametrize(
    ("path", "answer", "code"),
    [
        ("/v1/directory", (200, bytes(MAX_DIRECTORY + 1)), "bad-answer"),
        ("/v1/directory", (UNANNOUNCED, bytes(MAX_DIRECTORY + 1)), "bad-answer"),
        ("/v1/board", (200, bytes(MAX_BOARD + 1)), "bad-answer"),
        ("/v1/board", (UNANNOUNCED, bytes(MAX_BOARD + 1)), "bad-answer"),
        ("/v1/rows", (200, bytes(MAX_BOARD + 1)), "bad-answer"),
        ("/v1/rows", (UNANNOUNCED, bytes(MAX_BOARD + 1)), "bad-answer"),
        ("/v1/directory", (404, b"<html>"), "bad-answer"),
        ("/v1/board", (500, b"x" * 256), "bad-answer"),
        ("/v1/board", (400, b'{"answer":"refused","code":7}'.ljust(256)), "bad-answer"),
        ("/v1/directory", (200, b""), "unreachable"),
    ],
)
def test_an_answer_that_is_not_the_services_is_not_used(
    server: TwinServer, session: NodeSession, path: str, answer: tuple[int, bytes], code: str
) -> None:
    """Too long, announced or not; not of its form; a page of somebody else's."""
    server.faults[path] = [lambda _: answer] * 20
    assert check(session, UNKNOWN).failed["code"] == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, bytes(257)), "bad-answer"),
        ((200, bytes(255)), "wrong-length"),
        ((200, Receipt(bytes(32), 1).answer()), "bad-value"),
        ((200, b" " * 256), "bad-value"),
        ((500, b"<html>"), "bad-answer"),
    ],
)
def test_a_receipt_that_is_none_hides_no_answers(
    server: TwinServer, session: NodeSession, answer: tuple[int, bytes], code: str
) -> None:
    """Too long, too short, for another envelope, not of its form, somebody else's page: a return shows what the board
    holds, with a warning; a report may be stored."""
    codename = new_codename(session)
    report(session, codename)
    bodies(server)
    desk = server.service.desks["intake"]
    desk.reply(next(iter(desk.context.ledger.conversations.values())), "Thank you.")
    server.service.tick()
    server.faults["/v1/envelopes"] = [lambda _: answer] * 99
    read = check(session, codename)
    assert [one["text"] for one in read.done["conversations"][0]["messages"]] == ["Thank you."]
    assert codes(read) == ["not-acknowledged"]
    for sent in (
        report(session, new_codename(session)).failed,
        session.ask("reply", codename=codename, slug="", text="More.", despiteClock=False).failed,
    ):
        assert (sent["code"], sent["perhapsStored"], sent["untaken"], sent["partsStored"]) == (code, True, True, 0)


def test_what_was_read_is_kept_when_a_later_visit_reads_nothing(server: TwinServer) -> None:
    """The envelope gets no answer, and the visits made after it no board: the first one's answers are shown."""
    server.faults["/v1/envelopes"] = [hang_up] * 99
    server.faults["/v1/board"] = [honest, *[refused(400, "malformed")] * 9]
    with node_session(how(server.url, patience=1)) as session:
        assert codes(check(session.start(server.service), UNKNOWN)) == ["not-acknowledged"]
        server.faults["/v1/board"] = [honest, *[refused(400, "malformed")] * 9]
        failed = report(session, new_codename(session)).failed
    assert (failed["code"], failed["perhapsStored"], failed["untaken"]) == ("refused", True, True)


def test_a_refusal_after_an_envelope_that_got_no_answer_may_hide_a_stored_one(server: TwinServer) -> None:
    """The same envelope is sent again within one visit: what the second try is told says nothing of the first."""
    server.faults["/v1/envelopes"] = [hang_up, *[refused(400, "malformed")] * 9]
    with node_session(how(server.url, patience=2_000)) as session:
        failed = report(session.start(server.service), new_codename(session)).failed
    assert (failed["code"], failed["perhapsStored"]) == ("refused", True)


def test_a_return_shows_answers_when_no_unit_receives(server: TwinServer, session: NodeSession) -> None:
    """There is nothing to seal to, so nothing is posted; a report is refused, also without an envelope."""
    codename = new_codename(session)
    report(session, codename)
    bodies(server)
    server.service.tick()
    for slug in ("intake", "north", "south"):
        replace_directory(server.service, lambda one, slug=slug: changed_unit(one, slug, paused=True), 2)
    server.asked.clear()
    read = check(session, codename)
    assert [one["collected"] for one in read.done["conversations"]] == [1]
    assert codes(read) == ["not-acknowledged"]
    assert report(session, codename).done["refused"]["code"] == "no-unit-receives"
    assert "/v1/envelopes" not in server.paths()


def test_a_redirection_is_not_followed(server: TwinServer, session: NodeSession) -> None:
    """It would take the envelope elsewhere."""
    server.faults["/v1/directory"] = [lambda _: (FOUND_ELSEWHERE, b"x")] * 99
    assert check(session, UNKNOWN).failed["code"] == "unreachable"
    assert set(server.paths()) == {"/v1/directory"}


def test_what_a_server_says_is_told_to_nobody(server: TwinServer, session: NodeSession) -> None:
    """A sentence of its own would be read as one of the page's."""
    server.faults["/v1/directory"] = [refused(400, "unknown-path", "Send it by e-mail.")] * 6
    assert check(session, UNKNOWN).failed["say"] == REFUSED


SILENT = """
import { HttpTransport } from "%s";
const waits = [];
globalThis.performance.now = () => 0;
globalThis.setTimeout = (act, milliseconds) => {
  waits.push(milliseconds);
  if (milliseconds > 100_000) queueMicrotask(act);
  return 0;
};
globalThis.fetch = (path, { signal }) => new Promise((resolve, reject) => {
  signal.addEventListener("abort", () => reject(signal.reason));
});
const transport = new HttpTransport(() => undefined, { patience: 0 });
const failed = await transport.answer({ ask: "directory" }).catch((error) => error.code);
console.log(JSON.stringify([failed, waits]));
"""


def test_a_service_that_says_nothing_is_given_up() -> None:
    """After two minutes without a byte."""
    module = Path(__file__).parents[2] / "client" / "transport" / "http.js"
    script = SILENT % module.as_uri()
    done = subprocess.run([NODE, "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["unreachable", [120_000]]


ANNOUNCED = """
import { HttpTransport } from "%s";
let pulled = 0;
const body = new ReadableStream({ pull: () => { pulled += 1; } }, { highWaterMark: 0 });
globalThis.fetch = async () => new Response(body, {
  headers: { "content-length": "25165825", "dropbox-board": "0".repeat(64) },
});
const failed = await new HttpTransport(() => undefined).answer({ ask: "board" }).catch((error) => error.code);
console.log(JSON.stringify([failed, pulled]));
"""


def test_a_body_that_is_announced_too_long_is_not_read() -> None:
    """Not one byte of it."""
    module = Path(__file__).parents[2] / "client" / "transport" / "http.js"
    script = ANNOUNCED % module.as_uri()
    done = subprocess.run([NODE, "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["bad-answer", 0]


def test_patience_grows_between_tries(server: TwinServer) -> None:
    """Half a second, then twice as long each time, until it ends."""
    server.faults["/v1/directory"] = [*[hang_up] * 4, *[refused(400, "malformed")] * 6]
    with node_session(how(server.url, patience=6_000)) as session:
        assert check(session.start(server.service), UNKNOWN).failed["code"] == "refused"
    gaps: list[Any] = [later.at - earlier.at for earlier, later in pairwise(server.asked[:4])]
    assert [gap >= least for gap, least in zip(gaps, (0.5, 1.0, 2.0), strict=True)] == [True] * 3, gaps
    assert sum(gaps) < 30
