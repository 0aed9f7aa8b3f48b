# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file by which a client pins its anchor (docs/protocol.md, section 8)."""

from .anchors import SignedAnchor, parse_signed_anchor, verify_first_anchor
from .armour import ANCHOR, dearmour


def parse_anchor_file(text: bytes) -> SignedAnchor:
    """An anchor that its own threshold signed. Raises BadArmour, Malformed, UnderSigned."""
    signed = parse_signed_anchor(dearmour(ANCHOR, text))
    verify_first_anchor(signed)
    return signed
