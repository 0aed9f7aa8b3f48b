# SPDX-License-Identifier: AGPL-3.0-or-later
"""A root's signature alone, for a root that is elsewhere: a line of letters and digits, which a file, a square code or
a voice brings to where the list or the anchor is."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from dropbox.protocol import labels
from dropbox.protocol.anchors import SignedAnchor, sign_as_root
from dropbox.protocol.constants import SIGNATURE
from dropbox.protocol.directory import UntrustedDirectory
from dropbox.protocol.errors import CryptoRefused
from dropbox.protocol.primitives import ed25519_verify, sha256

from .errors import StepRefused
from .issue import anchor_signed_by, directory_signed_by

_MARK, _CHECK = 8, 4
_SIZE = _MARK + _MARK + SIGNATURE + _CHECK
LETTERS = -(-_SIZE * 8 // 5)
"""Of a signature's line: base32 of its bytes."""
_GROUP = 9


@dataclass(frozen=True)
class Cosignature:
    """``root`` and ``of`` are the first bytes of the root's public key, and of the hash of what it signed: enough to
    say which one a signature is, and the signature proves it."""

    root: bytes
    of: bytes
    signature: bytes

    def code(self) -> str:
        """Letters and digits, the last few of which depend on all before."""
        data = self.root + self.of + self.signature
        return base64.b32encode(data + sha256(data)[:_CHECK]).decode().rstrip("=")

    def lines(self) -> list[str]:
        """The code in groups, as people write it."""
        code = self.code()
        groups = [code[at : at + _GROUP] for at in range(0, LETTERS, _GROUP)]
        return [" ".join(groups[at : at + 5]) for at in range(0, len(groups), 5)]


def read_cosignature(text: str) -> Cosignature:
    """Whatever blanks and small letters it was written with. Raises StepRefused."""
    letters = "".join(text.split()).upper()
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        data = b""
    if len(letters) != LETTERS or sha256(data[:-_CHECK])[:_CHECK] != data[-_CHECK:]:
        raise StepRefused(
            f"This is no root's signature, or a letter of it is wrong: it has {LETTERS} letters and digits."
        )
    return Cosignature(data[:_MARK], data[_MARK : 2 * _MARK], data[2 * _MARK : -_CHECK])


def cosign_directory(listing: UntrustedDirectory, seed: bytes, public: bytes) -> Cosignature:
    """One root's signature on a list. Raises StepRefused, as signing it does."""
    one = sign_as_root(seed, 0, labels.HEAD_SIGNATURE, listing.head.head.encode())
    directory_signed_by(listing, public, one.signature)
    return Cosignature(public[:_MARK], sha256(listing.head.head.encode())[:_MARK], one.signature)


def cosign_anchor(signed: SignedAnchor, previous: SignedAnchor | None, seed: bytes, public: bytes) -> Cosignature:
    """One root's signature on an anchor, for each list where this root stands. Raises StepRefused."""
    one = sign_as_root(seed, 0, labels.ANCHOR_SIGNATURE, signed.anchor.encode())
    anchor_signed_by(signed, previous, public, one.signature)
    return Cosignature(public[:_MARK], sha256(signed.anchor.encode())[:_MARK], one.signature)


def _signer(given: Cosignature, roots: Iterable[bytes], label: bytes, body: bytes, what: str) -> bytes:
    """The public key of the root that made it. Raises StepRefused."""
    if given.of != sha256(body)[:_MARK]:
        raise StepRefused(f"This signature is on something else than {what}. Take the one that was made for it.")
    for public in roots:
        if public[:_MARK] == given.root:
            try:
                ed25519_verify(public, label + b"\0" + body, given.signature)
            except CryptoRefused:
                raise StepRefused("This signature does not hold. Have that root sign again.") from None
            return public
    raise StepRefused("This signature is of a root that does not stand here. Use another root's.")


def join_directory(listing: UntrustedDirectory, given: Cosignature) -> tuple[UntrustedDirectory, bytes]:
    """The list with the signature, and whose it is. Raises StepRefused."""
    roots = listing.anchors[-1].anchor.roots
    public = _signer(given, roots, labels.HEAD_SIGNATURE, listing.head.head.encode(), "this list")
    return directory_signed_by(listing, public, given.signature), public


def join_anchor(signed: SignedAnchor, previous: SignedAnchor | None, given: Cosignature) -> tuple[SignedAnchor, bytes]:
    """The anchor with the signature, and whose it is. Raises StepRefused."""
    roots = signed.anchor.roots + (previous.anchor.roots if previous else ())
    public = _signer(given, roots, labels.ANCHOR_SIGNATURE, signed.anchor.encode(), "this anchor")
    return anchor_signed_by(signed, previous, public, given.signature), public
