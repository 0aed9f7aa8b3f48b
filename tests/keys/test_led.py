# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ceremony leads those who keep the roots from step to step, goes on wherever it stopped, and says what it did."""

import io
import os
import re
import shutil
from pathlib import Path

import pytest

from dropbox.protocol.anchors import parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.directory import parse_signed_directory, verify_directory
from dropbox.protocol.errors import BadArmour
from keys import ceremony, keyfiles
from keys.ceremony import Progress
from keys.errors import FileProblem
from keys.transcript import Kind, Plan, Transcript
from tests.keys.conftest import Run, done, passphrase, run_here
from tests.keys.person import Killed, Person, led, stopped_before
from tests.long_form import LONG


def media(folder: Path) -> Path:
    for number in range(1, 5):
        (folder / str(number)).mkdir(parents=True, exist_ok=True)
    return folder


def keys_of(folder: Path, *numbers: int) -> list[Path]:
    return [folder / str(number) / f"root-{number}.key" for number in numbers]


def begin(tmp_path: Path, *more: object) -> tuple[object, ...]:
    return ("ceremony", "first", "--folder", tmp_path / "F", *more)


def hold(tmp_path: Path) -> Path:
    """A first ceremony, from beginning to end."""
    person = Person(media(tmp_path), keys_of(tmp_path, 1, 3))
    said = done(led(person, *begin(tmp_path)))
    assert "The ceremony is over." in said
    return tmp_path / "F"


def checked(folder: Path) -> str:
    return done(run_here("ceremony", "check", "--folder", folder))


def test_a_first_ceremony(tmp_path: Path, run: Run) -> None:
    """Three roots on media of their own, an anchor that two signed, and a transcript that these two signed; the anchor
    is one that a service begins with."""
    folder = hold(tmp_path)
    said = checked(folder)
    assert said.endswith("and the files agree; 2 of 2 roots signed it\n")
    assert len(re.findall(r"^\d{4}-\d\d-\d\d  signed: anchor by root [0-9a-f]{64}$", said, re.M)) == 2
    anchor = verify_first_anchor(parse_signed_anchor(dearmour("ANCHOR", (folder / "service.anchor").read_bytes())))
    assert (anchor.version, anchor.threshold, len(anchor.roots)) == (1, 2, 3)
    for number in (1, 2, 3):
        assert (
            keys_of(tmp_path, number)[0].with_suffix(".key.pub").read_bytes()
            == (folder / f"root-{number}.key.pub").read_bytes()
        )
    steps = done(run("ceremony", "show", "--folder", folder)).splitlines()
    assert len(steps) == 6
    assert all(one.startswith("done  ") for one in steps)
    new = ("directory", "new", "--anchor", folder / "service.anchor", "--out", tmp_path / "list")
    assert "2 of 3 roots are needed" in done(run(*new))
    assert "a ceremony has begun there. Run: dropbox-keys ceremony go" in run(*begin(tmp_path)).refusal


def test_whoever_stops_goes_on(tmp_path: Path, run: Run) -> None:
    """An empty line stops, the end of standard input too; what is done stays, and is shown."""
    media(tmp_path)
    folder = tmp_path / "F"
    assert "Stopped. What is done stays." in done(run(*begin(tmp_path), stdin="\n"))
    first = f"{tmp_path / '1'}\n{passphrase(1)}\n\n"
    assert "Stopped." in done(run("ceremony", "go", "--folder", folder, stdin=first))
    assert "Standard input has ended" in run("ceremony", "go", "--folder", folder).err
    assert "This ceremony is not over. Next: make the new roots" in run("ceremony", "check", "--folder", folder).refusal
    shown = done(run("ceremony", "show", "--folder", folder)).splitlines()
    assert [one[:4] for one in shown] == ["next", *["    "] * 5]
    done(led(Person(tmp_path, keys_of(tmp_path, 1, 2)), "ceremony", "go", "--folder", folder))
    checked(folder)


def killed_at_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prepare: object, begins: object, writes: int
) -> int:
    """Before each write of a ceremony the power goes; whoever comes then ends it, and it holds. How many writes,
    which must be ``writes``; the short form leaves out two of three."""
    at, real, stride = 0, keyfiles.write_whole, 1 if LONG else 3
    # Nothing is asked of the disk: what is written is there, or is not.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    while True:
        place = tmp_path / str(at)
        signers, command = prepare(place), begins(place)  # type: ignore[operator]  # functions of the tests
        monkeypatch.setattr(keyfiles, "write_whole", stopped_before(at, real))
        try:
            led(Person(place, signers), *command)
            assert (place / "F" / "transcript.txt").read_text().count("Signed by") == 2
            return at
        except Killed:
            monkeypatch.setattr(keyfiles, "write_whole", real)
        begun = (place / "F" / "transcript.txt").exists()
        again = ("ceremony", "go", "--folder", place / "F") if begun else command
        assert led(Person(place, signers), *again).code == 0
        said = checked(place / "F")
        assert said.count("signed by root ") == len(set(re.findall(r"  signed: \w+ by root (\w+)", said))), said
        shutil.rmtree(place)
        at += stride if at + stride < writes else 1


def test_killed_before_each_write_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first ceremony: no root is made twice, nothing is signed that was not compared, and the end is the same."""

    def prepare(place: Path) -> list[Path]:
        return keys_of(media(place), 1, 2, 3)

    writes = 1 + 3 * 4 + 3 + 2 * 3 + 1 + 2
    assert killed_at_each(monkeypatch, tmp_path, prepare, begin, writes) == writes


def change(place: Path, *more: object) -> tuple[object, ...]:
    return (
        *("ceremony", "roots", "--folder", place / "F", "--anchor", place / "service.anchor"),
        *("--keep", 2, "--keep", 3, "--new", 1, *more),
    )


def test_a_change_of_roots_killed_before_each_write(
    held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root 1 is lost: old and new roots sign the second anchor, the new ones the list, and whoever pinned the first
    anchor or the second believes it."""

    def prepare(place: Path) -> list[Path]:
        shutil.copytree(held, place)
        media(place)
        return [place / "r2.key", place / "r3.key"]

    def begins(place: Path) -> tuple[object, ...]:
        return change(place, "--directory", place / "service.directory")

    writes = 3 + 4 + 3 + 2 * 3 + 2 + 1 + 2 * 3 + 1 + 2
    assert killed_at_each(monkeypatch, tmp_path, prepare, begins, writes) == writes
    place = tmp_path / str(writes)
    found = parse_signed_directory(dearmour("DIRECTORY", (place / "F" / "service.directory").read_bytes()))
    for pinned in (place / "service.anchor", place / "F" / "service.anchor"):
        anchor = parse_signed_anchor(dearmour("ANCHOR", pinned.read_bytes())).anchor
        assert verify_directory(anchor, found).anchors[-1].version == 2
    assert (place / "3" / "root-3-2.key").exists()


def test_a_threshold_is_changed(folder: Path) -> None:
    """From two of three to three of four: two of the old roots allow it, and three of the new ones are needed, for the
    list too."""
    media(folder)
    asked = ("ceremony", "roots", "--folder", folder / "F", "--anchor", folder / "service.anchor")
    more = ("--directory", folder / "service.directory", "--keep", 1, "--keep", 2, "--keep", 3, "--threshold", 3)
    ran = led(Person(folder, [folder / f"r{number}.key" for number in (1, 2, 3)]), *asked, *more)
    assert "Its own roots: 2 of 3 signatures that it needs.\nThe roots before: 2 of 2 that it needs." in ran.out
    said = checked(folder / "F")
    assert "anchor: version 2, 3 of 4 roots" in said
    assert said.count("signed: list by root") == 3
    verify = ("directory", "verify", "--directory", folder / "F" / "service.directory")
    assert "3 of 4 roots are needed" in done(run_here(*verify, "--anchor", folder / "service.anchor"))


def test_a_rehearsal_is_refused_everywhere(tmp_path: Path, run: Run) -> None:
    """Its roots, their public files and its anchor are marked; a key of it whose mark is taken off opens nothing."""
    media(tmp_path)
    signers = [tmp_path / "1" / "rehearsal-root-1.key", tmp_path / "2" / "rehearsal-root-2.key"]
    said = done(led(Person(tmp_path, signers), *begin(tmp_path, "--rehearsal")))
    assert "REHEARSAL: these roots are thrown away" in said
    assert said.endswith("Nothing of it is real: remove folder and keys.\n")
    folder = tmp_path / "F"
    assert checked(folder).startswith("REHEARSAL of a ceremony. Nothing in it is real.\n")
    for command in (
        ("anchor", "show", "--anchor", folder / "service.anchor"),
        ("directory", "new", "--anchor", folder / "service.anchor", "--out", tmp_path / "list"),
        (
            "anchor",
            "new",
            *[v for n in (1, 2, 3) for v in ("--root-public", folder / f"root-{n}.key.pub")],
            "--out",
            "x",
        ),
        ("anchor", "sign", "--anchor", folder / "service.anchor", "--root-key", signers[0]),
        ("root", "passphrase", "--root-key", signers[0]),
    ):
        assert "made in a rehearsal: nothing real takes it" in run(*command, stdin=passphrase(1)).refusal
    key = tmp_path / "renamed.key"
    key.write_bytes(armour("ROOT KEY", dearmour("REHEARSAL ROOT KEY", signers[0].read_bytes())))
    key.chmod(0o600)
    asked = ("root", "passphrase", "--root-key", key)
    assert "the passphrase does not open it" in run(*asked, stdin=f"{passphrase(1)}\n{passphrase(2)}\n").refusal
    with pytest.raises(BadArmour):
        dearmour("ANCHOR", (folder / "service.anchor").read_bytes())
    again = ("ceremony", "roots", "--folder", tmp_path / "G", "--anchor", folder / "service.anchor", "--rehearsal")
    assert "Leave --directory out" in run(*again, "--keep", 1, "--keep", 2, "--directory", folder / "x").refusal
    done(led(Person(tmp_path, signers), *again, "--keep", 1, "--keep", 2))
    assert "anchor: version 2, 2 of 3 roots" in checked(tmp_path / "G")


def test_what_is_typed_wrong_is_asked_again(tmp_path: Path) -> None:
    """A file that is not there, a passphrase of another root, a root that stands nowhere: each is said, and the
    ceremony stays where it is."""
    media(tmp_path)
    wrong = tmp_path / "4" / "root-4.key"
    done(run_here("root", "new", "--out", wrong, stdin=passphrase(4)))
    person = Person(tmp_path, [tmp_path / "none", "none", wrong, *keys_of(tmp_path, 1, 2)])
    ran = led(person, *begin(tmp_path))
    assert ran.code == 0
    assert ran.err.count("no such file. Name the key file of a root, or its signature.") == 4
    assert "This root key stands in neither anchor" in ran.err
    assert "This root signed nothing here" in ran.err
    checked(tmp_path / "F")


def test_the_words_must_be_read(tmp_path: Path, run: Run) -> None:
    """Others than the last two of the fingerprint sign nothing."""
    media(tmp_path)
    short = run(*begin(tmp_path), stdin=f"{tmp_path / '1'}\nshort\n{tmp_path / 'none'}\n\n")
    assert "at least 12 characters" in short.err
    assert f"{tmp_path / 'none'}: No such file or directory. Check the folder." in short.err
    shutil.rmtree(tmp_path / "F")
    three = "".join(f"{tmp_path / str(n)}\n{passphrase(n)}\n" for n in (1, 2, 3))
    ran = run(*begin(tmp_path), stdin=f"{three}yes yes\n")
    assert "These are not its last two words. Nothing was signed" in ran.err
    assert "next  compare" in done(run("ceremony", "show", "--folder", tmp_path / "F"))


@pytest.mark.parametrize("lost", [False, True])
def test_a_list_is_read_and_signed_together(folder: Path, run: Run, lost: bool) -> None:
    """In six lines; by a root that is there, and by one that sends its signature. What takes something away takes
    another word."""
    path = folder / "service.directory"
    verb = ("pause", "--slug", "north") if lost else ("resume", "--slug", "north")
    before = folder / "published"
    shutil.copy(path, before)
    done(run("unit", verb[0], "--directory", path, *verb[1:]))
    sent = ("cosign", "--directory", path, "--root-key", folder / "r3.key", "--out", folder / "r3.signature", "--yes")
    done(run(*sent, stdin=passphrase(3)))
    asked = ("ceremony", "list", "--folder", folder / "F", "--anchor", folder / "service.anchor", "--directory", path)
    assert "changes: no list before it was given" in run(*asked, stdin="").out
    shutil.rmtree(folder / "F")
    refused = run(*asked, "--since", before, stdin="no\n")
    assert refused.err.startswith("dropbox-keys: Nothing was signed. Go on with")
    assert f'Type "{"lost" if lost else "read"}" to go on' in refused.out
    assert "changes against version 1, kept as before.directory" in refused.out
    go = ("ceremony", "go", "--folder", folder / "F")
    ran = led(Person(folder, [folder / "r3.signature", folder / "r1.key"]), *go)
    assert (ran.code, ran.err.count("A transcript is signed with a root's key, here.")) == (0, 1)
    assert "0 of 2 signatures that it needs." in ran.out
    said = checked(folder / "F")
    assert "joined: list by root " in said
    assert said.endswith("1 of 1 roots signed it\n")
    verify = ("directory", "verify", "--directory", folder / "F" / "service.directory")
    assert "holds: who pins" in done(run(*verify, "--anchor", folder / "service.anchor"))


def test_a_signature_is_typed_too(folder: Path, run: Run) -> None:
    """Of an anchor, in the ceremony of a change of roots; and the list before is one of today's."""
    media(folder)
    go = ("ceremony", "go", "--folder", folder / "F")
    assert "Stopped." in done(led(Person(folder, [""]), *change(folder)))
    anchor = folder / "F" / "service.anchor"
    sent = run(
        "cosign",
        "--anchor",
        anchor,
        "--previous",
        folder / "service.anchor",
        "--root-key",
        folder / "r1.key",
        stdin=passphrase(1),
    )
    typed = "".join(done(sent).splitlines()[-3:])
    assert led(Person(folder, [typed, folder / "r2.key", folder / "r3.key"]), *go).code == 0
    said = checked(folder / "F")
    assert said.count("joined: anchor by root") == 1
    assert said.count("signed: anchor by root") == 2


def test_a_folder_that_was_changed(tmp_path: Path, run: Run) -> None:
    """A file that is gone, of another ceremony, damaged, a line that was added to the transcript: each is refused."""
    folder = hold(tmp_path)
    check = ("ceremony", "check", "--folder", folder)
    kept = {path: path.read_bytes() for path in folder.iterdir()}
    transcript, anchor, public = (folder / one for one in ("transcript.txt", "service.anchor", "root-1.key.pub"))

    def refused(path: Path, data: bytes | None) -> str:
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)
        line = run(*check).refusal
        path.write_bytes(kept[path])
        return line

    assert "service.anchor is missing" in refused(anchor, None)
    other = folder.parent / "other"
    media(other)
    led(Person(other, keys_of(other, 1, 2)), *begin(other))
    assert "not of this ceremony's roots" in refused(anchor, (other / "F" / "service.anchor").read_bytes())
    assert "not what the transcript says" in refused(public, kept[folder / "root-2.key.pub"])
    text = kept[transcript].decode()
    added = text.replace("  ended:", "  ended: x\n2026-01-01  ended:")
    assert "changed after it was signed" in refused(transcript, added.encode())
    stranger = re.sub(r"(  signed: anchor by root )(\w+)", rf"\g<1>{'ab' * 32}", text, count=1)
    assert "changed after it was signed" in refused(transcript, stranger.encode())
    for damaged in (
        b"",
        b"\xff",
        text.encode() + b"x\n",
        text.encode() + b"2026-01-01  more: late\n",
        text[:-1].encode(),
        b"Ceremony of a service's roots.\nPlan: all\n",
    ):
        assert "damaged, or no transcript" in refused(transcript, damaged)
    unsigned = re.sub(r"Signed by .*\n", "", text)
    assert "no ceremony has begun there" in run("ceremony", "go", "--folder", tmp_path / "none").refusal
    transcript.write_text(unsigned)
    assert done(run(*check)).endswith("0 of 2 roots signed it\n")


def test_a_transcript_that_a_stranger_signed(tmp_path: Path, run: Run) -> None:
    """A root that signed nothing else is no witness."""
    folder = hold(tmp_path)
    path = folder / "transcript.txt"
    seed = bytes(32)
    from dropbox.protocol.primitives import ed25519_public
    from keys.transcript import parse_transcript

    path.write_bytes(parse_transcript(path.read_bytes()).signed_by(seed, ed25519_public(seed)).encode())
    assert "by a root that signed nothing else here" in run("ceremony", "check", "--folder", folder).refusal


def test_what_a_ceremony_does_not_begin_with(folder: Path, run: Run) -> None:
    """Roots that are not there, a list of other roots, thresholds that let one act or allow no loss, no folder."""
    assert "The threshold must be" in run(*begin(folder, "--threshold", 3)).refusal
    there = ("--folder", folder / "F", "--anchor", folder / "service.anchor")
    for keep in (("--keep", 4), ("--keep", 1, "--keep", 1)):
        assert "--keep takes numbers from 1 to 3" in run("ceremony", "roots", *there, *keep).refusal
    (folder / "file").write_text("x")
    assert run("ceremony", "first", "--folder", folder / "file").code == 2
    assert "Check the folder" in run("ceremony", "first", "--folder", folder / "file" / "F").refusal
    other = folder / "other"
    media(other)
    led(Person(other, keys_of(other, 1, 2)), *begin(other))
    foreign = ("--folder", folder / "F", "--anchor", other / "F" / "service.anchor")
    listing = ("--directory", folder / "service.directory")
    assert (
        "not signed by this anchor's roots"
        in run("ceremony", "roots", *foreign, *listing, "--keep", 1, "--keep", 2).refusal
    )
    assert "does not stand under this anchor" in run("ceremony", "list", *foreign, *listing).refusal
    unsigned = folder / "unsigned"
    shutil.copy(folder / "service.directory", unsigned)
    done(run("directory", "issue", "--directory", unsigned))
    assert "not signed by enough roots" in run("ceremony", "list", *there, *listing, "--since", unsigned).refusal


def test_files_that_are_needed_and_missing() -> None:
    """A step that comes after them says so."""
    now = Progress(Transcript(Plan(Kind.LIST, 0, (), 2, False, True)), {}, None, None, None)
    for needed in (now.anchored, now.listed):
        with pytest.raises(FileProblem, match="is missing from the ceremony's folder"):
            needed()
    assert (now.made(), now.signatures()) == ("", [])
    assert ceremony.next_step.__doc__


def test_a_medium_without_permissions_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `root new` does."""
    from keys.commands import ceremony_acts

    monkeypatch.setattr(ceremony_acts, "medium_keeps_permissions", lambda folder: False)
    media(tmp_path)
    ran = led(io.BytesIO(f"{tmp_path / '1'}\n{passphrase(1)}\n\n".encode()), *begin(tmp_path))
    assert "keeps no permissions, as a FAT or exFAT stick does not" in ran.err
