# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: help, bad usage, what is printed, and what never is."""

import json
import re
import time
from pathlib import Path

import click
import pytest

from dropbox.shown.days import day_of
from keys.commands import main
from keys.fingerprints import grouped
from tests.keys.conftest import PERIOD, Run, done, passphrase, write_enrolment


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        return [found for name, one in command.commands.items() for found in _commands(one, (*path, name))]
    return [(path, command)]


COMMANDS = _commands(main)


@pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=lambda value: " ".join(value) if type(value) is tuple else ""
)
def test_every_command_has_help_with_an_example(run: Run, path: tuple[str, ...], command: click.Command) -> None:
    """--help says what it does and shows one call, which names the command and only options that exist."""
    text = done(run(*path, "--help"))
    example = text[text.index("Example:") :].split("Options:")[0]
    assert f"dropbox-keys {' '.join(path)}" in example
    known = {name for parameter in command.params for name in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", example)) - known == set()
    required = {
        parameter.opts[0] for parameter in command.params if isinstance(parameter, click.Option) and parameter.required
    }
    assert required - set(re.findall(r"--[a-z-]+", example)) == set()


@pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=lambda value: " ".join(value) if type(value) is tuple else ""
)
def test_bad_usage_exits_with_2(run: Run, path: tuple[str, ...], command: click.Command) -> None:
    """An option that does not exist; nothing is read or written."""
    ran = run(*path, "--no-such-option")
    assert (ran.code, ran.out) == (2, "")
    assert "No such option" in ran.err


@pytest.mark.parametrize("noun", ["", "root", "anchor", "unit", "directory", "pages"])
def test_every_noun_has_help(run: Run, noun: str) -> None:
    """The first page shows the order of a first ceremony."""
    text = done(run(*filter(None, [noun]), "--help"))
    assert "Commands:" in text
    assert noun or "The order of a first ceremony" in text


@pytest.mark.parametrize(
    "args",
    [
        ("unit", "pause", "--slug", "north", "--period", "-1"),
        ("unit", "pause", "--slug", "north", "--period", str(2**32)),
        ("unit", "add", "--slug", "s", "--enrolment", "e", "--quota", "4"),
        ("unit", "add", "--slug", "s", "--enrolment", "e", "--quota", "24"),
        ("unit", "add", "--slug", "s", "--enrolment", "e", "--kind", "other"),
        ("unit", "add", "--slug", "s", "--enrolment", "e", "--not-after", str(2**32)),
        ("unit", "rotate", "--slug", "s", "--enrolment", "e", "--first-period", str(2**32)),
        ("unit", "retire", "--slug", "s", "--last-hash", "00", "--last-period", str(2**32)),
    ],
)
def test_numbers_out_of_range_are_bad_usage(run: Run, folder: Path, args: tuple[str, ...]) -> None:
    """The range stands in the message."""
    ran = run(*args, "--directory", folder / "service.directory")
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value" in ran.err


def test_no_option_takes_a_secret() -> None:
    """Secrets come from a prompt or standard input: no option or argument is there to hold one."""
    names = {name for _, command in COMMANDS for parameter in command.params for name in parameter.opts}
    assert [name for name in names if re.search("pass|secret|seed|pin", name)] == []
    assert [parameter for _, command in COMMANDS for parameter in command.params if parameter.envvar] == []


def test_no_secret_is_printed(folder: Path, run: Run) -> None:
    """Neither passphrase nor seed is in what a root's making and signing print."""
    from keys.keyfiles import open_root

    made = run("root", "new", "--out", folder / "new.key", stdin="passphrase of this test")
    key = open_root(folder / "r1.key", passphrase(1).encode())
    sign = ("anchor", "sign", "--anchor", folder / "service.anchor", "--root-key", folder / "r1.key")
    signed, wrong = run(*sign, stdin=passphrase(1)), run(*sign, stdin="another guess at it")
    printed = "".join(one.out + one.err for one in (made, signed, wrong)).lower()
    new = open_root(folder / "new.key", b"passphrase of this test")
    assert "passphrase of" not in printed
    assert "guess" not in printed
    for secret in (key.seed.hex(), new.seed.hex()):
        assert secret not in printed.replace(" ", "")
        for path in folder.iterdir():
            assert bytes.fromhex(secret) not in path.read_bytes()
            assert secret.encode() not in path.read_bytes()


def test_a_fingerprint_does_not_change_as_roots_sign(folder: Path, run: Run) -> None:
    """What two people read to each other: the same before and after a signature, another for another file."""

    def read(name: str) -> str:
        return done(run("fingerprint", folder / name))

    before = {name: read(name) for name in ("service.anchor", "service.directory", "r1.key.pub", "north.enrolment")}
    for what in ("anchor", "directory"):
        key = ("--root-key", folder / "r3.key")
        done(run(what, "sign", f"--{what}", folder / f"service.{what}", *key, stdin=passphrase(3)))
    assert {name: read(name) for name in before} == before
    assert len({line.split(": ")[1] for line in before.values()}) == 4
    assert [line.split(":")[0] for line in before.values()] == ["anchor", "directory", "root public", "enrolment"]
    for line in before.values():
        assert re.fullmatch(r"[a-z ]+: ([0-9a-f]{4} ){15}[0-9a-f]{4}\n", line)
    assert "not a whole anchor" in run("fingerprint", folder / "r1.key").refusal
    broken = write_enrolment(folder, "broken", signing_public=bytes(32))
    assert "A signature does not hold" in run("fingerprint", broken).refusal


def test_the_fingerprint_shown_at_the_making_is_the_file_s(folder: Path, run: Run) -> None:
    """anchor new prints what fingerprint prints later; so does root new."""
    publics = [value for number in (1, 2, 3) for value in ("--root-public", folder / f"r{number}.key.pub")]
    printed = done(run("anchor", "new", *publics, "--out", folder / "x.anchor"))
    assert done(run("fingerprint", folder / "x.anchor")) == f"anchor: {printed}"
    made = done(run("root", "new", "--out", folder / "x.key", stdin="x" * 12))
    assert done(run("fingerprint", folder / "x.key.pub")) == made.replace(f"{folder / 'x.key.pub'} ", "root public: ")


def test_what_show_prints(folder: Path, run: Run) -> None:
    """For people and as JSON."""
    at = ("--anchor", folder / "service.anchor")
    values = json.loads(done(run("anchor", "show", *at, "--json")))
    assert (values["version"], values["threshold"], values["signed_by"], len(values["roots"])) == (1, 2, [0, 1], 3)
    text = done(run("anchor", "show", *at))
    assert text.startswith(f"anchor version 1, service {values['service_id']}\n")
    assert "signed by roots 1 and 2; 2 of 3 roots are needed\n" in text
    assert text.endswith(f"root 3: {values['roots'][2]}\nfingerprint: {values['fingerprint']}\n")
    directory = ("--directory", folder / "service.directory")
    done(run("unit", "pause", *directory, "--slug", "intake", "--period", PERIOD))
    text = done(run("directory", "show", *directory))
    assert text == (
        "version: 2\n"
        f"holds: from {day_of(PERIOD, 86_400)} to {day_of(PERIOD + 100, 86_400)}, 80 days left\n"
        "units:\n"
        "  intake: Unit intake, intake desk, paused, gets no new reports, quota 32\n"
        "  north: Unit north, force unit, receives reports, quota 32\n"
        "      serves Cumbria Constabulary (cumbria)\n"
        "      gets no reports about Gwent Police (gwent)\n"
        "  no intake desk in it receives reports: a force without a unit has nobody\n"
        "changes against version 1, kept as service.directory.1:\n"
        "  intake: Unit intake is paused: it gets no new reports\n"
        "  the last intake desk: a force without a unit has nobody any more\n"
        "signatures: signed by nobody yet; 2 of 3 roots are needed\n"
        "lost:\n"
        "  LOOK: the last intake desk: a force without a unit has nobody any more\n"
    )
    values = json.loads(done(run("directory", "show", *directory, "--json")))
    assert [unit["kind"] for unit in values["units"]] == ["intake-desk", "force-unit"]


def test_without_a_period_the_machine_s_clock_counts(folder: Path, run: Run) -> None:
    """A directory is issued today unless told otherwise."""
    before = int(time.time()) // 86_400
    done(run("directory", "issue", "--directory", folder / "service.directory"))
    shown = json.loads(done(run("directory", "show", "--directory", folder / "service.directory", "--json")))
    assert before <= shown["issued"] <= int(time.time()) // 86_400


def test_what_a_list_of_before_lacks_is_set_with_the_next(folder: Path, run: Run) -> None:
    """Blobs of files and the days until a conversation ends; what is not named stays."""
    path = ("directory", "issue", "--directory", folder / "service.directory")
    done(run(*path, "--blobs-per-period", 0, "--close-after", 5))
    shown = json.loads(done(run("directory", "show", "--directory", folder / "service.directory", "--json")))["policy"]
    assert (shown["blobs_per_period"], shown["close_after"]) == (0, 5)
    done(run(*path, "--close-after", 7))
    shown = json.loads(done(run("directory", "show", "--directory", folder / "service.directory", "--json")))["policy"]
    assert (shown["blobs_per_period"], shown["close_after"]) == (0, 7)


def test_groups_of_four() -> None:
    """Sixteen groups of four digits, each easy to say."""
    assert grouped(bytes(range(32))).split(" ")[:2] == ["0001", "0203"]
    assert len(grouped(bytes(32)).split(" ")) == 16


def test_every_force_has_a_short_name_to_look_up(run: Run) -> None:
    """One a line, the ones that sources are not offered marked; the same as JSON."""
    lines = done(run("forces")).splitlines()
    found = json.loads(done(run("forces", "--json")))
    assert len(lines) == len(found) == 68
    assert any(re.fullmatch(r"durham +Durham Constabulary", line) for line in lines)
    assert sum(line.endswith("(not enabled)") for line in lines) == sum(not one["enabled"] for one in found) == 19


def test_what_differs_is_said_in_words(folder: Path, run: Run) -> None:
    """Each verb says what it did; show compares two versions, those that ended included."""
    path = folder / "service.directory"
    there = ("--directory", path)
    assert "north: Unit north is paused: it gets no new reports" in done(
        run("unit", "pause", *there, "--slug", "north")
    )
    assert "nothing changes but the version" in done(run("unit", "pause", *there, "--slug", "north"))
    last = ("--last-period", PERIOD, "--last-hash", "ab" * 32)
    said = done(run("unit", "retire", *there, "--slug", "north", *last))
    assert "LOOK: retired: north: Unit north; its board stays readable\n" in said
    assert "LOOK: no unit that receives reports serves" not in said  # it was paused before
    assert "LOOK: revoked: intake: Unit intake; its board is not" in done(
        run("unit", "revoke", *there, "--slug", "intake")
    )
    shown = done(run("directory", "show", *there, "--since", folder / "service.directory.1"))
    assert f"north: Unit north, retired, last batch {day_of(PERIOD, 86_400)}\n" in shown
    assert re.search(r"^  a revoked unit, id [0-9a-f]{32}$", shown, re.M)
    assert "  LOOK: no unit in it receives reports\n" in shown
    assert "changes against version 1, as you gave it:\n  revoked: intake" in shown
    assert "LOOK: no unit that receives reports serves Cumbria Constabulary (cumbria) any more" in shown
    same = done(run("directory", "show", *there, "--since", path))
    assert "changes against version 2, as you gave it: nothing but the version and the days\n" in same
    assert "LOOK: the list before was not signed by enough roots, so it is not the published one" in same


def test_names_that_are_spent(folder: Path, run: Run) -> None:
    """A retired unit's short name, a retired desk, a desk that is listed: each says so, and what to do."""
    there = ("--directory", folder / "service.directory")
    done(run("unit", "pause", *there, "--slug", "north"))
    done(run("unit", "retire", *there, "--slug", "north", "--last-period", PERIOD, "--last-hash", "ab" * 32))
    add = ("unit", "add", *there, "--enrolment")
    south = write_enrolment(folder, "south")
    assert "The short name north is spent: a retired unit has it" in run(*add, south, "--slug", "north").refusal
    retired = run(*add, folder / "north.enrolment", "--slug", "other").refusal
    assert "This desk is retired, as north" in retired
    assert "Use `unit rotate`" in run(*add, folder / "intake.enrolment", "--slug", "other").refusal
    done(run(*add, south, "--slug", "north-2"))


def test_both_anchors_signers_are_shown(folder: Path, run: Run) -> None:
    """Of a second anchor, who of the first one's roots signed it."""
    publics = [value for number in (2, 3, 4) for value in ("--root-public", folder / f"r{number}.key.pub")]
    second = folder / "service-2.anchor"
    done(run("anchor", "next", "--anchor", folder / "service.anchor", *publics, "--out", second))
    for number in (2, 3):
        key = ("--root-key", folder / f"r{number}.key", "--previous", folder / "service.anchor")
        done(run("anchor", "sign", "--anchor", second, *key, stdin=passphrase(number)))
    assert "signed by roots 2 and 3 of the anchor before it\n" in done(run("anchor", "show", "--anchor", second))
