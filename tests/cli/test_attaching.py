# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that go with a report or a reply: bounded, looked at, told of, sealed, and posted before the envelope."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import click
import pytest

from dropbox.metadata.look import look
from dropbox.protocol.attachments import open_piece
from dropbox.protocol.blobs import blob_id
from dropbox.protocol.body import File, parse_body
from dropbox.protocol.constants import BLOB, BLOB_PLAIN
from dropbox.source_cli.advice import NOT_AT_ONCE
from dropbox.source_cli.attaching import ASK, attach
from dropbox.source_cli.service import Stop
from tests.cli.conftest import Sources, codename
from tests.cli.pictures import JPEG, PNG
from tests.client.twin_server import refused

PASSES, BLOBS, ENVELOPES = "/v1/passes", "/v1/blobs/" + "0" * 32, "/v1/envelopes"
BOARD = ["/v1/directory", "/v1/board", "/v1/rows"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_4711.jpg"
    path.write_bytes(JPEG)
    return path


def arrived(sources: Sources) -> list[tuple[File, bytes]]:
    """The files of what north opens next, as it opens them."""
    twin = sources.server.service.twin
    twin.advance()
    desk = sources.server.service.desks["north"]
    desk.contents.clear()
    desk.collect(twin)
    held = {blob_id(blob): blob for blobs in twin.blobs.values() for blob in blobs}
    files = [file for body in desk.bodies() for file in parse_body(body).files]
    return [
        (file, b"".join(open_piece(file, at, held[one], twin.service_id) for at, one in enumerate(file.blobs)))
        for file in files
    ]


def test_a_file_is_posted_before_the_envelope_and_opens_at_the_desk(sources: Sources, picture: Path) -> None:
    """Under a name of no meaning, with all of it where a person says so; what it tells is said, and that it can be seen
    to be sent."""
    done = sources.report("--attach", str(picture), "--as-it-is", "--json")
    assert done.exit_code == 0, done.stderr
    assert sources.server.paths() == [*BOARD, PASSES, BLOBS, ENVELOPES]
    for said in ("the camera: Phone 7", "the place", "an author: Somebody", "as you asked", "1 x 256 KiB"):
        assert said in done.stderr
    ((file, data),) = arrived(sources)
    assert (file.name, file.media_type, file.size, data) == ("file 1.jpg", "image/jpeg", len(JPEG), JPEG)


def test_a_picture_goes_without_what_it_tells(sources: Sources, picture: Path) -> None:
    """Unless a person says otherwise nothing of that leaves this device, and it is said."""
    done = sources.report("--attach", str(picture), "--json")
    assert done.exit_code == 0, done.stderr
    for said in ("the place", "--as-it-is sends all of it"):
        assert said in done.stderr
    ((_, data),) = arrived(sources)
    assert b"Phone 7" not in data
    assert data.endswith(JPEG[JPEG.index(b"\xff\xda") :])


def test_several_files_of_several_blobs_fill_up_to_a_power_of_two(
    sources: Sources, picture: Path, tmp_path: Path
) -> None:
    """One of two blobs and one of one go as four, each once; own names where a person keeps them."""
    large = tmp_path / "Grüße.bin"
    large.write_bytes(b"x" * (BLOB_PLAIN + 1))
    name = sources.answered()
    done = sources.reply(name, "--attach", str(large), "--attach", str(picture), "--keep-names", "--json")
    assert done.exit_code == 0, done.stderr
    assert Counter(sources.server.paths())[BLOBS] == 4
    assert {one.length for one in sources.server.asked if one.path == BLOBS} == {BLOB}
    found = {file.name: data for file, data in arrived(sources)}
    assert found == {"Grüße.bin": large.read_bytes(), "IMG_4711.jpg": look(JPEG).cleaned}


def test_what_was_stored_is_not_posted_again(sources: Sources, picture: Path, tmp_path: Path) -> None:
    """A line that breaks at the second blob: the next try goes on there, under the same keys."""
    (tmp_path / "b.png").write_bytes(PNG)
    sources.server.faults["/v1/blobs"] = [lambda honest: honest, lambda honest: (200, b"")]
    done = sources.report("--attach", str(picture), "--attach", str(tmp_path / "b.png"), "--json")
    assert done.exit_code == 0, done.stderr
    assert sources.server.paths() == [*BOARD, PASSES, BLOBS, BLOBS, *BOARD, PASSES, BLOBS, ENVELOPES]
    assert [data for _, data in arrived(sources)] == [look(JPEG).cleaned, look(PNG).cleaned]


def test_a_pass_that_is_gone_is_asked_for_again(sources: Sources, picture: Path) -> None:
    """Within the visit, for what is left."""
    sources.server.faults["/v1/blobs"] = [refused(403, "pass-gone")]
    done = sources.report("--attach", str(picture), "--json")
    assert done.exit_code == 0, done.stderr
    assert sources.server.paths() == [*BOARD, PASSES, BLOBS, PASSES, BLOBS, ENVELOPES]


def test_a_service_that_lets_no_file_in_gets_no_envelope(sources: Sources, picture: Path) -> None:
    """Three visits as for any broken one, and the text is kept: it would be a message whose files never come."""
    sources.server.faults["/v1/passes"] = [refused(503, "try-later")] * 3
    done = sources.report("--attach", str(picture), "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["stored"] == "no"
    assert sources.server.paths() == [*BOARD, PASSES] * 3


def test_a_service_that_takes_no_files_is_sent_none(sources: Sources, picture: Path) -> None:
    """By its signed policy: a visit like any other goes, and the person is told, and sent back on another day: files
    that are followed at once by none would tell that the unit takes none."""
    twin = sources.server.service.twin
    service = sources.server.service
    from dropbox.protocol.directory import parse_directory
    from tests.flows.twin import sign_directory

    directory = parse_directory(twin.directory.body)
    none = replace(directory, policy=replace(directory.policy, blobs_per_period=0))
    head = twin.directory.head.head
    twin.directory = sign_directory(twin.directory.anchors, service.roots, none, 1, head.issued, head.expires)
    twin.rebuild()
    done = sources.report("--attach", str(picture), "--json")
    assert done.exit_code == 1
    assert "Files cannot be sent to this unit" in done.stderr
    assert NOT_AT_ONCE in done.stderr
    assert re.search(r"Come back in \d days", done.stderr)
    assert "visit. Send the text alone" not in done.stderr
    assert sources.server.paths() == [*BOARD, ENVELOPES]
    assert ", takes no files" in sources.run("units").stdout


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\x18ftypheic" + bytes(64),
        b"\0\0\0\x18ftypisom" + bytes(64),
        b"\0\0\0\x08wide\0\0\0\x40mdat" + bytes(64),
        b"II*\0" + bytes(64),
        b"II+\0\x08\0\0\0" + bytes(64),
        b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(64),
        b"BM" + bytes(64),
        b"PK\3\4" + bytes(64),
        JPEG[:40],
        b"\xef\xbb\xbf \n<gpx><trkpt lat='53.8' lon='-1.5'/></gpx>",
        b"Received: from a\nFrom: a\nSubject: b\n\nwords",
    ],
    ids=["heic", "video", "quicktime", "tiff", "bigtiff", "jpeg2000", "bmp", "packed", "broken", "track", "mail"],
)
def test_what_may_tell_a_place_goes_only_where_that_is_said(sources: Sources, tmp_path: Path, data: bytes) -> None:
    """No copy without it can be made, or nobody knows here what it is: with nobody to ask nothing is sent."""
    path = tmp_path / "a"
    path.write_bytes(data)
    done = sources.report("--attach", str(path), "--json")
    assert (done.exit_code, sources.server.asked) == (1, [])
    assert "may say where" in done.stderr
    assert sources.report("--attach", str(path), "--as-it-is", "--json").exit_code == 0
    ((_, came),) = arrived(sources)
    assert came == data


@pytest.mark.parametrize(
    "data",
    [b"Words, nothing else: 1 < 2.\n", b"%PDF-1.7\n", b"ID3" + bytes(64), b"{\\rtf1 words}"],
    ids=["words", "pdf", "sound", "office"],
)
def test_what_is_known_to_tell_no_place_goes_unasked(sources: Sources, tmp_path: Path, data: bytes) -> None:
    """Words, documents and sound, with nobody to ask."""
    path = tmp_path / "a"
    path.write_bytes(data)
    done = sources.report("--attach", str(path), "--json")
    assert done.exit_code == 0, done.stderr
    ((_, came),) = arrived(sources)
    assert came == data


@pytest.mark.parametrize("data", [b"<svg/>", b"Date: 3 May\n\nwords", b"BM" + bytes(64)], ids=["svg", "mail", "bmp"])
def test_a_person_is_asked_about_what_is_no_plain_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: bytes
) -> None:
    """At a terminal, also where the bytes are a text; about plain words nobody is."""
    path, asked = tmp_path / "a", []
    monkeypatch.setattr(click, "confirm", lambda words, **_: asked.append(words))
    path.write_bytes(b"words")
    assert attach([str(path)], bytes(32), as_it_is=False, keep_names=False, ask=True).files
    assert asked == []
    path.write_bytes(data)
    with pytest.raises(Stop, match="Stopped"):
        attach([str(path)], bytes(32), as_it_is=False, keep_names=False, ask=True)
    assert asked == [ASK]


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "empty"), (64 * BLOB_PLAIN + 1, "larger than")],
)
def test_a_file_that_cannot_go_is_refused_before_anything_is_sent(
    sources: Sources, tmp_path: Path, size: int, said: str
) -> None:
    """Empty, or larger than all of a visit's blobs: bounded before it is read."""
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(size)
    done = sources.report("--attach", str(path), "--json")
    assert (done.exit_code, sources.server.asked) == (1, [])
    assert said in done.stderr


def test_files_that_are_too_large_together(sources: Sources, tmp_path: Path) -> None:
    """Each would go, both do not."""
    path = tmp_path / "a"
    path.write_bytes(b"x" * (33 * BLOB_PLAIN))
    done = sources.report("--attach", str(path), "--attach", str(path), "--json")
    assert (done.exit_code, sources.server.asked) == (1, [])
    assert "too large" in done.stderr


def test_a_text_that_leaves_no_room_for_the_list_of_files(sources: Sources, picture: Path) -> None:
    """Is to go first, by itself."""
    sources.text.write_text("x" * 15_000)
    done = sources.report("--attach", str(picture), "--json")
    assert (done.exit_code, sources.server.asked) == (1, [])
    assert "Send the text first" in done.stderr


def test_a_name_that_cannot_be_sent(sources: Sources, tmp_path: Path) -> None:
    """The name is the person's to keep or not."""
    path = tmp_path / b"\xff.jpg".decode("utf-8", "surrogateescape")
    path.write_bytes(JPEG)
    assert "--keep-names" in sources.report("--attach", str(path), "--keep-names", "--json").stderr
    assert sources.report("--attach", str(path), "--json").exit_code == 0


def test_an_unknown_codename_sends_as_many_blobs(sources: Sources, picture: Path) -> None:
    """Its message cannot be sealed, as no unit has answered: random ones, and a decoy."""
    done = sources.run("reply", "--text-file", str(sources.text), "--attach", str(picture), stdin=f"{codename(9)}\n")
    assert done.exit_code == 1
    assert sources.server.paths() == [*BOARD, PASSES, BLOBS, ENVELOPES]
    assert arrived(sources) == []
