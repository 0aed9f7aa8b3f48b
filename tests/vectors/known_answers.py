# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers that others published: each scenario states its expected output itself."""

import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.scenario import Scenario

# draft-connolly-cfrg-xwing-kem, test vectors: seed, encapsulation, shared secret. The draft draws its seeds from the
# SHAKE128 stream of the empty string: 32 bytes of seed and 64 of encapsulation seed, then the next vector's.
XWING_SHARED = (
    "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
    "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
    "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f",
)
_SUITE = b"HPKE" + bytes.fromhex("647a00010002")


def _extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """LabeledExtract (RFC 9180, section 4)."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + _SUITE + label + ikm, "sha256")


def _expand(prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand (RFC 9180, section 4), at most one block."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + _SUITE + label + info
    return hmac.digest(prk, labelled + b"\x01", "sha256")[:length]


def hpke_from_shared(enc: bytes, shared: bytes, info: bytes, plain: bytes) -> bytes:
    """The sealed bytes that base mode gives for a published shared secret (RFC 9180, section 5.1), written here apart
    from the library under test."""
    context = b"\x00" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    key, nonce = _expand(secret, b"key", context, 32), _expand(secret, b"base_nonce", context, 12)
    return enc + AESGCM(key).encrypt(nonce, plain, b"")


def xwing(vectors: list[dict[str, str]]) -> list[Scenario]:
    """``vectors``: the draft's, with seed, pk, ct, ss."""
    found: list[Scenario] = []
    for number, (one, shared) in enumerate(zip(vectors, XWING_SHARED, strict=True), start=1):
        assert one["ss"] == shared
        public = {"public": one["pk"]}
        claim = "The public key of the draft's seed is the draft's."
        found.append((f"known-xwing-public-{number}", claim, "xwing-public", {"seed": one["seed"]}, public))
        sealed = hpke_from_shared(bytes.fromhex(one["ct"]), bytes.fromhex(shared), b"info", b"known answer")
        opening = {"seed": one["seed"], "info": b"info".hex(), "sealed": sealed.hex()}
        claim = "HPKE over the draft's encapsulation and shared secret opens with the draft's seed."
        found.append((f"known-hpke-xwing-{number}", claim, "hpke-open", opening, {"plain": b"known answer".hex()}))
    return found


def published() -> list[Scenario]:
    """SHA-256, HMAC, HKDF, Argon2id, AES-256-GCM and Ed25519."""
    return [
        (
            "known-sha256-abc",
            "FIPS 180-4, example one-block message.",
            "sha256",
            {"data": b"abc".hex()},
            {"hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        ),
        (
            "known-hmac-rfc4231-1",
            "RFC 4231, test case 1.",
            "hmac-sha256",
            {"key": "0b" * 20, "data": b"Hi There".hex()},
            {"mac": "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        ),
        (
            "known-hmac-rfc4231-2",
            "RFC 4231, test case 2.",
            "hmac-sha256",
            {"key": b"Jefe".hex(), "data": b"what do ya want for nothing?".hex()},
            {"mac": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        ),
        (
            "known-hkdf-rfc5869-3",
            "RFC 5869, test case 3 (no salt, no info): the first 32 bytes.",
            "hkdf-sha256",
            {"ikm": "0b" * 22, "info": ""},
            {"key": "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"},
        ),
        (
            "known-argon2id-reference",
            "The reference implementation's own test: version 1.3, t = 2, m = 64 MiB, p = 1.",
            "argon2id",
            {
                "password": b"password".hex(),
                "salt": b"somesalt".hex(),
                "memory_kib": 65_536,
                "passes": 2,
                "lanes": 1,
            },
            {"key": "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"},
        ),
        (
            "known-aes-256-gcm-14",
            "McGrew and Viega, test case 14: a block of zeros.",
            "aes-256-gcm-seal",
            {"key": "00" * 32, "nonce": "00" * 12, "plain": "00" * 16, "aad": ""},
            {"sealed": "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
        ),
        (
            "known-ed25519-rfc8032-2",
            "RFC 8032, 7.1, test 2.",
            "ed25519-sign",
            {"seed": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "message": "72"},
            {
                "public": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "signature": "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            },
        ),
    ]
