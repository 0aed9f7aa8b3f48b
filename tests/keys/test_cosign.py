# SPDX-License-Identifier: AGPL-3.0-or-later
"""A root that is elsewhere signs: its signature travels alone, as letters, a file or a square code."""

from pathlib import Path

import pytest

from dropbox.protocol.primitives import ed25519_public, ed25519_sign
from keys.cosign import LETTERS, Cosignature, read_cosignature
from keys.errors import StepRefused
from keys.keyfiles import open_root
from tests.keys.conftest import Run, done, passphrase


def issue(folder: Path, run: Run) -> Path:
    path = folder / "service.directory"
    done(run("directory", "issue", "--directory", path))
    return path


def test_a_list_signed_at_two_places(folder: Path, run: Run) -> None:
    """Its copy at the first stays as it is; joined at the second, typed or from a file, it holds."""
    path = issue(folder, run)
    before = path.read_bytes()
    sent = ("cosign", "--directory", path, "--root-key")
    said = done(run(*sent, folder / "r1.key", "--out", folder / "r1.signature", stdin=passphrase(1)))
    assert path.read_bytes() == before
    assert said.splitlines()[0] == "version: 2"
    assert sum("\u2588" in line for line in said.splitlines()) > 15
    assert said.endswith((folder / "r1.signature").read_text())
    join = ("join", "--directory", path)
    assert "signed by root 1; 2 of 3" in done(run(*join, "--signature", folder / "r1.signature"))
    typed = "".join(done(run(*sent, folder / "r2.key", stdin=passphrase(2))).splitlines()[-3:]).lower()
    assert done(run(*join, stdin=f"  {typed}\n")).endswith("signed by roots 1 and 2; 2 of 3 roots are needed\n")
    verify = ("directory", "verify", "--directory", path, "--anchor", folder / "service.anchor")
    assert "version 2 holds" in done(run(*verify))


def test_a_root_that_cosigns_remembers_it(folder: Path, run: Run) -> None:
    """It signs no other list of that version afterwards; what takes something away takes the word here too."""
    path = issue(folder, run)
    done(run("cosign", "--directory", path, "--root-key", folder / "r1.key", stdin=passphrase(1)))
    done(run("unit", "pause", "--directory", path, "--slug", "north"))
    cosign = ("cosign", "--directory", path, "--root-key", folder / "r1.key")
    assert "Nothing was signed" in run(*cosign, stdin=f"no\n{passphrase(1)}").refusal
    assert "already signed directory version 2" in run(*cosign, "--yes", stdin=passphrase(1)).refusal


def test_an_anchor_signed_at_two_places(folder: Path, run: Run) -> None:
    """The first of a service, and one that follows, in whose lists a root stands twice."""
    publics = [value for number in (1, 2, 3) for value in ("--root-public", folder / f"r{number}.key.pub")]
    first = folder / "other.anchor"
    done(run("anchor", "new", *publics, "--out", first))
    publics = [value for number in (2, 3, 4) for value in ("--root-public", folder / f"r{number}.key.pub")]
    second, before = folder / "second.anchor", ("--previous", folder / "service.anchor")
    done(run("anchor", "next", "--anchor", folder / "service.anchor", *publics, "--out", second))
    for path, more in ((second, before), (first, ())):
        if path == first:
            # A root signs one anchor of a version: this one is of another service.
            (folder / "r2.key.signed").unlink()
        made = done(run("cosign", "--anchor", path, *more, "--root-key", folder / "r2.key", stdin=passphrase(2)))
        joined = run("join", "--anchor", path, *more, stdin="".join(made.splitlines()[-3:]))
        assert "2 of 3 roots are needed" in done(joined)
    shown = done(run("anchor", "show", "--anchor", second))
    assert "signed by root 1; 2 of 3" in shown
    assert "signed by root 2 of the anchor before it" in shown


def test_what_is_no_signature_here(folder: Path, run: Run) -> None:
    """Letters that are wrong, on another list, of another root, one that does not hold."""
    path = issue(folder, run)
    made = done(run("cosign", "--directory", path, "--root-key", folder / "r1.key", stdin=passphrase(1)))
    code = "".join("".join(made.splitlines()[-3:]).split())
    assert len(code) == LETTERS
    join = ("join", "--directory", path)
    for wrong in ("", "A" * LETTERS, code[:-1], "é" + code[1:], ("B" if code[0] != "B" else "C") + code[1:]):
        assert "no root's signature, or a letter of it is wrong" in run(*join, stdin=f"{wrong}\n").err
    given = read_cosignature(code)
    key = open_root(folder / "r2.key", passphrase(2).encode())
    bad = Cosignature(key.public[:8], given.of, given.signature)
    assert "This signature does not hold" in run(*join, stdin=bad.code()).err
    seed = bytes(32)
    strange = Cosignature(ed25519_public(seed)[:8], given.of, ed25519_sign(seed, b"x"))
    assert "of a root that does not stand here" in run(*join, stdin=strange.code()).err
    done(run(*join, stdin=code))
    done(run("directory", "issue", "--directory", path))
    assert "on something else than this list" in run(*join, stdin=code).err
    with pytest.raises(StepRefused):
        read_cosignature("x")


@pytest.mark.parametrize("verb", ["cosign", "join"])
def test_one_thing_is_signed(folder: Path, run: Run, verb: str) -> None:
    """A list or an anchor."""
    key = ("--root-key", folder / "r1.key") if verb == "cosign" else ()
    assert run(verb, *key).code == 2
    assert run(verb, "--anchor", "a", "--directory", "b", *key).code == 2


def test_a_root_under_another_passphrase(folder: Path, run: Run) -> None:
    """The old one opens it no more, the key is the same; a wrong old one and a short new one change nothing."""
    path = folder / "r1.key"
    before, public = path.read_bytes(), open_root(path, passphrase(1).encode()).public
    change = ("root", "passphrase", "--root-key", path)
    assert "does not open it" in run(*change, stdin=f"{passphrase(2)}\nanother passphrase\n").refusal
    assert "at least 12 characters" in run(*change, stdin=f"{passphrase(1)}\nshort\n").refusal
    assert path.read_bytes() == before
    assert "destroy the copies" in done(run(*change, stdin=f"{passphrase(1)}\nanother passphrase\n"))
    assert open_root(path, b"another passphrase").public == public
    assert "does not open it" in run(*change, stdin=f"{passphrase(1)}\nanother passphrase\n").refusal
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_fingerprint_as_words(folder: Path, run: Run) -> None:
    """Twenty words, which say all of it."""
    from dropbox.words import codename_words

    said = done(run("fingerprint", folder / "service.anchor", "--words"))
    digest = bytes.fromhex(said.splitlines()[0].partition(": ")[2].replace(" ", ""))
    words = [one for line in said.splitlines()[1:] for one in line.split() if not one.endswith(".")]
    assert len(words) == 20
    number = 0
    for word in words:
        number = number * 7_776 + codename_words().places[word]
    assert number.to_bytes(32, "big") == digest
    assert len(done(run("fingerprint", folder / "service.anchor")).splitlines()) == 1
