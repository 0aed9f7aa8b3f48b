# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every step that must not be taken: exit 1, one line that says what to do, nothing changed on disk."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.directory import parse_signed_directory
from dropbox.protocol.policy import PRODUCTION
from tests.keys.conftest import PERIOD, Run, done, passphrase, write_enrolment


def state(folder: Path) -> dict[str, str]:
    """Every file with its hash and mode."""
    return {
        str(path.relative_to(folder)): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mode:o}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(run: Run, folder: Path, *args: object, stdin: str | bytes = "") -> str:
    """The refusal; nothing on disk may have changed."""
    before = state(folder)
    line = run(*args, stdin=stdin).refusal
    assert state(folder) == before
    return line


def publics(folder: Path, *numbers: int) -> list[object]:
    return [value for number in numbers for value in ("--root-public", folder / f"r{number}.key.pub")]


@pytest.mark.parametrize(
    ("numbers", "threshold", "says"),
    [
        ((1, 2, 2), 2, "named twice"),
        ((1, 2, 3), 1, "at least 2 and below the number"),
        ((1, 2, 3), 3, "at least 2 and below the number"),
        ((1, 2), 2, "at least 2 and below the number"),
        ((1, 2, 3), -1, "at least 2 and below the number"),
    ],
)
def test_a_threshold_that_one_root_meets_or_that_no_root_may_miss(
    folder: Path, run: Run, numbers: tuple[int, ...], threshold: int, says: str
) -> None:
    """None can act alone, and one may be lost."""
    out = ("--threshold", threshold, "--out", folder / "x")
    assert says in refused(run, folder, "anchor", "new", *publics(folder, *numbers), *out)
    before = ("--anchor", folder / "service.anchor")
    assert says in refused(run, folder, "anchor", "next", *before, *publics(folder, *numbers), *out)


def test_more_roots_than_an_anchor_holds(folder: Path, run: Run) -> None:
    """Seventeen are one too many."""
    for number in range(17):
        (folder / f"m{number}").write_bytes(armour("ROOT PUBLIC", bytes([number]) * 32))
    many = [value for number in range(17) for value in ("--root-public", folder / f"m{number}")]
    assert "At most 16 roots" in refused(run, folder, "anchor", "new", *many, "--out", folder / "x")


def test_a_root_s_public_file_of_another_length(folder: Path, run: Run) -> None:
    """31 bytes are no key."""
    (folder / "short").write_bytes(armour("ROOT PUBLIC", bytes(31)))
    args = (*publics(folder, 1, 2), "--root-public", folder / "short", "--out", folder / "x")
    assert "Take it again from its root" in refused(run, folder, "anchor", "new", *args)


def test_signing_an_anchor_out_of_turn(folder: Path, run: Run) -> None:
    """The one before it must be given, it must be the one before, and the key must stand in one of them."""
    second, first = folder / "service-2.anchor", folder / "service.anchor"
    done(run("anchor", "next", "--anchor", first, *publics(folder, 2, 3, 4), "--out", second))
    key, other = ("--root-key", folder / "r2.key"), ("--root-key", folder / "r4.key")
    sign = ("anchor", "sign", "--anchor")
    assert "give the one before it with --previous" in refused(run, folder, *sign, second, *key, stdin=passphrase(2))
    wrong = (second, "--previous", second, *key)
    assert "is not the one before this" in refused(run, folder, *sign, *wrong, stdin=passphrase(2))
    needless = (first, "--previous", second, *key)
    assert "is not the one before this" in refused(run, folder, *sign, *needless, stdin=passphrase(2))
    assert "stands in neither anchor" in refused(run, folder, *sign, first, *other, stdin=passphrase(4))


def test_an_anchor_of_another_service(folder: Path, run: Run) -> None:
    """Versions that fit are not enough."""
    stranger, second = folder / "stranger.anchor", folder / "second.anchor"
    done(run("anchor", "new", *publics(folder, 1, 2, 3), "--out", stranger))
    done(run("anchor", "next", "--anchor", stranger, *publics(folder, 2, 3, 4), "--out", second))
    sign = (
        "anchor",
        "sign",
        "--anchor",
        second,
        "--previous",
        folder / "service.anchor",
        "--root-key",
        folder / "r2.key",
    )
    assert "is not the one before this" in refused(run, folder, *sign, stdin=passphrase(2))
    add = ("directory", "anchor", "--directory", folder / "service.directory", "--anchor")
    assert "not signed by enough" in refused(run, folder, *add, second)
    assert "does not follow" in refused(run, folder, *add, stranger)


def test_beginning_a_directory_too_early(folder: Path, run: Run) -> None:
    """Only under a first anchor that its roots have signed."""
    bare, second = folder / "bare.anchor", folder / "second.anchor"
    done(run("anchor", "new", *publics(folder, 1, 2, 3), "--out", bare))
    new = ("directory", "new", "--out", folder / "x", "--period", PERIOD, "--anchor")
    assert "not signed by enough of its roots yet" in refused(run, folder, *new, bare)
    done(run("anchor", "next", "--anchor", folder / "service.anchor", *publics(folder, 2, 3, 4), "--out", second))
    for number in (2, 3):
        key = ("--root-key", folder / f"r{number}.key", "--previous", folder / "service.anchor")
        done(run("anchor", "sign", "--anchor", second, *key, stdin=passphrase(number)))
    assert "starts from the first anchor" in refused(run, folder, *new, second)


def test_the_roots_do_not_sign_a_damaged_directory(folder: Path, run: Run) -> None:
    """A body that is not the head's, or that is none."""
    path = folder / "service.directory"
    found = parse_signed_directory(dearmour("DIRECTORY", path.read_bytes()))
    sign = ("directory", "sign", "--directory", path, "--root-key", folder / "r1.key")
    data = bytearray(found.encode())
    data[-1] ^= 1
    path.write_bytes(armour("DIRECTORY", bytes(data)))
    assert "not the one its head names" in refused(run, folder, *sign, stdin=passphrase(1))
    path.write_bytes(armour("DIRECTORY", _junk_body(found)))
    assert "cannot be read (truncated: directory)" in refused(run, folder, *sign, stdin=passphrase(1))


def _junk_body(found: Any) -> bytes:
    from dataclasses import replace

    from dropbox.protocol.anchors import SignedHead

    head = replace(found.head.head, directory_hash=hashlib.sha256(b"\2\3").digest())
    return bytes(replace(found, head=SignedHead(head, ()), body=b"\2\3").encode())


ADD = ("--period", PERIOD)
UNIT_FAULTS: dict[str, tuple[tuple[object, ...], str]] = {
    "slug taken": (("--slug", "north"), "in the directory already"),
    "slug form": (("--slug", "South!"), "Check slugs, names and dates"),
    "slug long": (("--slug", "s" * 300), "Check slugs, names and dates"),
    "slug not utf-8": (("--slug", "s\udcff"), "Check slugs, names and dates"),
    "force in another form": (
        ("--slug", "south", "--force", "Gwent"),
        "Did you mean gwent (Gwent Police)? `dropbox-keys",
    ),
    "force misspelt": (("--slug", "south", "--force", "durahm"), "Did you mean durham (Durham Constabulary)?"),
    "force by its name": (("--slug", "south", "--force", "The Met"), "Did you mean metropolitan "),
    "force of nowhere": (
        ("--slug", "south", "--force", "qqq"),
        "No force has the slug qqq. `dropbox-keys forces` lists",
    ),
    "conflict misspelt": (("--slug", "south", "--conflict", "gwnet"), "Did you mean gwent (Gwent Police)?"),
    "force served": (("--slug", "south", "--force", "cumbria"), "cumbria is served by north and by south"),
    "too many forces": (
        ("--slug", "south", "--kind", "oversight", *(value for _ in range(300) for value in ("--force", "gwent"))),
        "Check slugs, names and dates",
    ),
    "ends before": (("--slug", "south", "--not-after", PERIOD - 1), "Check slugs, names and dates"),
    "board too large": (
        ("--slug", "south", "--quota", 8_192),
        "All units together have 8256 rows, at most 7500. Lower a quota",
    ),
    "too many marks": (
        ("--slug", "south", "--quota", 8, "--marks", 131_072),
        "All units together have 131200 marks, at most 131072. Lower a quota",
    ),
}


@pytest.mark.parametrize("fault", UNIT_FAULTS)
def test_a_unit_that_cannot_be_added(folder: Path, run: Run, fault: str) -> None:
    """The directory stays as it was."""
    args, says = UNIT_FAULTS[fault]
    at = ("--directory", folder / "service.directory", "--enrolment", write_enrolment(folder, "south"), *ADD)
    assert says in refused(run, folder, "unit", "add", *at, *args)


def test_the_largest_board_that_fits(folder: Path, run: Run) -> None:
    """6,496 of 6,500; and an oversight unit may serve a force that another serves."""
    at = ("--directory", folder / "service.directory", "--enrolment", write_enrolment(folder, "south"), *ADD)
    more = ("--slug", "south", "--quota", 4_096, "--kind", "oversight", "--force", "cumbria")
    done(run("unit", "add", *at, *more))


def test_enrolments_that_are_not_taken(folder: Path, run: Run) -> None:
    """Of another service, twice the same desk, without its own signature, of another desk, with no later key."""
    at = ("--directory", folder / "service.directory", *ADD)
    foreign = write_enrolment(folder, "foreign", service_id=bytes(16))
    assert "enrol again" in refused(run, folder, "unit", "add", *at, "--slug", "x", "--enrolment", foreign)
    again = write_enrolment(folder, "north")
    assert "Use `unit rotate`" in refused(run, folder, "unit", "add", *at, "--slug", "x", "--enrolment", again)
    forged = write_enrolment(folder, "forged", signing_public=bytes(32))
    assert "(bad-signature" in refused(run, folder, "unit", "add", *at, "--slug", "x", "--enrolment", forged)
    south = write_enrolment(folder, "south")
    rotate = ("unit", "rotate", *at, "--slug", "north", "--enrolment")
    assert "of another desk than north" in refused(run, folder, *rotate, south)
    # The file that the desk wrote first, in place of the one with its new key: now and behind another key.
    assert "an old one" in refused(run, folder, *rotate, again)
    rotated = write_enrolment(folder, "rotated", unit="north")
    done(run(*rotate, rotated))
    for old in (again, rotated):
        assert "an old one" in refused(run, folder, *rotate, old)
    later = write_enrolment(folder, "later", unit="north")
    assert "Check slugs" in refused(run, folder, *rotate, later, "--first-period", PERIOD)
    last = ("--period", 2**32 - 1)
    assert "too long" in refused(run, folder, *rotate, later, *last)


def test_ending_a_unit_out_of_turn(folder: Path, run: Run) -> None:
    """Paused first; a hash of 64 digits; a unit that exists; none that was revoked comes back."""
    at = ("--directory", folder / "service.directory", *ADD)
    north, nobody = (*at, "--slug", "north"), (*at, "--slug", "nobody")
    last = ("--last-period", PERIOD, "--last-hash")
    assert "Pause it, wait" in refused(run, folder, "unit", "retire", *north, *last, "00" * 32)
    for digest in ("00" * 31, "zz" * 32, ""):
        assert "64 hex digits" in refused(run, folder, "unit", "retire", *north, *last, digest)
    for verb in ("pause", "resume", "revoke"):
        assert "No unit nobody in this directory" in refused(run, folder, "unit", verb, *nobody)
        assert "Did you mean north? `dropbox-keys" in refused(run, folder, "unit", verb, *at, "--slug", "nroth")
    done(run("unit", "revoke", *north))
    again = ("--enrolment", folder / "north.enrolment")
    assert "This desk was revoked, and a revoked desk never comes back" in refused(
        run, folder, "unit", "add", *north, *again
    )


_VALUES = vars(PRODUCTION)
INCOMPLETE: dict[str, dict[str, object]] = {
    "a name missing": {name: value for name, value in _VALUES.items() if name != "epoch"},
    "a name too many": {**_VALUES, "more": 1},
    "a text": {**_VALUES, "epoch": "7"},
    "a half": {**_VALUES, "epoch": 7.5},
    "a yes": {**_VALUES, "epoch": True},
}
NONE: dict[str, bytes] = {
    "no json": b"{",
    "a list of the names": json.dumps(list(_VALUES)).encode(),
    "negative": json.dumps({**_VALUES, "epoch": -7}).encode(),
    "too large": json.dumps({**_VALUES, "epoch": 2**40}).encode(),
    "a bound": json.dumps({**_VALUES, "stay": 0}).encode(),
    "a number": b"7",
    "deep": b"[" * 5_000,
    "not utf-8": b"\xff\xfe",
}


def _policy(run: Run, folder: Path, data: bytes) -> str:
    path = folder / "policy.json"
    path.write_bytes(data)
    new = ("directory", "new", "--anchor", folder / "service.anchor", "--policy", path, "--out", folder / "x")
    return refused(run, folder, *new)


@pytest.mark.parametrize("fault", INCOMPLETE)
def test_a_policy_that_is_not_complete(folder: Path, run: Run, fault: str) -> None:
    """The names that it must hold are listed."""
    line = _policy(run, folder, json.dumps(INCOMPLETE[fault]).encode())
    assert f"must hold exactly these whole numbers: {', '.join(_VALUES)}." in line


@pytest.mark.parametrize("fault", NONE)
def test_a_policy_that_is_none(folder: Path, run: Run, fault: str) -> None:
    """The command that prints one to start from is named."""
    assert "policy.json: not a policy. `dropbox-keys directory policy` prints one" in _policy(run, folder, NONE[fault])


def test_a_missing_policy_file(folder: Path, run: Run) -> None:
    """Said as such, not as a policy that is none."""
    new = (
        "directory",
        "new",
        "--anchor",
        folder / "service.anchor",
        "--policy",
        folder / "none",
        "--out",
        folder / "x",
    )
    assert "No such file" in refused(run, folder, *new)


def test_the_first_and_the_last_period_there_are(folder: Path, run: Run) -> None:
    """0 and 2^32 - 1 are periods like all others; a key must be later than the one before it."""
    at = ("--directory", folder / "service.directory")
    later = write_enrolment(folder, "later", unit="north")
    rotate = ("unit", "rotate", *at, "--slug", "north", "--enrolment", later, "--first-period", 0)
    assert "Check slugs, names and dates" in refused(run, folder, *rotate)
    for period in (0, 2**32 - 1):
        done(run("directory", "issue", *at, "--period", period))
        shown = json.loads(done(run("directory", "show", *at, "--json")))
        assert (shown["issued"], shown["expires"]) == (period, min(period + 100, 2**32 - 1))
    south = ("--enrolment", write_enrolment(folder, "south"), "--slug", "south", "--period", 2**32 - 1)
    done(run("unit", "add", *at, *south))
    assert json.loads(done(run("directory", "show", *at, "--json")))["units"][-1]["not_after"] == 2**32 - 1
    last = ("--slug", "south", "--period", 2**32 - 1)
    done(run("unit", "pause", *at, *last))
    done(run("unit", "retire", *at, *last, "--last-period", 0, "--last-hash", "00" * 32))


def test_a_policy_of_the_operator_s_own(folder: Path, run: Run) -> None:
    """The printed one, changed: short periods, for which the board may weigh what an answer holds; the head's end never
    lies beyond the last period there is."""
    path, out = folder / "policy.json", folder / "own.directory"
    values = json.loads(done(run("directory", "policy")))
    assert values == vars(PRODUCTION)
    path.write_text(json.dumps({**values, "period": 5, "collect": 5, "head_life": 2**32 - 1}))
    done(run("directory", "new", "--anchor", folder / "service.anchor", "--policy", path, "--out", out))
    shown = json.loads(done(run("directory", "show", "--directory", out, "--json")))
    assert shown["expires"] == 2**32 - 1
    add = ("unit", "add", "--directory", out, "--enrolment", write_enrolment(folder, "south"), "--slug", "south")
    assert "at most 24000" in run(*add, "--quota", 32_768, "--period", 7).refusal
    done(run(*add, "--quota", 16_384, "--period", 7))
    north = json.loads(done(run("directory", "show", "--directory", out, "--json")))["units"][0]
    assert (north["first_period"], north["not_after"]) == (7, 7 + 3_653 * 86_400 // 5)
