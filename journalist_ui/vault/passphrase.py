# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrases of a desk and its members: how long they are, and the key that is stretched from one."""

from dropbox.protocol.passphrase import composed
from dropbox.protocol.primitives import argon2id
from journalist_ui.refusals import BadInput

# RFC 9106's second recommended parameters: 64 MiB, three passes, four lanes. A desk is no phone.
STRETCH_MEMORY_KIB = 64 * 1024
STRETCH_PASSES = 3
STRETCH_LANES = 4
SALT = 16

SHORTEST_PASSPHRASE = 12
LONGEST_PASSPHRASE = 1_024


def stretch(passphrase: str, salt: bytes) -> bytes:
    """Argon2id over the composed passphrase; 32 bytes."""
    return argon2id(composed(passphrase).encode(), salt, STRETCH_MEMORY_KIB, STRETCH_PASSES, STRETCH_LANES)


def check_passphrase(passphrase: str, whose: str) -> str:
    """Raises BadInput."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadInput(f"The {whose} must have at least {SHORTEST_PASSPHRASE} characters. Choose several random words.")
    if len(passphrase) > LONGEST_PASSPHRASE:
        raise BadInput(f"The {whose} can have at most {LONGEST_PASSPHRASE} characters. Choose several random words.")
    try:
        passphrase.encode()
    except UnicodeEncodeError:
        raise BadInput(f"The {whose} is not plain text. Type it again.") from None
    return passphrase
