# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole ceremony: two of three roots, a change of roots, and what no single root can do."""

import json
import resource
import subprocess
import sys
from pathlib import Path

from dropbox.protocol.anchors import parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import dearmour
from dropbox.protocol.directory import parse_signed_directory, verify_directory
from keys import keyfiles
from tests.keys.conftest import PERIOD, Run, done, passphrase, write_enrolment


def _sign(run: Run, folder: Path, what: str, file: str, number: int, *more: object) -> str:
    key = ("--root-key", folder / f"r{number}.key")
    return done(run(what, "sign", f"--{what}", folder / file, *key, *more, stdin=passphrase(number)))


def _change_roots(run: Run, folder: Path) -> None:
    """Root 1 leaves and root 4 comes; old and new roots sign the second anchor."""
    publics = [value for number in (2, 3, 4) for value in ("--root-public", folder / f"r{number}.key.pub")]
    out = ("--out", folder / "service-2.anchor")
    done(run("anchor", "next", "--anchor", folder / "service.anchor", *publics, *out))
    for number in (1, 2, 4):
        _sign(run, folder, "anchor", "service-2.anchor", number, "--previous", folder / "service.anchor")


def test_two_of_three_roots_make_a_service(folder: Path, run: Run) -> None:
    """What the ceremony made holds for a client that pins the anchor, with both units in it."""
    verified = done(
        run("directory", "verify", "--directory", folder / "service.directory", "--anchor", folder / "service.anchor")
    )
    assert "\nversion 1 holds: " in verified
    assert ", 80 days left\n" in verified
    anchor = verify_first_anchor(parse_signed_anchor(dearmour("ANCHOR", (folder / "service.anchor").read_bytes())))
    data = dearmour("DIRECTORY", (folder / "service.directory").read_bytes())
    found = verify_directory(anchor, parse_signed_directory(data))
    north = found.directory.unit("north")
    assert (north.forces, north.conflicts, north.rows, north.marks) == (("cumbria",), ("gwent",), 32, 64)
    assert (north.first_period, north.not_after) == (PERIOD, PERIOD + 3_653)
    assert found.signed_head.head.expires == PERIOD + 100


def test_one_root_alone_is_refused(folder: Path, run: Run) -> None:
    """A directory that one of two needed roots signed does not verify."""
    done(run("directory", "issue", "--directory", folder / "service.directory", "--period", PERIOD + 1))
    verify = ("directory", "verify", "--directory", folder / "service.directory", "--anchor", folder / "service.anchor")
    assert "Too few of the service's roots" in run(*verify).refusal
    assert _sign(run, folder, "directory", "service.directory", 1).endswith(
        "\nsigned by root 1; 2 of 3 roots are needed\n"
    )
    assert "(under-signed: 1 of 2)" in run(*verify).refusal
    assert _sign(run, folder, "directory", "service.directory", 1).endswith(
        "\nsigned by root 1; 2 of 3 roots are needed\n"
    )
    assert "(under-signed: 1 of 2)" in run(*verify).refusal
    signed = _sign(run, folder, "directory", "service.directory", 3)
    assert signed.endswith("\nsigned by roots 1 and 3; 2 of 3 roots are needed\n")
    assert "\nversion 2 holds: " in done(run(*verify))


def test_a_client_of_the_first_roots_follows_the_second(folder: Path, run: Run) -> None:
    """After a change of roots the new ones sign, and a client that pinned version 1 or 2 follows."""
    _change_roots(run, folder)
    directory = folder / "service.directory"
    add = ("directory", "anchor", "--directory", directory, "--anchor", folder / "service-2.anchor")
    assert done(run(*add, "--period", PERIOD + 2)).endswith("\nsigned by nobody yet; 2 of 3 roots are needed\n")
    assert (
        "not in the directory's newest anchor"
        in run(
            "directory", "sign", "--directory", directory, "--root-key", folder / "r1.key", stdin=passphrase(1)
        ).refusal
    )
    for number in (3, 4):
        _sign(run, folder, "directory", "service.directory", number)
    for pinned in ("service.anchor", "service-2.anchor"):
        verify = ("directory", "verify", "--directory", directory, "--anchor", folder / pinned)
        assert "\nversion 2 holds: " in done(run(*verify))


def test_new_roots_need_the_old_ones(folder: Path, run: Run) -> None:
    """The directory does not take an anchor that too few of the old, or of the new, roots signed."""
    publics = [value for number in (2, 3, 4) for value in ("--root-public", folder / f"r{number}.key.pub")]
    second = folder / "service-2.anchor"
    done(run("anchor", "next", "--anchor", folder / "service.anchor", *publics, "--out", second))
    add = ("directory", "anchor", "--directory", folder / "service.directory", "--anchor", second, "--period", PERIOD)
    for number in (4, 3):
        _sign(run, folder, "anchor", "service-2.anchor", number, "--previous", folder / "service.anchor")
        assert "not signed by enough old and new roots yet" in run(*add).refusal
    _sign(run, folder, "anchor", "service-2.anchor", 1, "--previous", folder / "service.anchor")
    done(run(*add))


def test_a_root_does_not_sign_what_is_older_than_it_has_signed(folder: Path, run: Run) -> None:
    """The record beside the root's key holds: an older directory, or another of the same version, is refused."""
    old = (folder / "service.directory").read_bytes()
    at = ("--directory", folder / "service.directory")
    done(run("unit", "pause", *at, "--slug", "north", "--period", PERIOD + 1))
    newer = (folder / "service.directory").read_bytes()
    _sign(run, folder, "directory", "service.directory", 1, "--yes")
    sign = ("directory", "sign", *at, "--yes", "--root-key", folder / "r1.key")
    (folder / "service.directory").write_bytes(old)
    assert "already signed directory version 2. Issue a version above it" in run(*sign, stdin=passphrase(1)).refusal
    assert (folder / "service.directory").read_bytes() == old
    done(run("unit", "pause", *at, "--slug", "intake", "--period", PERIOD + 1))
    assert "already signed directory version 2" in run(*sign, stdin=passphrase(1)).refusal
    (folder / "service.directory").write_bytes(newer)
    assert done(run(*sign, stdin=passphrase(1))).endswith("\nsigned by root 1; 2 of 3 roots are needed\n")


def test_a_root_signs_one_anchor_of_a_version(folder: Path, run: Run) -> None:
    """Two different second anchors would fork the service: a root signs one of them."""
    _change_roots(run, folder)
    publics = [value for number in (1, 2, 4) for value in ("--root-public", folder / f"r{number}.key.pub")]
    fork = folder / "fork.anchor"
    done(run("anchor", "next", "--anchor", folder / "service.anchor", *publics, "--out", fork))
    sign = (
        "anchor",
        "sign",
        "--anchor",
        fork,
        "--previous",
        folder / "service.anchor",
        "--root-key",
        folder / "r2.key",
    )
    assert "already signed anchor version 2" in run(*sign, stdin=passphrase(2)).refusal
    record = json.loads((folder / "r2.key.signed").read_text())
    assert (record["anchor"][0], record["directory"][0]) == (2, 1)


def test_a_unit_s_life(folder: Path, run: Run) -> None:
    """Paused, resumed, given more room, a new key, retired, revoked: each a new version of the directory."""
    at = ("--directory", folder / "service.directory")
    north = (*at, "--slug", "north", "--period", PERIOD + 5)

    def shown() -> dict[str, object]:
        found: dict[str, object] = json.loads(done(run("directory", "show", *at, "--json")))
        return found

    done(run("unit", "pause", *north))
    assert shown()["units"][1]["paused"] is True  # type: ignore[index]  # JSON
    done(run("unit", "resume", *north))
    assert shown()["units"][1]["paused"] is False  # type: ignore[index]  # JSON
    for more, marks in (((), 512), (("--marks", 1_024), 1_024)):
        done(run("unit", "quota", *north, "--quota", 256, *more))
        room = shown()["units"][1]  # type: ignore[index]  # JSON
        assert (room["quota"], room["marks"]) == (256, marks)
    enrolment = write_enrolment(folder, "north-2", unit="north")
    done(run("unit", "rotate", *north, "--enrolment", enrolment))
    later = write_enrolment(folder, "north-3", unit="north")
    done(run("unit", "rotate", *north, "--enrolment", later, "--first-period", PERIOD + 30))
    keys = shown()["units"][1]["keys"]  # type: ignore[index]  # JSON
    assert [key["first_period"] for key in keys] == [PERIOD, PERIOD + 6, PERIOD + 30]
    done(run("unit", "pause", *north))
    done(run("unit", "retire", *north, "--last-period", PERIOD + 4, "--last-hash", "ab" * 32))
    assert [unit["slug"] for unit in shown()["retired"]] == ["north"]  # type: ignore[attr-defined]  # JSON
    done(run("unit", "revoke", *at, "--slug", "intake", "--period", PERIOD + 6))
    done(run("unit", "revoke", *at, "--slug", "north", "--period", PERIOD + 6))
    ended = shown()
    assert (ended["units"], ended["retired"], len(ended["revoked"])) == ([], [], 2)  # type: ignore[arg-type]  # JSON
    assert ended["version"] == 2


def _real(folder: Path, *args: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("dropbox-keys"), *map(str, args)]
    return subprocess.run(command, input=stdin, text=True, capture_output=True, cwd=folder, timeout=300)


def _processor() -> float:
    """Seconds of the processor that the processes of this one took: no busy machine adds to them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_in_processes_of_their_own(tmp_path: Path) -> None:
    """The installed command makes a root at its real cost, signs with it, and refuses a wrong passphrase, with the
    exit codes that scripts rely on and nothing secret in what it prints."""
    secret = "correct horse battery"
    began = _processor()
    made = [_real(tmp_path, "root", "new", "--out", f"r{n}.key", stdin=f"{secret}\n") for n in (1, 2, 3)]
    assert [one.returncode for one in made] == [0, 0, 0]
    publics = [value for n in (1, 2, 3) for value in ("--root-public", f"r{n}.key.pub")]
    signing = ("anchor", "sign", "--anchor", "a", "--root-key", "r1.key")
    ran = [
        *made,
        _real(tmp_path, "anchor", "new", *publics, "--out", "a"),
        _real(tmp_path, *signing, stdin=f"{secret}\r\n"),
        _real(tmp_path, *signing, stdin="wrong horse battery\n"),
        _real(tmp_path, "anchor", "sign"),
    ]
    assert [one.returncode for one in ran[3:]] == [0, 0, 1, 2]
    assert ran[5].stderr == "dropbox-keys: r1.key: the passphrase does not open it.\n"
    assert all("horse" not in one.stdout + one.stderr for one in ran)
    assert _processor() - began < 60
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert (modes["r1.key"], modes["r1.key.signed"]) == (0o600, 0o600)
    assert (modes["r1.key.pub"], modes["a"]) == (0o644, 0o644)


def test_what_a_guess_at_a_passphrase_costs(held: Path) -> None:
    """128 MiB and three passes of Argon2id for each."""
    source = Path(keyfiles.__file__).read_text()
    assert "_MEMORY_KIB, _PASSES, _LANES = 128 * 1024, 3, 1\n" in source
