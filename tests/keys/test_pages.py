# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys pages``: roots sign which documents a server shows, and no older ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.anchors import parse_signed_anchor
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.pages import Pages, SignedPages, parse_signed_pages, verify_pages
from dropbox.protocol.primitives import sha256
from tests.keys.conftest import Ran, Run, done, passphrase


def anchor_of(folder: Path) -> Path:
    return folder / "service.anchor"


def exported(folder: Path, **changes: int | bytes) -> Path:
    """As the operator writes them down."""
    anchor = parse_signed_anchor(dearmour("ANCHOR", anchor_of(folder).read_bytes())).anchor
    pages = Pages(anchor.service_id, 1, 1, 1_700_000_000, (("/", sha256(b"a")), ("/exit", sha256(b"b"))))
    path = folder / "service.pages"
    path.write_bytes(armour("PAGES", SignedPages(replace(pages, **changes), ()).encode()))  # type: ignore[arg-type]  # test data
    return path


def sign(run: Run, folder: Path, number: int) -> Ran:
    given = ("--pages", folder / "service.pages", "--anchor", anchor_of(folder))
    return run("pages", "sign", *given, "--root-key", folder / f"r{number}.key", stdin=passphrase(number))


def test_two_roots_sign(folder: Path, run: Run) -> None:
    """Each sees what it signs; then the pages hold; signing twice changes nothing."""
    path = exported(folder)
    said = done(sign(run, folder, 1))
    assert f"/exit  sha256 {sha256(b'b').hex()}" in said
    assert "signed by root 1; 2 of 3 roots are needed" in said
    assert "signed by roots 1 and 3" in done(sign(run, folder, 3))
    signed = path.read_bytes()
    done(sign(run, folder, 3))
    assert path.read_bytes() == signed
    anchor = parse_signed_anchor(dearmour("ANCHOR", anchor_of(folder).read_bytes())).anchor
    assert verify_pages(anchor, parse_signed_pages(dearmour("PAGES", signed))).made == 1_700_000_000
    shown = done(run("pages", "show", "--pages", path, "--anchor", anchor_of(folder)))
    assert "made on 2023-11-14, with version 1 of the list of units" in shown
    fingerprint = done(run("fingerprint", path))
    exported(folder)
    assert (fingerprint, fingerprint.split(": ")[0]) == (done(run("fingerprint", path)), "pages")


def test_an_older_export_is_not_signed(folder: Path, run: Run) -> None:
    """Nor another one of the same second: a root says once what a server shows."""
    exported(folder)
    done(sign(run, folder, 1))
    for changes in ({"made": 1_699_999_999}, {"dir_version": 2}):
        exported(folder, **changes)
        assert "already signed pages version 1700000000" in sign(run, folder, 1).refusal


@pytest.mark.parametrize("changes", [{"service_id": bytes(16)}, {"anchor_version": 2}])
def test_pages_of_another_service_or_anchor(folder: Path, run: Run, changes: dict[str, int | bytes]) -> None:
    """Refused before anything is noted."""
    exported(folder, **changes)
    assert "of another service, or of another anchor" in sign(run, folder, 1).refusal


def test_a_root_outside_the_anchor(folder: Path, run: Run) -> None:
    """The fourth root stands in no anchor."""
    exported(folder)
    assert "not in the anchor" in sign(run, folder, 4).refusal


def test_a_damaged_file(folder: Path, run: Run) -> None:
    """One line that says so."""
    exported(folder).write_text("nothing", encoding="ascii")
    assert "damaged" in sign(run, folder, 1).refusal
