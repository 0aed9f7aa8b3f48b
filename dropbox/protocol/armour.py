# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text files that carry a struct from hand to hand: anchors, enrolments, directories (docs/protocol.md, section 8)."""

import base64
import binascii
import re

from .errors import BadArmour

ROOT_PUBLIC, ANCHOR, ENROLMENT, DIRECTORY, PAGES = "ROOT PUBLIC", "ANCHOR", "ENROLMENT", "DIRECTORY", "PAGES"
"""The kinds that go from hand to hand."""
REHEARSAL = "REHEARSAL "
"""Stands before the kind of each file of a rehearsal, which nothing real takes."""
_LINE = 64
_MARK = b"\xef\xbb\xbf"
_WRITTEN = re.compile(
    rb"-----BEGIN DROPBOX ([A-Z ]+)-----\n((?:[A-Za-z0-9+/=]{1,64}\n)+)-----END DROPBOX ([A-Z ]+)-----\n"
)


def armour(kind: str, data: bytes) -> bytes:
    """ASCII text: a BEGIN line with ``kind``, base64 in lines of 64, an END line."""
    text = base64.b64encode(data).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join([f"-----BEGIN DROPBOX {kind}-----", *lines, f"-----END DROPBOX {kind}-----", ""]).encode()


def dearmour(kind: str, text: bytes) -> bytes:
    """Inverse of armour; line ends of other systems, ASCII blanks around and an editor's byte order mark are forgiven,
    everything else is not.

    At least one byte comes out. Raises BadArmour.
    """
    plain = text.removeprefix(_MARK).replace(b"\r\n", b"\n").strip() + b"\n"
    found = _WRITTEN.fullmatch(plain)
    if not found or found[1] != found[3]:
        raise BadArmour("form")
    if found[1].decode() == REHEARSAL + kind:
        raise BadArmour("made in a rehearsal: nothing real takes it")
    if found[1].decode() != kind:
        raise BadArmour(f"holds another kind than {kind.lower()}")
    try:
        data = base64.b64decode(found[2].replace(b"\n", b""), validate=True)
    except binascii.Error:
        raise BadArmour("base64") from None
    if armour(kind, data) != plain:
        raise BadArmour("not as it is written")
    return data
