# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files in the worker's session: looked at, sealed by pieces, sent before the envelope, gone on with after a cut."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dropbox.metadata.look import look
from dropbox.protocol.attachments import open_piece
from dropbox.protocol.blobs import blob_id
from dropbox.protocol.body import File, Report, parse_body
from dropbox.protocol.constants import BLOB_PLAIN
from dropbox.source_cli.attaching import KINDS
from tests.cli.pictures import JPEG
from tests.client.node_session import NODE, Heard, NodeSession
from tests.client.test_session import new_codename, report
from tests.client.twin_server import TwinServer, hang_up, refused
from tests.flows.twin import changed_unit, replace_directory, seeded

LARGE = seeded(3)(2 * BLOB_PLAIN + 1)
BURST = ["/v1/directory", "/v1/board", "/v1/rows"]


def _marks(data: bytes) -> list[str]:
    return [hashlib.sha256(data[at : at + BLOB_PLAIN]).hexdigest() for at in range(0, len(data), BLOB_PLAIN)]


def _file(data: bytes, name: str = "file 1.txt", media_type: str = "text/plain") -> dict[str, Any]:
    """As a page asks for it."""
    return {"name": name, "type": media_type, "file": base64.b64encode(data).decode(), "marks": _marks(data)}


def _send(session: NodeSession, codename: str, *files: dict[str, Any], **more: Any) -> Heard:
    shown = {"name": "Unit north", "independent": False}
    return report(session, codename, slug="north", force="kent", shown=shown, files=list(files), **more)


@pytest.fixture(autouse=True)
def north(server: TwinServer) -> None:
    """The unit of one force."""
    replace_directory(server.service, lambda one: changed_unit(one, "north", forces=("kent",)), 2)


def _held(server: TwinServer) -> list[bytes]:
    twin = server.service.twin
    return [blob for blobs in twin.blobs.values() for blob in blobs]


def _opened(server: TwinServer, file: File) -> bytes:
    """A file as its desk puts it together."""
    known = {blob_id(blob): blob for blob in _held(server)}
    service_id = server.service.twin.service_id
    return b"".join(open_piece(file, at, known[one], service_id) for at, one in enumerate(file.blobs))


def _report(server: TwinServer) -> Report:
    server.service.tick()
    return parse_body(server.service.desks["north"].bodies()[-1])


def _posts(server: TwinServer) -> list[str]:
    return [path.rpartition("/")[0] if path.startswith("/v1/blobs/") else path for path in server.paths()]


def test_a_file_is_looked_at_without_a_request(server: TwinServer, session: NodeSession) -> None:
    """What it is, tells and is called; by what its pieces and those of its copy are known again. Nothing acts in it."""
    found = session.ask("look", file=base64.b64encode(JPEG).decode(), name="IMG_\u202e1.jpg").done
    assert (found["mediaType"], found["ending"], found["picture"], found["plain"]) == ("image/jpeg", "jpg", True, False)
    assert found["name"] == "IMG_\u27e6U+202E\u27e71.jpg"
    mine = look(JPEG)
    assert mine.cleaned is not None
    assert {one["kind"] for one in found["tells"]} == {kind.value for kind in KINDS if kind.value != "time"}
    assert {"kind": "place", "own": "file-gps", "said": ""} in found["tells"]
    assert {"kind": "camera", "own": "", "said": "Phone 7"} in found["tells"]
    assert (found["marks"], found["clean"]["marks"]) == (_marks(JPEG), _marks(mine.cleaned))
    large = session.ask("look", file=base64.b64encode(LARGE).decode(), name="n" * 256).done
    assert (large["mediaType"], large["clean"], large["name"]) == ("application/octet-stream", None, "")
    assert large["marks"] == _marks(LARGE)
    assert server.asked == []


def test_the_copy_of_a_picture_of_many_pieces(session: NodeSession) -> None:
    """Short ones and long ones in turn, notes between them: put together as the command line does."""
    scan = JPEG[JPEG.index(b"\xff\xda") : -2]
    between = b"".join(b"\xff\xfe\0\5abc\xff\xdd\0\4\0" + bytes([at % 256]) for at in range(4_000))
    picture = JPEG[:-2] + between + (scan + bytes(5_000) + b"\xff\xfe\0\3x") * 9 + between + b"\xff\xd9"
    mine = look(picture).cleaned
    assert mine is not None
    found = session.ask("look", file=base64.b64encode(picture).decode(), name="a.jpg").done
    assert found["clean"]["marks"] == _marks(mine)


def test_files_go_before_the_envelope_and_arrive_whole(server: TwinServer, session: NodeSession) -> None:
    """The clean copy of a picture, and a file of three pieces: four blobs, in the steps that the page shows; the desk
    has both byte for byte, and nothing of what the picture told."""
    session.ask("look", file=base64.b64encode(JPEG).decode(), name="IMG_1.jpg")
    cleaned = look(JPEG).cleaned
    assert cleaned is not None
    picture = {"name": "file 1.jpg", "type": "image/jpeg", "file": "", "marks": _marks(cleaned)}
    heard = _send(session, new_codename(session), picture, _file(LARGE, "file 2"))
    assert heard.done["stored"], heard
    assert _posts(server) == [*BURST, "/v1/passes", *["/v1/blobs"] * 4, "/v1/envelopes"]
    assert heard.stages()[-6:] == ["directory", "board", "read", "files", "seal", "post"]
    went = [one for one in heard.progress if one["stage"] == "files"]
    assert [one["percent"] for one in went] == [0, 0, 25, 50, 75]
    assert not any(one["perhapsStored"] for one in went)
    sent = _report(server)
    assert [(one.name, one.media_type, one.size) for one in sent.files] == [
        ("file 1.jpg", "image/jpeg", len(cleaned)),
        ("file 2", "text/plain", len(LARGE)),
    ]
    assert [_opened(server, one) for one in sent.files] == [cleaned, LARGE]
    assert b"Phone 7" not in b"".join(_opened(server, one) for one in sent.files)


def test_trying_again_goes_on_with_what_has_no_receipt(server: TwinServer, session: NodeSession) -> None:
    """Three visits break in the midst of the files; asked for again, the same message goes on: no blob that has a
    receipt goes twice, none other comes, and the unit gets one message."""
    codename = new_codename(session)
    server.faults["/v1/blobs"] = [lambda honest: honest] * 2 + [refused(500, "nonsense"), *[hang_up] * 60]
    heard = _send(session, codename, _file(LARGE))
    assert (heard.failed["code"], heard.failed["perhapsStored"]) == ("unreachable", False)
    assert "/v1/envelopes" not in _posts(server)
    before = set(_held(server))
    server.asked.clear()
    server.faults.clear()
    assert _send(session, codename, _file(LARGE)).done["stored"]
    passes = _posts(server).count("/v1/passes")
    assert (passes, _posts(server).count("/v1/blobs")) == (1, 2)
    # The third one took effect and nobody was told: it is the same one that comes again.
    assert len(set(_held(server))) == 4
    assert before < set(_held(server))
    assert _opened(server, _report(server).files[0]) == LARGE


def test_what_is_not_what_was_looked_at_is_not_sent(server: TwinServer, session: NodeSession) -> None:
    """Nothing is asked of the service."""
    codename = new_codename(session)
    for changed in (LARGE[:-1], LARGE + b"x", b"x" + LARGE[1:], b"", LARGE[:BLOB_PLAIN]):
        heard = _send(session, codename, {**_file(LARGE), "file": base64.b64encode(changed or b"y").decode()})
        assert heard.failed["code"] == "file-changed", len(changed)
    assert server.asked == []


def test_a_text_that_does_not_fit_beside_its_files(server: TwinServer, session: NodeSession) -> None:
    """A message with files has one part."""
    heard = _send(session, new_codename(session), _file(b"x"), text="x" * 15_000)
    assert heard.failed["code"] == "too-long"
    assert server.asked == []


def test_a_unit_that_takes_no_files(server: TwinServer, session: NodeSession) -> None:
    """By the signed list, whatever the page showed: as many blobs go, all random, and a decoy; the list of units says
    so. A later press begins anew."""
    replace_directory(server.service, lambda one: changed_unit(one, "north", forces=("kent",), takes_no_files=True), 3)
    codename = new_codename(session)
    done = _send(session, codename, _file(LARGE)).done
    assert (done["stored"], done["refused"]["code"], done["refused"]["byList"]) == (False, "files-not-taken", False)
    assert _posts(server).count("/v1/blobs") == 4
    assert {one["slug"]: one["takesFiles"] for one in done["units"]} == {"intake": True, "north": False, "south": True}
    first = set(_held(server))
    assert len(first) == 4
    _send(session, codename, _file(LARGE))
    assert len(set(_held(server)) - first) == 4


def test_which_message_is_gone_on_with() -> None:
    """The same one within an hour; not another unit's, one whose hour is over or whose clock was set back, one that
    was refused or dropped; and never one without files."""
    script = Path(__file__).parent / "sealed_twice.js"
    done = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == {
        "again": True,
        "within": True,
        "plain": True,
        **dict.fromkeys(("elsewhere", "late", "setBack", "refused", "dropped"), False),
    }
