# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source verify-client`` against a real server that shows what it should, and one that does not."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dropbox.http_edge.static_files import StaticFile
from dropbox.protocol import labels
from dropbox.protocol.anchors import sign_as_root
from dropbox.protocol.armour import armour
from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.protocol.pages import Pages, SignedPages
from dropbox.protocol.primitives import sha256
from dropbox.server.handlers.bundle import bundle_folder
from dropbox.server.handlers.pages import pages_of
from dropbox.source_cli import commands
from dropbox.source_cli.verify_client import DIFFERS, LIMIT, NOT_ALL, release_hashes
from dropbox.transport.errors import BadAnswer
from dropbox.transport.pages import LARGEST, unpacked
from tests.server.service import Running, running
from tests.server.world import START, World

PARTS = ["/", "/page.js", "/style.css", "/worker.js", "/exit"]


@dataclass
class Compared:
    """A server, and the files that a person has of it."""

    server: Running
    anchor: Path
    pages: Path

    def sign(self, *places: int) -> None:
        """What this server shows now, signed by these roots."""
        world = self.server.world
        directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
        world.version -= 1
        documents = pages_of(self.server.config, world.anchor).documents(directory)
        hashes = tuple(sorted((address, sha256(file.plain)) for address, file in documents.items()))
        signed = SignedPages(Pages(world.service_id, 1, world.version, 1_700_000_000, hashes), ())
        for place in places:
            one = sign_as_root(world.roots[place], place, labels.PAGES_SIGNATURE, signed.pages.encode())
            signed = signed.signed_by(one)
        self.pages.write_bytes(armour("PAGES", signed.encode()))

    async def run(self, *more: str, pages: bool = True) -> Result:
        given = ["--service", self.server.address, "--anchor", str(self.anchor), *more]
        given += ["--pages", str(self.pages)] if pages else []
        return await asyncio.to_thread(CliRunner().invoke, commands.main, ["verify-client", *given])


@pytest.fixture
async def compared(tmp_path: Path) -> AsyncIterator[Compared]:
    async with running(tmp_path, World()) as server:
        anchor = tmp_path / "service.anchor"
        anchor.write_bytes(server.world.anchor_text())
        found = Compared(server, anchor, tmp_path / "service.pages")
        found.sign(0, 2)
        yield found


def states(ended: Result) -> dict[str, str]:
    return {part["address"]: part["state"] for part in json.loads(ended.stdout)["parts"]}


async def test_all_is_the_same(compared: Compared) -> None:
    """In the order of a browser; it says what such a comparison cannot show."""
    ended = await compared.run()
    assert ended.exit_code == 0, ended.output
    lines = ended.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == PARTS
    assert lines[0] == "/: the same as the roots signed"
    assert lines[1] == "/page.js: the same as in this release"
    assert lines[-1] == "The roots signed the pages made on 2023-11-14 with version 1 of the list of units."
    assert LIMIT in ended.stderr
    told = json.loads((await compared.run("--json")).stdout)
    assert (told["same"], told["pages"]) == (True, {"made": "2023-11-14", "list": 1})
    assert all(part["expected"] == part["found"] != "" for part in told["parts"])


async def test_without_what_the_roots_signed(compared: Compared) -> None:
    """The documents are fetched like the rest, and named as not compared; that is no success."""
    ended = await compared.run("--json", pages=False)
    assert (ended.exit_code, json.loads(ended.stdout)["same"]) == (1, False)
    assert states(ended) == {address: "not-compared" if address in ("/", "/exit") else "same" for address in PARTS}
    assert NOT_ALL in ended.stderr


@pytest.mark.parametrize("encoding", ["gzip", "br", ""])
@pytest.mark.parametrize("address", ["/page.js", "/worker.js", "/style.css"])
async def test_one_byte_more(compared: Compared, address: str, encoding: str) -> None:
    """Whichever packing it is in, and nothing else is blamed."""
    bundle = compared.server.service.routes._bundle
    true = bundle[address]
    false = true.plain + b"\n"
    packed = {"gzip": {"gzip": gzip.compress(false)}, "br": {"br": true.packed["br"] + b"\n"}, "": {}}[encoding]
    bundle[address] = StaticFile(false, packed, true.content_type, true.policy)  # type: ignore[index]  # a dict
    ended = await compared.run("--json")
    assert ended.exit_code == 1
    assert DIFFERS in ended.stderr
    assert states(ended) == {one: "differs" if one == address else "same" for one in PARTS}


async def test_another_document(compared: Compared) -> None:
    """One that was made for a later list than the roots signed."""
    world, server = compared.server.world, compared.server
    world.desks[1].unit = replace(world.desks[1].unit, name="Another name")
    await server.store.add_directory(2, world.sign_directory())
    server.clock.set_period(START, 1.0)
    await server.service.turn()
    ended = await compared.run()
    assert ended.exit_code == 1
    assert "/: NOT the same as the roots signed\n    should be " in ended.stdout
    assert "/exit: the same" in ended.stdout


async def test_a_service_that_shows_no_page(tmp_path: Path, compared: Compared) -> None:
    """Before the first list; and an address where nobody answers."""
    folder = tmp_path / "empty"
    folder.mkdir()
    async with running(folder, World(), published=False) as server:
        ended = await Compared(server, compared.anchor, compared.pages).run()
    assert ended.exit_code == 1
    assert "/: NOT the same as the roots signed" in ended.stdout
    assert "is        no whole answer" in ended.stdout
    nobody = await Compared(server, compared.anchor, compared.pages).run()
    assert (nobody.exit_code, nobody.stdout) == (1, "")


async def test_what_too_few_roots_signed_counts_for_nothing(compared: Compared) -> None:
    """Nothing is asked of the service."""
    compared.sign(1)
    ended = await compared.run()
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "Too few of the service\u2019s roots" in ended.stderr.replace("'", "\u2019")


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(bytes(LARGEST + 1))),
        ("gzip", gzip.compress(b"whole")[:-9]),
        ("gzip", b"none"),
        ("br", b"x"),
        ("zstd", b"x"),
    ],
    ids=["large", "cut", "none", "br", "zstd"],
)
def test_what_is_packed_too_well_or_not_whole(encoding: str, data: bytes) -> None:
    """Refused, without room for all of it."""
    with pytest.raises(BadAnswer):
        unpacked(encoding, data)


def test_what_is_packed() -> None:
    """By gzip or not at all; of brotli the release says of which bytes each part is, packed."""
    assert unpacked("gzip", gzip.compress(b"x" * 9)) == b"x" * 9
    assert unpacked("", b"x") == b"x"
    plain, packed = release_hashes()
    folder = Path(str(bundle_folder()))
    assert packed.keys() >= {sha256((folder / f"{address[1:]}.br").read_bytes()) for address in plain}
    assert set(plain.values()) < set(packed.values())
