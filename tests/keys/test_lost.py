# SPDX-License-Identifier: AGPL-3.0-or-later
"""A root signs what takes a way to be heard away after a typed word alone, and sees the same six lines everywhere."""

from pathlib import Path

import pytest

from tests.keys.conftest import Run, done, passphrase

HEADS = ["version:", "holds:", "units:", "changes", "signatures:", "lost:"]


def six(said: str) -> list[str]:
    """Each of the six with what stands under it."""
    found: list[str] = []
    for line in said.splitlines():
        if any(line.startswith(head) for head in HEADS):
            found.append(line)
        elif found and line.startswith("  "):
            found[-1] += f"\n{line}"
    return found


def sign(folder: Path) -> tuple[object, ...]:
    return ("directory", "sign", "--directory", folder / "service.directory", "--root-key", folder / "r1.key")


@pytest.mark.parametrize("word", ["", "yes\n", "\n", "x" * 200 + "\n"])
def test_what_is_lost_takes_a_word(folder: Path, run: Run, word: str) -> None:
    """Without it nothing is signed, whatever stands in its place; with it the root signs."""
    path = folder / "service.directory"
    done(run("unit", "pause", "--directory", path, "--slug", "north"))
    before = path.read_bytes()
    ran = run(*sign(folder), stdin=word + passphrase(1))
    assert "Nothing was signed" in ran.refusal
    assert "  LOOK: no unit that receives reports serves Cumbria Constabulary (cumbria) any more\n" in ran.out
    assert path.read_bytes() == before
    said = done(run(*sign(folder), stdin=f"Sign\n{passphrase(1)}\n"))
    assert 'Type "sign" to go on: ' in said
    assert said.endswith("\nsigned by root 1; 2 of 3 roots are needed\n")


def test_what_loses_nothing_takes_none(folder: Path, run: Run) -> None:
    """And a script says beforehand that it has read what is lost."""
    path = folder / "service.directory"
    done(run("directory", "issue", "--directory", path))
    assert "lost: nothing\n" in done(run(*sign(folder), stdin=passphrase(1)))
    done(run("unit", "revoke", "--directory", path, "--slug", "intake"))
    assert "LOOK: revoked: intake" in done(run(*sign(folder), "--yes", stdin=passphrase(1)))


def test_show_sign_and_verify_say_the_same(folder: Path, run: Run) -> None:
    """Six lines each, but for who has signed by then; against the list that was given, or the newest kept."""
    path = folder / "service.directory"
    for verb in ("pause", "resume"):
        done(run("unit", verb, "--directory", path, "--slug", "intake"))
        signed = [done(run(*sign(folder)[:-1], folder / f"r{n}.key", "--yes", stdin=passphrase(n))) for n in (1, 2)]
    shown = six(done(run("directory", "show", "--directory", path)))
    verified = six(done(run("directory", "verify", "--directory", path, "--anchor", folder / "service.anchor")))
    assert shown == verified
    assert [line.split()[0].rstrip(":") for line in shown] == [head.rstrip(":") for head in HEADS]
    assert [one for one in six(signed[1]) if not one.startswith("signatures")] == [
        one for one in shown if not one.startswith("signatures")
    ]
    assert "changes against version 2, kept as service.directory.2:\n  intake: Unit intake receives again" in shown[3]
    first = ("--since", folder / "service.directory.1")
    assert "against version 1, as you gave it: nothing" in done(run("directory", "show", "--directory", path, *first))
    (folder / "service.directory.x").write_text("no version")
    done(run("unit", "pause", "--directory", path, "--slug", "north"))
    done(run(*sign(folder), "--yes", stdin=passphrase(1)))
    done(run("unit", "resume", "--directory", path, "--slug", "north"))
    done(run(*sign(folder), stdin=passphrase(1)))
    under_signed = done(run("directory", "show", "--directory", path))
    assert (folder / "service.directory.4").exists()
    assert "changes against version 3, kept as service.directory.3: nothing but" in under_signed
    path.write_bytes((folder / "service.directory.3").read_bytes())
    assert six(done(run("directory", "show", "--directory", path))) == shown
