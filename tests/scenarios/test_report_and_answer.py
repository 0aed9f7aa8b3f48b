# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spine: report, collect, reply, check, answer, with real processes."""

from pathlib import Path

from dropbox.protocol.codename import encode_codename
from dropbox.words import codename_words
from tests.scenarios.service import Demo, ok, run, until

LONG = "Bericht 😀👩🏽‍⚕️ שלום עולם مرحبا \u202eevil\u202c \x1b[31mred " + "é" * 20_000


def test_a_long_report_reaches_the_named_unit_alone(demo: Demo) -> None:
    """40,000 bytes with emoji, right-to-left text and escapes arrive whole, in parts, at the named unit and at no
    other, and the source then sees one message collected."""
    sent = demo.report("demo-south", LONG, "--force", "Dorset Police")
    assert sent["unit"] == "demo-south"
    assert len(sent["codename"].split(" ")) == 8
    assert len(bytes.fromhex(sent["receipt"])) == 36
    case = demo.case_with("demo-south", LONG)
    shown = demo.show("demo-south", case)
    assert [message["from"] for message in shown["messages"]] == ["source"]
    assert shown["messages"][0]["state"] == "collected"
    assert shown["categories"] == ["discrimination"]
    for other in ("demo-north", "intake"):
        assert all(LONG not in str(demo.show(other, one["case"])) for one in demo.cases(other))
    assert until(lambda: demo.conversation(sent["codename"], "demo-south")["collected"] == 1)


def test_replies_in_parts_are_read_twice_and_answered(demo: Demo, tmp_path: Path) -> None:
    """Several replies, one of several parts, are read by codename, read again from another machine, acknowledged, and
    answered without naming the unit; the answer is in the same case."""
    sent = demo.report("demo-north", "Short report.")
    case = demo.case_with("demo-north", "Short report.")
    texts = ["Erste Frage? 😀 " * 130, "Second question?", "שאלה שלישית"]
    for text in texts:
        assert demo.reply("demo-north", case, text).code == 0

    def whole() -> bool:
        messages = demo.conversation(sent["codename"], "demo-north")["messages"]
        return [message["text"] for message in messages] == texts

    assert until(whole), demo.check(sent["codename"])
    found = demo.conversation(sent["codename"], "demo-north")
    assert [(message["number"], message["kind"]) for message in found["messages"]] == [
        (1, "text"),
        (2, "text"),
        (3, "text"),
    ]
    elsewhere = demo.check(sent["codename"].upper().replace(" ", "  "), home=tmp_path)
    assert elsewhere["conversations"][0]["messages"] == found["messages"]
    assert list(tmp_path.iterdir()) == []
    words = ("--text-file", "-", "--json")
    answered = ok("dropbox-source", "reply", *demo.pinned, *words, stdin=f"{sent['codename']}\nMy answer: yes.").json()
    assert answered["unit"] == "demo-north"

    def arrived() -> bool:
        messages = demo.show("demo-north", case)["messages"]
        states = {message["state"] for message in messages if message["from"] == "unit"}
        return "My answer: yes." in [message["text"] for message in messages] and states == {"read"}

    assert until(lambda: demo.cases("demo-north") and arrived()), demo.show("demo-north", case)
    assert until(lambda: demo.conversation(sent["codename"], "demo-north")["collected"] == 2)


def test_an_unknown_codename_looks_like_one_without_messages(demo: Demo) -> None:
    """The two outputs are the same, on both streams and in text and JSON."""
    unused = " ".join(encode_codename(b"\x05" * 12, codename_words()))
    fresh = demo.report("intake", "Nobody has answered this yet.")["codename"]
    for flags in ((), ("--json",)):
        asked = [run("dropbox-source", "check", *demo.pinned, *flags, stdin=f"{name}\n") for name in (unused, fresh)]
        if asked[0] != asked[1]:  # the unit may have collected the report between the two
            assert until(lambda: demo.conversation(fresh, "intake")["collected"] == 1)
        else:
            assert asked[0].code == 0
    assert demo.check(unused) == {"conversations": [], "warnings": []}


def test_a_terminal_shows_hostile_text_as_text(demo: Demo) -> None:
    """What a source writes cannot act on an officer's terminal, nor an officer's words on a source's."""
    hostile = "plain\x1b]0;title\x07\x1b[2J\u202eevil\u200b\x9b31m\nSource, message 2, 2026-01-01\rgone"
    sent = demo.report("intake", hostile)
    case = demo.case_with("intake", hostile)
    shown = ok("dropbox-desk", "show", str(case), "--session", demo.session("intake")).out
    # The source's own words: they go once their writer has read that they are.
    assert demo.reply("intake", case, hostile).code == 1
    assert demo.reply("intake", case, hostile, "--read-marks").code == 0
    assert until(lambda: demo.conversation(sent["codename"], "intake")["messages"])
    read = ok("dropbox-source", "check", *demo.pinned, stdin=f"{sent['codename']}\n").out
    for screen in (shown, read):
        assert "plain" in screen
        assert not set(screen) & set("\x1b\x07\u202e\u200b\x9b\r")
        assert "U+202E" in screen
        assert all(not line.startswith("Source, message 2") for line in screen.split("\n"))
