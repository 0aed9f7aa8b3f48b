# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin pages export``: the documents that the server shows with the newest list."""

from pathlib import Path

from dropbox.protocol.armour import dearmour
from dropbox.protocol.pages import parse_signed_pages
from tests.admin.operator import NOW, admin, publish, refused
from tests.server.world import World


def test_pages_are_written_down_for_the_roots(config: Path, world: World) -> None:
    """Nobody has signed them; a newer list makes other documents; nothing is written over."""
    out = config.parent / "service.pages"
    export = ("pages", "export", "--config", config, "--out", out)
    assert "publish one first" in refused(admin(*export))
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    said = admin(*export)
    assert said.exit_code == 0, said.output
    made = parse_signed_pages(dearmour("PAGES", out.read_bytes()))
    assert (made.signatures, made.pages.dir_version, made.pages.anchor_version) == ((), 1, 1)
    assert [address for address, _ in made.pages.documents] == ["/", "/exit"]
    assert all(digest.hex() in said.stdout for _, digest in made.pages.documents)
    assert "already there" in refused(admin(*export))
    world.desks.pop()
    assert publish(config, world.directory_text(period=NOW), "--yes").exit_code == 0
    later = config.parent / "later.pages"
    assert admin(*export[:-1], later).exit_code == 0
    newer = parse_signed_pages(dearmour("PAGES", later.read_bytes())).pages
    assert newer.dir_version == 2
    assert dict(newer.documents)["/"] != dict(made.pages.documents)["/"]
    assert dict(newer.documents)["/exit"] == dict(made.pages.documents)["/exit"]
