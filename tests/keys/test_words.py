# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit says to each source whose report it has: set by the roots, seen before it is signed, in every listing."""

import json
from pathlib import Path

import pytest

from dropbox.protocol.constants import MAX_LANGUAGES
from tests.keys.conftest import Run, done


def shown(run: Run, folder: Path) -> dict[str, object]:
    """How the list has north."""
    units = json.loads(done(run("directory", "show", "--directory", folder / "service.directory", "--json")))["units"]
    found: dict[str, object] = next(one for one in units if one["slug"] == "north")
    return found


def set_words(run: Run, folder: Path, *more: object) -> str:
    return done(run("unit", "words", "--directory", folder / "service.directory", "--slug", "north", *more))


def test_words_and_days_are_set_kept_and_taken_away(folder: Path, run: Run) -> None:
    """On one line, each by itself; whoever signs is told what becomes of them."""
    words = folder / "words.txt"
    words.write_text("We have your report.\nPlease come back.\n")
    before = shown(run, folder)
    assert (before["promised_days"], before["first_words"]) == (0, {})
    said = set_words(run, folder, "--first-words", f"en={words}", "--promised-days", "5")
    assert "its first words, none, becomes en: We have your report. Please come back." in said
    assert "says that it answers, none, becomes 5" in said
    now = shown(run, folder)
    assert (now["promised_days"], now["first_words"]) == (5, {"en": "We have your report. Please come back."})
    set_words(run, folder, "--promised-days", "0")
    assert shown(run, folder)["first_words"] == now["first_words"]
    listed = done(run("directory", "show", "--directory", folder / "service.directory"))
    assert "says first, in en: We have your report. Please come back." in listed
    set_words(run, folder, "--no-first-words")
    assert shown(run, folder)["first_words"] == {}


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("EN", b"x", "two or three small letters"),
        ("english", b"x", "two or three small letters"),
        ("en", b"", "printable text"),
        ("en", b"x" * 2_001, "printable text"),
        ("en", b"\xff", "not a UTF-8"),
        ("en", "x\u202ey".encode(), "printable text"),
    ],
)
def test_words_that_cannot_stand_there(folder: Path, run: Run, language: str, text: bytes, said: str) -> None:
    """Refused before the list is written anew."""
    words = folder / "words.txt"
    words.write_bytes(text)
    before = (folder / "service.directory").read_bytes()
    path = ("--directory", folder / "service.directory", "--slug", "north")
    ran = run("unit", "words", *path, "--first-words", f"{language}={words}")
    assert said in ran.refusal
    assert (folder / "service.directory").read_bytes() == before
    assert run("unit", "words", *path).code == 2


def test_words_in_more_languages_than_a_list_has_room_for(folder: Path, run: Run) -> None:
    """Counted before anything is written anew, and two wishes that exclude each other end as one line."""
    words = folder / "words.txt"
    words.write_text("We have it.")
    before = (folder / "service.directory").read_bytes()
    path = ("unit", "words", "--directory", folder / "service.directory", "--slug", "north")
    many = [value for at in range(MAX_LANGUAGES + 1) for value in ("--first-words", f"a{chr(97 + at)}={words}")]
    assert f"at most {MAX_LANGUAGES} languages" in run(*path, *many).refusal
    ran = run(*path, "--first-words", f"en={words}", "--no-first-words")
    assert (ran.code, "Only one of" in ran.err) == (2, True)
    assert (folder / "service.directory").read_bytes() == before


def test_whether_a_unit_takes_files_is_set_and_set_back(folder: Path, run: Run) -> None:
    """As the list says it of the unit, and of no other."""
    for take, said in (("no", False), ("yes", True)):
        done(run("unit", "files", "--directory", folder / "service.directory", "--slug", "north", "--take", take))
        assert shown(run, folder)["files"] is said
