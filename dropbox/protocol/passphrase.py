# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrases are letters, not bytes: what two keyboards that compose a letter differently agree on."""

import unicodedata


def composed(passphrase: str) -> str:
    """Its NFC form, which is what every key of the product is stretched from (Unicode Standard Annex 15)."""
    return unicodedata.normalize("NFC", passphrase)
