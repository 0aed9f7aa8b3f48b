# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list of the first form is issued anew in today's: everything that it said goes on, and it is signed again."""

import json
from pathlib import Path

import pytest

from dropbox.protocol import labels
from dropbox.protocol.anchors import Head, SignedHead, parse_signed_anchor, sign_as_root
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.directory import UntrustedDirectory
from dropbox.protocol.encoding import u8, u16, u32
from dropbox.protocol.primitives import ed25519_public, sha256
from keys.keyfiles import open_root
from keys.version_one import rows_for
from tests.keys.conftest import PERIOD, Run, done, passphrase, unit_seed

SPANS = {"window": 14, "repost": 12, "retention": 13, "epoch": 7, "give_up": 60}
SPANS |= {"silent_after": 2, "clock_slack": 4, "head_life": 90, "intake_per_period": 5_000}


def text8(words: str) -> bytes:
    return u8(len(words)) + words.encode()


def unit_bytes(slug: str, kind: int, quota: int, force: str, conflict: str, flags: int = 0) -> bytes:
    """A unit of the first form."""
    key = ed25519_public(unit_seed(slug)) + u32(PERIOD)
    lists = [u8(bool(one)) + (text8(one) if one else b"") for one in (force, conflict)]
    first = sha256(slug.encode())[:16] + text8(slug) + text8(f"Unit {slug}") + u8(kind) + lists[0] + u8(1) + key
    return first + u16(0) + u32(PERIOD) + u32(PERIOD + 900) + u16(quota) + bytes(16) + lists[1] + u8(flags)


@pytest.fixture
def list_of_before(folder: Path) -> Path:
    """Two units, one of them paused, a retired and a revoked one, as version 7."""
    return write_list(
        folder, unit_bytes("intake", 2, 20, "", ""), unit_bytes("north", 1, 4, "cumbria", "gwent", flags=1)
    )


def write_list(folder: Path, *units: bytes) -> Path:
    """A list of the first form, version 7, of these units, a retired and a revoked one."""
    signed = parse_signed_anchor(dearmour("ANCHOR", (folder / "service.anchor").read_bytes()))
    body = u8(1) + u8(3) + signed.anchor.service_id + u32(86_400) + u32(3_600)
    body += b"".join(u32(one) for one in SPANS.values())
    body += u16(len(units)) + b"".join(units)
    body += u16(1) + unit_bytes("gone", 1, 1, "", "") + u32(PERIOD - 40) + bytes(range(32))
    body += u16(1) + b"r" * 16
    head = Head(signed.anchor.service_id, 1, 7, PERIOD, PERIOD + 90, sha256(body))
    path = folder / "before.directory"
    roots = [open_root(folder / f"r{number}.key", passphrase(number).encode()) for number in (1, 2)]
    signatures = tuple(
        sign_as_root(root.seed, index, labels.HEAD_SIGNATURE, head.encode()) for index, root in enumerate(roots)
    )
    path.write_bytes(armour("DIRECTORY", UntrustedDirectory((signed,), SignedHead(head, signatures), body).encode()))
    return path


def test_it_says_the_same_in_todays_form(run: Run, folder: Path, list_of_before: Path) -> None:
    """Units, keys, spans; rows for what the quota carried. The retired unit is left out with its batches; the list
    of before stays beside it, the roots sign it as any, and a client takes it."""
    before = list_of_before.read_bytes()
    said = done(run("directory", "upgrade", "--directory", list_of_before))
    assert "signed by nobody yet" in said
    shown = json.loads(done(run("directory", "show", "--directory", list_of_before, "--json")))
    assert shown["version"] == 8
    assert before in [one.read_bytes() for one in folder.glob("before.directory.7")]
    kept = {name: SPANS[name] for name in SPANS if name not in ("window", "repost")}
    assert kept | {"period": 86_400, "collect": 3_600, "stay": 14, "linger": 3} == {
        name: shown["policy"][name] for name in (*kept, "period", "collect", "stay", "linger")
    }
    assert [(one["slug"], one["name"], one["quota"], one["marks"], one["paused"]) for one in shown["units"]] == [
        ("intake", "Unit intake", 256, 512, False),
        ("north", "Unit north", 32, 64, True),
    ]
    north = shown["units"][1]
    assert (north["forces"], north["conflicts"], north["not_after"]) == (["cumbria"], ["gwent"], PERIOD + 900)
    assert north["keys"] == [{"public": ed25519_public(unit_seed("north")).hex(), "first_period": PERIOD}]
    assert (shown["retired"], shown["revoked"]) == ([], ["72" * 16])
    for number in (1, 2):
        key = ("--root-key", folder / f"r{number}.key")
        run("directory", "sign", "--directory", list_of_before, *key, stdin=passphrase(number))
    verified = done(run("directory", "verify", "--directory", list_of_before, "--anchor", folder / "service.anchor"))
    assert "version 8 holds: " in verified
    assert "changes against version 7, kept as before.directory.7: the list before is of an earlier form" in verified


def test_quotas_that_are_too_much_together_are_lowered(run: Run, folder: Path) -> None:
    """Those of the units that have most, by half and again, until the board may have them; it is said whose."""
    names = [f"unit-{number}" for number in range(60)]
    large = names[:20]
    units = [unit_bytes(name, 3, 60 if name in large else 8, "", "") for name in names]
    path = write_list(folder, *units)
    said = done(run("directory", "upgrade", "--directory", path))
    assert f"fewer rows than their quotas of before would have: {', '.join(large)}" in said
    shown = json.loads(done(run("directory", "show", "--directory", path, "--json")))
    rows = {one["slug"]: (one["quota"], one["marks"]) for one in shown["units"]}
    assert rows == {name: (128, 256) if name in large else (64, 128) for name in names}


def test_nothing_else_takes_it_and_it_takes_nothing_else(run: Run, folder: Path, list_of_before: Path) -> None:
    """Every other step says what has to come first; a list of today's form, and a damaged one, are not upgraded."""
    for step in (("show",), ("issue",), ("sign", "--root-key", folder / "r1.key")):
        assert "`dropbox-keys directory upgrade`" in run("directory", *step, "--directory", list_of_before).refusal
    assert "not of the first form" in run("directory", "upgrade", "--directory", folder / "service.directory").refusal
    listing = dearmour("DIRECTORY", list_of_before.read_bytes())
    list_of_before.write_bytes(armour("DIRECTORY", listing[:-1]))
    assert "directory upgrade" not in run("directory", "upgrade", "--directory", list_of_before).refusal


@pytest.mark.parametrize(("quota", "rows"), [(1, 8), (2, 16), (3, 32), (4, 32), (5, 64), (1_024, 8_192)])
def test_rows_for_a_quota_of_before(quota: int, rows: int) -> None:
    """Eight for one, and up to a power of two."""
    assert rows_for(quota) == rows
