# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each refused input says in one line what to do, and nothing secret: of each kind one by a process of its own."""

from dataclasses import replace
from pathlib import Path

from tests.scenarios.service import Demo, Ran, asked, ok, run


def refused(ran: Ran, *words: str) -> None:
    """Exit 1, nothing on standard output, one last line with these words, and no traceback."""
    lines = [line for line in ran.err.splitlines() if line and not line.startswith(("Making keys", "Warning"))]
    assert ran.code == 1, ran
    assert ran.out == ""
    assert len(lines) == 1, ran.err
    assert all(word in lines[0] for word in words), lines[0]
    assert "Traceback" not in ran.err


def test_a_wrong_codename_tells_the_place_and_never_the_word(demo: Demo) -> None:
    """An unknown word, a missing word and a swapped pair each say what is wrong."""
    codename = demo.report("intake", "For its codename only.")["codename"].split(" ")
    wrong = " ".join((*codename[:3], "zzxzz", *codename[4:]))
    found = run("dropbox-source", "check", *demo.pinned, stdin=f"{wrong}\n")
    refused(found, "Word 4")
    assert "zzxzz" not in found.err
    refused(asked("dropbox-source", "check", *demo.pinned, stdin=" ".join(codename[:7]) + "\n"), "7 words", "eight")
    swapped = " ".join((codename[1], codename[0], *codename[2:]))
    if codename[0] != codename[1]:
        refused(asked("dropbox-source", "check", *demo.pinned, stdin=f"{swapped}\n"), "codename")
    refused(asked("dropbox-source", "check", *demo.pinned, stdin=""), "eight")


def test_a_report_that_cannot_go_says_why(demo: Demo, tmp_path: Path) -> None:
    """Too long (with the numbers), not UTF-8, empty, no such file, unknown unit and force, an empty file attached."""
    send = ("dropbox-source", "report", *demo.pinned, "--category", "discrimination", "--json")
    to = (*send, "--unit", "intake", "--text-file")
    refused(run(*to, "-", stdin="x" * 240_990), "17 parts", "16")
    refused(asked(*to, "-", stdin="  \n"), "empty")
    refused(asked(*to, str(tmp_path / "none.txt")), "--text-file")
    (tmp_path / "latin.txt").write_bytes("Größe".encode("latin-1"))
    refused(asked(*to, str(tmp_path / "latin.txt")), "UTF-8")
    nobody = asked(*send, "--unit", "nobody", "--text-file", "-", stdin="x")
    assert (nobody.json()["receipt"], nobody.json()["stored"]) == (None, "no")
    refused(replace(nobody, out=""), "dropbox-source units")
    refused(asked(*to, "-", "--force", "Springfield Police", stdin="x"), "--force")
    (tmp_path / "empty.jpg").touch()
    refused(asked(*to, "-", "--attach", str(tmp_path / "empty.jpg"), stdin="x"), "empty")


def test_bad_usage_is_exit_2(demo: Demo) -> None:
    """An unknown category, option or command."""
    report = ("dropbox-source", "report", *demo.pinned, "--unit", "intake", "--text-file", "-")
    assert asked(*report, "--category", "theft", stdin="x").code == 2
    assert asked(*report, "--no-such-option").code == 2
    assert run("dropbox-source", "nothing").code == 2


def test_an_answer_without_a_unit_asks_for_it(demo: Demo) -> None:
    """When nothing is on the board for a codename, `reply` without --unit says to give it."""
    from dropbox.protocol.codename import encode_codename
    from dropbox.words import codename_words

    unused = " ".join(encode_codename(b"\x06" * 12, codename_words()))
    words = ("dropbox-source", "reply", *demo.pinned, "--text-file", "-")
    refused(asked(*words, stdin=f"{unused}\nAn answer."), "--unit")


def test_a_wrong_service_or_anchor_is_named(demo: Demo, tmp_path: Path) -> None:
    """An address where nothing listens, one that is no address, an onion without Tor, a damaged anchor and another
    service's anchor."""
    anchor = demo.pinned[3]
    units = ("dropbox-source", "units", "--anchor", anchor, "--service")
    refused(asked(*units, "ftp://example"), "address")
    refused(asked(*units, "http://exampleexample.onion"), "--tor")
    refused(asked(*units, demo.service, "--tor", "127.0.0.1:9"), "Tor")
    (tmp_path / "damaged").write_text(Path(anchor).read_text()[:-40])
    refused(asked("dropbox-source", "units", "--service", demo.service, "--anchor", str(tmp_path / "damaged")), "file")
    refused(asked("dropbox-source", "units", "--service", demo.service, "--anchor", str(tmp_path / "no")), "--anchor")


def test_the_demo_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    """It never writes into something that is there."""
    (tmp_path / "there").write_text("x")
    found = run("dropbox", "demo", "--dir", str(tmp_path))
    assert found.code == 1
    assert "not empty" in found.err


def test_a_demos_member_signs_in_with_what_is_shown(demo: Demo, tmp_path: Path) -> None:
    """`dropbox demo-member` shows what a desk takes; an unknown unit, member or folder is refused with what to do."""
    shown = ok("dropbox", "demo-member", "--dir", str(demo.folder), "intake", "second").out
    told = dict(line.split(maxsplit=1) for line in shown.splitlines())
    unit = demo.unit("intake")
    assert (told["desk"], told["name"]) == (unit["desk"], "second")
    login = ("--vault", unit["dir"], "--member", "second", "--session", str(tmp_path / "session"))
    ok("dropbox-desk", "login", *login, stdin=f"{told['passphrase']}\n{told['code']}\n")
    for named, words in (
        ((str(tmp_path), "intake"), "no demo"),
        ((str(demo.folder), "x"), "intake, demo-north, demo-south"),
        ((str(demo.folder), "intake", "x"), "no such member"),
    ):
        refused(asked("dropbox", "demo-member", "--dir", *named), words)
