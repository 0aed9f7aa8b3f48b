# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page finds in a file is what the command line finds in it: the same kind, the same words, the same copy."""

import base64
import hashlib
import io
import json
import random
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dropbox.metadata.look import look
from dropbox.protocol.inert import inert
from tests.cli.pictures import JPEG, PNG, PROGRESSIVE, WEBP
from tests.cli.test_metadata_bounds import BEGINNINGS, SECONDS, WORST
from tests.client.node_session import NODE

WORDS = Path(__file__).parents[2] / "templates" / "source" / "words_files.html"
BENT = 400
"""Files that are bent, of each that is bent."""


class Looking:
    """The page's own code in a Node process."""

    def __init__(self) -> None:
        program = Path(__file__).parent / "look_process.js"
        self._process = subprocess.Popen([NODE, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def look(self, data: bytes) -> dict[str, Any]:
        """What it finds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(base64.b64encode(data) + b"\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Looking]:
    """One for all."""
    found = Looking()
    yield found
    found.close()


def _mine(data: bytes) -> dict[str, Any]:
    """What the command line finds, in the page's form."""
    found = look(data)
    return {
        "mediaType": found.media_type,
        "tells": [(one.kind.value, one.value) for one in found.tells],
        "hash": None if found.cleaned is None else hashlib.sha256(found.cleaned).hexdigest(),
        "plain": found.plain,
    }


def _theirs(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "mediaType": found["mediaType"],
        "tells": [(one["kind"], one["value"]) for one in found["tells"]],
        "hash": found["hash"],
        "plain": found["plain"],
    }


def _document(compression: int = zipfile.ZIP_DEFLATED, *names: str, comment: bytes = b"") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as made:
        made.comment = comment
        for name in names or ("mimetype", "word/a", "docProps/core.xml", "docProps/app.xml", "meta.xml"):
            text = "application/vnd.oasis.opendocument.text" if name == "mimetype" and len(names) == 1 else ""
            made.writestr(name, text or f"<Company>{name} caf\u00e9</Company><Application x='1'>W 1</Application>" * 9)
    return held.getvalue()


def _pdf(*entries: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(entries) + b"\n%%EOF"


XMP = (
    b'<x:xmpmeta><a tiff:Make=\'x\' tiff:Model="Phone" photoshop:City="Leeds"/><xmp:CreatorTool>P 1</xmp:CreatorTool>'
    b"<dc:creator><rdf:Seq>\n<rdf:li>Some Body</rdf:li></rdf:Seq></dc:creator></x:xmpmeta>"
)
FILES = {
    "jpeg": JPEG,
    "progressive": PROGRESSIVE,
    "jpeg with a tail": JPEG + b"film",
    "jpeg with zeros": JPEG + bytes(9),
    "jpeg with xmp": JPEG[:2] + b"\xff\xe1\1\x90" + (b"http://ns.adobe.com/xap/1.0/\0" + XMP).ljust(398) + JPEG[2:],
    "png": PNG,
    "png with a tail": PNG + b"x",
    "webp": WEBP,
    "webp with a tail": WEBP + b"x",
    "pdf": _pdf(b"/Author (Some\\)Body)", b"/Producer(\xfe\xff\0P\0\xe9\xd8\0)", b"/CreationDate (D:2026)", XMP),
    "pdf of two words": _pdf(b"/Author(A)/Author(B)/Author(A)", b"/Creator\n\t(C\xff\x80 \x85 D)"),
    "document": _document(),
    "document, stored": _document(zipfile.ZIP_STORED),
    "document with a comment": _document(zipfile.ZIP_DEFLATED, "xl/a", comment=b"Some words."),
    "document behind something": b"PK\3\4" + bytes(40) + _document(),
    "document in bzip2": _document(zipfile.ZIP_BZIP2),
    "open document": _document(zipfile.ZIP_STORED, "mimetype"),
    "zip": _document(zipfile.ZIP_DEFLATED, "a.txt"),
    "words": "Plain words, caf\u00e9 \U0001f6a8.\n".encode(),
    "words with a mark": "\ufeff Words.".encode(),
    "a mail": b"X-A: 1\r\n b\r\nDate: today\r\n\r\nWords",
    "a mailbox": b"From somebody@example.org",
    "markup": "words <svg\u017f> and <\u017fvg>".encode(),
    "markup of another kind": "words <\u212aml >".encode(),
    "json": b' {"a": 1}',
    "bytes": bytes(range(256)),
    "a film": b"\0\0\0\x18ftypmp42" + bytes(40),
    "a recording": b"\0\0\0\x18ftypM4A " + bytes(40),
    "a photograph of a phone": b"\0\0\0\x18ftypheic" + bytes(40),
    "nothing": b"",
}


@pytest.mark.parametrize("name", FILES)
def test_the_page_finds_what_the_command_line_finds(page: Looking, name: str) -> None:
    """Kind, words in their order, whether it is plain, and the copy byte for byte."""
    assert _theirs(page.look(FILES[name])) == _mine(FILES[name])


def _bent(data: bytes, chance: random.Random) -> bytes:
    """A byte or more turned, a piece cut out, doubled or put in from elsewhere."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(made) + 1) for _ in range(2))
        piece = bytes(made[at : min(end, at + 40)])
        match chance.randrange(5):
            case 0 | 1 if at < len(made):
                made[at] = chance.choice((0, 1, 0xFF, made[at] ^ 1 << chance.randrange(8)))
            case 2:
                del made[at : at + len(piece)]
            case 3:
                made[at:at] = piece
            case _:
                made[at:at] = chance.choice(BEGINNINGS)
    return bytes(made) or b"x"


def _right_checks(png: bytes) -> bytes:
    """A PNG whose chunks have the checksums that belong to them: otherwise none is looked at."""
    out, at = bytearray(png[:8]), 8
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if at + 12 + size > len(png):
            break
        held = png[at + 4 : at + 8 + size]
        out += png[at : at + 4] + held + zlib.crc32(held).to_bytes(4, "big")
        at += 12 + size
    return bytes(out) + png[at:]


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable, and no secret


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("way", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE])
def test_packed_texts_are_unpacked_alike(page: Looking, level: int, way: int) -> None:
    """However they were packed, whole, cut or changed; of a text that is longer than what is told the first of it."""
    chance = _chance(f"{level} {way}")
    for _ in range(40):
        text = "".join(chance.choices("abcdefgh \u00e9\u05d6", k=chance.choice((0, 5, 60, 900, 5_000)))).encode()
        packer = zlib.compressobj(level, strategy=way)
        packed = bytearray(packer.compress(text) + packer.flush())
        if chance.randrange(3) == 0:
            packed[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        held = b"Author\0\0" + bytes(packed[: chance.choice((len(packed), chance.randrange(len(packed))))])
        data = PNG[:33] + len(held).to_bytes(4, "big") + b"zTXt" + held
        data += zlib.crc32(b"zTXt" + held).to_bytes(4, "big") + PNG[33:]
        assert _theirs(page.look(data)) == _mine(data), base64.b64encode(data)


BEND = ["jpeg", "jpeg with xmp", "png", "webp", "pdf", "words", "a mail"]


@pytest.mark.parametrize("name", BEND)
def test_of_bent_files_both_find_the_same(page: Looking, name: str) -> None:
    """Whatever was done to it; of a packed document, whose list two readers read, only what the page makes of a whole
    one is compared."""
    chance = _chance(name)
    for _ in range(BENT):
        data = _bent(FILES[name], chance)
        data = _right_checks(data) if name == "png" else data
        assert _theirs(page.look(data)) == _mine(data), base64.b64encode(data)


def test_bytes_behind_each_known_beginning_are_looked_at_alike(page: Looking) -> None:
    """Of a packed file nothing is asked but that it has a kind and no copy."""
    chance = _chance("beginnings")
    for beginning in BEGINNINGS * 20:
        data = beginning + chance.randbytes(chance.randrange(200))
        found = _theirs(page.look(data))
        if beginning == b"PK\3\4":
            assert (found["mediaType"], found["hash"]) == ("application/zip", None)
        else:
            assert found == _mine(data)


def test_a_packed_document_that_was_changed_has_a_kind_and_no_copy(page: Looking) -> None:
    """The page's reader of lists and streams ends at each, and makes no picture of it."""
    chance, document = _chance("document"), _document()
    kinds = set()
    for _ in range(BENT):
        found = page.look(b"PK\3\4" + _bent(document[4:], chance))
        assert (found["hash"], found["plain"]) == (None, False)
        kinds.add(found["mediaType"].rpartition(".")[2])
    assert kinds <= {"application/zip", "document", "text"}
    assert len(kinds) > 1


@pytest.mark.parametrize("worst", WORST)
def test_the_worst_file_of_each_kind_is_looked_at_in_seconds(page: Looking, worst: str) -> None:
    """As large as may be sent, in the page's code too, and with the same words."""
    data = WORST[worst]()
    found = page.look(data)
    assert found["seconds"] < SECONDS
    assert _theirs(found) == _mine(data)


def test_our_own_sentences_are_in_the_document(page: Looking) -> None:
    """What the page says in the document's language is, in English, what the command line says."""
    said = dict(
        line.split('data-word="')[1].split("</p>")[0].split('">{% trans %}')
        for line in WORDS.read_text(encoding="utf-8").splitlines()
        if 'data-word="file-' in line
    )
    words = {name: text.removesuffix("{% endtrans %}") for name, text in said.items()}
    tells = [one for data in FILES.values() for one in page.look(data)["tells"] if one["own"]]
    assert {one["own"] for one in tells} >= {"file-exif", "file-gps", "file-film", "file-xmp", "file-behind"}
    for one in tells:
        assert words[one["own"]].replace("{said}", one["said"]) == one["value"] == inert(one["value"])
