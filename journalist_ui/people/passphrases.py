# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrases of a desk and its members: how long they are, the key that is stretched from one, and what lies under it.

A member's X-Wing seed, one-time-code secret and Ed25519 seed are sealed under a key stretched from the passphrase. The
desk key does not open them: with the disk and the desk key in hand, and no member's passphrase, content stays closed.
"""

import os
from dataclasses import dataclass, field

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import KEY, NONCE, XWING_SEED
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.passphrase import composed
from dropbox.protocol.primitives import SealingKey, aead_open, aead_seal, argon2id, ed25519_public
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
    """What a member has that is not secret in the vault: the public keys that cases are wrapped to and that approvals
    are verified by, a ``salt``, and ``sealed``: X-Wing seed, code secret (20 bytes) and Ed25519 seed (32) under the
    passphrase."""

    public: bytes
    signing: bytes
    salt: bytes
    sealed: bytes = field(repr=False)
    code_secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """What a passphrase opens. ``signer`` is the Ed25519 seed. ``sealed`` is what takes the place of what was opened,
    where that is of before members had such a seed: this one is drawn just now; None else."""

    key: SealingKey = field(repr=False)
    code_secret: bytes = field(repr=False)
    signer: bytes = field(repr=False)
    sealed: bytes | None = field(default=None, repr=False)

    @property
    def signing(self) -> bytes:
        """The public half of ``signer``, 32 bytes."""
        return ed25519_public(self.signer)


def draw_secrets(name: str, passphrase: str, random: Random, code_secret: bytes | None = None) -> Secrets:
    """New keys, and a new code secret unless one is kept. It takes long."""
    seed, signer = random(XWING_SEED), random(KEY)
    secret = random(codes.SECRET) if code_secret is None else code_secret
    salt, nonce = random(SALT), random(NONCE)
    sealed = nonce + aead_seal(stretch(passphrase, salt), nonce, seed + secret + signer, _aad(name))
    return Secrets(SealingKey(seed).public, ed25519_public(signer), salt, sealed, secret)


def open_secrets(name: str, salt: bytes, sealed: bytes, passphrase: str) -> Opened | None:
    """What the passphrase opens; None when it is wrong. It takes long."""
    stretched = stretch(passphrase, salt)
    try:
        found = aead_open(stretched, sealed[:NONCE], sealed[NONCE:], _aad(name))
    except NotForThisKey:
        return None
    key, secret = SealingKey(found[:XWING_SEED]), found[XWING_SEED : XWING_SEED + codes.SECRET]
    signer = found[XWING_SEED + codes.SECRET :]
    if signer:
        return Opened(key, secret, signer)
    signer, nonce = os.urandom(KEY), os.urandom(NONCE)
    return Opened(key, secret, signer, nonce + aead_seal(stretched, nonce, found + signer, _aad(name)))


def waste_a_stretch(passphrase: str) -> None:
    """The same work for a name that is nobody's, so that the time does not tell who is a member."""
    stretch(passphrase, bytes(SALT))


def _aad(name: str) -> bytes:
    return labels.MEMBER_SECRETS + name.encode()
