# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one door to the cryptographic libraries; nothing here is home-made (docs/protocol.md, section 2.1).

HPKE is RFC 9180 base mode, single shot, with KEM 0x647a (X-Wing), KDF 0x0001 and AEAD 0x0002. Ed25519 (RFC 8032) is
verified by libsodium, which refuses small-order keys and non-canonical S. Argon2id is RFC 9106, version 1.3.
"""

import hashlib
import hmac

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from .constants import HASH, KEY, SIGNATURE, XWING_PUBLIC, XWING_SEED
from .errors import BadPublicKey, BadSignature, NotForThisKey, WrongLength

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_PUBLIC = 1_184
_MLKEM_SEED = 64


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4), 32 bytes."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), 32 bytes."""
    return hmac.digest(key, data, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Whether two byte strings are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)


def hkdf(ikm: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) with an empty salt, 32 bytes."""
    return HKDF(algorithm=SHA256(), length=HASH, salt=None, info=info).derive(ikm)


def argon2id(password: bytes, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    """Argon2id v1.3 (RFC 9106), 32 bytes."""
    return hash_secret_raw(password, salt, passes, memory_kib, lanes, KEY, Type.ID, 19)


def aead_seal(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    """AES-256-GCM (NIST SP 800-38D): ciphertext and 16-byte tag. The nonce is 12 bytes, never twice under a key."""
    return AESGCM(key).encrypt(nonce, plain, aad)


def aead_open(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Inverse of aead_seal. Raises NotForThisKey."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise NotForThisKey("aes-256-gcm") from None


def ed25519_public(seed: bytes) -> bytes:
    """The 32-byte public key of a 32-byte seed (RFC 8032, 5.1.5)."""
    return crypto_sign_seed_keypair(seed)[0]


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    """64-byte signature (RFC 8032, 5.1.6)."""
    _, secret = crypto_sign_seed_keypair(seed)
    return crypto_sign(message, secret)[:SIGNATURE]


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Strict verification (RFC 8032, 5.1.7): S below L, and a key of the group of prime order, so that the equations
    with and without the cofactor, which libraries choose between, agree. Raises BadSignature, WrongLength."""
    if len(public) != KEY or len(signature) != SIGNATURE:
        raise WrongLength("ed25519")
    if not crypto_core_ed25519_is_valid_point(public):
        raise BadSignature("ed25519 key")
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        raise BadSignature("ed25519") from None


class SealingKey:
    """An X-Wing private key, expanded once from its 32-byte seed so that many trial openings are cheap."""

    def __init__(self, seed: bytes) -> None:
        """``seed``: 32 bytes; SHAKE256(seed, 96) gives the ML-KEM seed (64) and the X25519 key (32)."""
        if len(seed) != XWING_SEED:
            raise WrongLength("x-wing seed")
        expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED + KEY)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED:])
        self._private = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open ``enc || ciphertext``. Raises NotForThisKey for whatever this key does not open."""
        try:
            return _SUITE.decrypt(sealed, self._private, info=info)
        except (InvalidTag, ValueError):
            raise NotForThisKey("hpke") from None


def hpke_seal(public: bytes, plain: bytes, info: bytes) -> bytes:
    """``enc 1120 || ciphertext || tag 16`` to a 1,216-byte X-Wing key, with fresh randomness. Raises BadPublicKey."""
    if len(public) != XWING_PUBLIC:
        raise BadPublicKey("x-wing")
    try:
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
        )
        return _SUITE.encrypt(plain, key, info=info)
    except ValueError:
        raise BadPublicKey("x-wing") from None


def check_sealing_key(public: bytes) -> None:
    """Whether anything can be sealed to an X-Wing key, by doing it. Raises BadPublicKey."""
    hpke_seal(public, b"", b"")
