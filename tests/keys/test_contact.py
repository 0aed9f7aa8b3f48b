# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's key for contact details: put into the list by a file that its desk signed, replaced, taken away."""

from pathlib import Path

import pytest

from dropbox.protocol.armour import dearmour
from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.protocol.primitives import SealingKey
from tests.keys.conftest import Run, done, write_enrolment

KEY = SealingKey(bytes(32)).public


def put(run: Run, folder: Path, *more: object) -> str:
    return done(run("unit", "contact", "--directory", folder / "service.directory", "--slug", "north", *more))


def listed(folder: Path) -> dict[str, bytes]:
    """The key of each unit."""
    body = parse_signed_directory(dearmour("DIRECTORY", (folder / "service.directory").read_bytes())).body
    return {unit.slug: unit.contact_pk for unit in parse_directory(body).units}


def test_a_key_is_put_in_replaced_and_taken_away(folder: Path, run: Run) -> None:
    """Whoever signs is told of each; no other unit has it."""
    said = put(run, folder, "--enrolment", write_enrolment(folder, "north", contact_pk=KEY))
    assert f"its contact key, none, becomes {KEY.hex()[:16]}" in said
    assert listed(folder) == {"intake": b"", "north": KEY}
    other = SealingKey(bytes([1] * 32)).public
    put(run, folder, "--enrolment", write_enrolment(folder, "north", contact_pk=other))
    assert listed(folder)["north"] == other
    assert "becomes none" in put(run, folder, "--none")
    assert listed(folder)["north"] == b""


@pytest.mark.parametrize(
    ("slug", "changes", "said"),
    [
        ("north", {}, "has no key for contact details"),
        ("intake", {"contact_pk": KEY}, "of another desk than north"),
        ("stranger", {"unit": "north", "contact_pk": KEY}, "not signed with the newest key of north"),
        ("north", {"contact_pk": bytes(1_216)}, "not a valid one"),
        ("north", {"contact_pk": KEY, "service_id": bytes(16)}, "for another service"),
    ],
)
def test_a_file_that_is_none_is_refused(
    folder: Path, run: Run, slug: str, changes: dict[str, object], said: str
) -> None:
    """Before the list is written anew."""
    before = (folder / "service.directory").read_bytes()
    path = write_enrolment(folder, slug, **changes)  # type: ignore[arg-type]  # test data
    at = ("--directory", folder / "service.directory", "--slug", "north")
    assert said in run("unit", "contact", *at, "--enrolment", path).refusal
    assert (folder / "service.directory").read_bytes() == before


def test_one_of_the_two_is_said(folder: Path, run: Run) -> None:
    """A file or none."""
    at = ("--directory", folder / "service.directory", "--slug", "north")
    for more in ((), ("--none", "--enrolment", folder / "x")):
        ran = run("unit", "contact", *at, *more)
        assert (ran.code, "Say --enrolment or --none" in ran.err) == (2, True)
