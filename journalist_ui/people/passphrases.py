# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrases of a desk and its members: how long they are, the key that is stretched from one, and what lies under it.

A member's X-Wing seed and one-time-code secret are sealed under a key stretched from the passphrase. The desk key does
not open them: with the disk and the desk key in hand, and no member's passphrase, content stays closed.
"""

from dataclasses import dataclass, field

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import NONCE, XWING_SEED
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.passphrase import composed
from dropbox.protocol.primitives import SealingKey, aead_open, aead_seal, argon2id
from journalist_ui.refusals import BadInput
from journalist_ui.vault import labels

from . import codes

# RFC 9106's second recommended parameters: 64 MiB, three passes, four lanes. A desk is no phone.
STRETCH_MEMORY_KIB = 64 * 1024
STRETCH_PASSES = 3
STRETCH_LANES = 4
SALT = 16

SHORTEST_PASSPHRASE = 12
LONGEST_PASSPHRASE = 1_024


def stretch(passphrase: str, salt: bytes) -> bytes:
    """Argon2id over the composed passphrase; 32 bytes. It takes a second and 64 MiB: never in a transaction, never on
    the thread of the desk's loop."""
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


@dataclass(frozen=True)
class Secrets:
    """What a member has that is not secret in the vault: a public key, a ``salt``, and ``sealed``, their seed and code
    secret (20 bytes) under the passphrase."""

    public: bytes
    salt: bytes
    sealed: bytes = field(repr=False)
    code_secret: bytes = field(repr=False)


def draw_secrets(name: str, passphrase: str, random: Random, code_secret: bytes | None = None) -> Secrets:
    """A new key, and a new code secret unless one is kept. It takes long."""
    seed = random(XWING_SEED)
    secret = random(codes.SECRET) if code_secret is None else code_secret
    salt, nonce = random(SALT), random(NONCE)
    sealed = nonce + aead_seal(stretch(passphrase, salt), nonce, seed + secret, _aad(name))
    return Secrets(SealingKey(seed).public, salt, sealed, secret)


def open_secrets(name: str, salt: bytes, sealed: bytes, passphrase: str) -> tuple[SealingKey, bytes] | None:
    """The key and the code secret; None when the passphrase is wrong. It takes long."""
    try:
        found = aead_open(stretch(passphrase, salt), sealed[:NONCE], sealed[NONCE:], _aad(name))
    except NotForThisKey:
        return None
    return SealingKey(found[:XWING_SEED]), found[XWING_SEED:]


def waste_a_stretch(passphrase: str) -> None:
    """The same work for a name that is nobody's, so that the time does not tell who is a member."""
    stretch(passphrase, bytes(SALT))


def _aad(name: str) -> bytes:
    return labels.MEMBER_SECRETS + name.encode()
