# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of a ceremony: root keys sealed under a passphrase, armoured structs, and what each root has signed."""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dropbox.protocol import labels
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.constants import KEY, NONCE
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.primitives import aead_open, aead_seal, argon2id, ed25519_public, sha256

from .errors import FileProblem, RollbackRefused, WrongPassphrase

Random = Callable[[int], bytes]
ROOT_KEY = "ROOT KEY"
ROOT_PUBLIC = "ROOT PUBLIC"
ANCHOR = "ANCHOR"
ENROLMENT = "ENROLMENT"
DIRECTORY = "DIRECTORY"
_LARGEST = 8 << 20
_SALT = 16
_MEMORY_KIB, _PASSES, _LANES = 128 * 1024, 3, 1
"""A root key is opened a few times a year: an eighth of a gibibyte and about half a second each."""
SHORTEST_PASSPHRASE = 12


def read_file(path: Path) -> bytes:
    """At most 8 MiB. Raises FileProblem."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}. Check the path.") from None
    if len(data) > _LARGEST:
        raise FileProblem(f"{path}: larger than any file of a ceremony. Check the path.")
    return data


def refuse_taken(*paths: Path) -> None:
    """Before anything is asked or made: none of these names may be in use. Raises FileProblem."""
    for path in paths:
        if path.exists():
            raise FileProblem(f"{path}: already there. Choose another name or move it away first.")


def write_file(path: Path, data: bytes, replace: bool = False, mode: int = 0o600) -> None:
    """Whole or not at all: a temporary file, fsync, then the name. Raises FileProblem when the name is taken."""
    if not replace:
        refuse_taken(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}. Check the folder.") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(data)
            file.flush()
            os.fsync(handle)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink()
        raise FileProblem(f"{path}: {error.strerror}. Check the folder.") from None


def read_armoured(path: Path, kind: str) -> bytes:
    """The struct inside an armoured file of ``kind``. Raises FileProblem."""
    try:
        return dearmour(kind, read_file(path))
    except ProtocolError as error:
        raise FileProblem(f"{path}: damaged, or not a whole {kind.lower()} file ({error}).") from None


def write_armoured(path: Path, kind: str, data: bytes, replace: bool = False) -> None:
    """Armoured files are public: readable by all. Raises FileProblem."""
    write_file(path, armour(kind, data), replace, 0o644)


def _wrap(passphrase: bytes, salt: bytes) -> bytes:
    return argon2id(passphrase, salt, _MEMORY_KIB, _PASSES, _LANES)


def seal_root(seed: bytes, passphrase: bytes, random: Random) -> bytes:
    """A root key file: ``salt 16 || nonce 12 || AES-256-GCM(Argon2id(passphrase), seed, aad = label || public)``
    behind the 32-byte public key, armoured."""
    public, salt, nonce = ed25519_public(seed), random(_SALT), random(NONCE)
    sealed = aead_seal(_wrap(passphrase, salt), nonce, seed, labels.ROOT_KEY_FILE + public)
    return armour(ROOT_KEY, public + salt + nonce + sealed)


@dataclass(frozen=True)
class RootKey:
    """An opened root key and where it came from."""

    seed: bytes = field(repr=False)
    public: bytes
    path: Path


def open_root(path: Path, passphrase: bytes) -> RootKey:
    """Raises FileProblem, WrongPassphrase."""
    if path.exists() and path.stat().st_mode & 0o077:
        raise FileProblem(f"{path}: readable by others. Run: chmod 600 {path}")
    reader = Reader(read_armoured(path, ROOT_KEY), "root key")
    try:
        public, salt, nonce = reader.take(KEY), reader.take(_SALT), reader.take(NONCE)
        sealed = reader.take(KEY + 16)
        reader.end()
        seed = aead_open(_wrap(passphrase, salt), nonce, sealed, labels.ROOT_KEY_FILE + public)
    except NotForThisKey:
        raise WrongPassphrase(f"{path}: the passphrase does not open it.") from None
    except ProtocolError as error:
        raise FileProblem(f"{path}: damaged ({error}).") from None
    return RootKey(seed, public, path)


def note_signed(root: RootKey, kind: str, version: int, body: bytes) -> None:
    """Remember, beside the root key, the newest that it signed of ``kind``; refuse an older version, and another body
    of the same version. Raises RollbackRefused, FileProblem."""
    record = root.path.with_name(root.path.name + ".signed")
    held: dict[str, list[Any]] = {}
    if record.exists():
        try:
            held = json.loads(read_file(record))
            newest, digest = held.get(kind, [0, ""])
            newest = int(newest)
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise FileProblem(f"{record}: damaged. Find out what this root has signed before you go on.") from None
        if version < newest or (version == newest and digest != sha256(body).hex()):
            raise RollbackRefused(
                f"This root has already signed {kind} version {newest}. Issue a version above it and sign that."
            )
    held[kind] = [version, sha256(body).hex()]
    write_file(record, json.dumps(held).encode(), replace=True)
