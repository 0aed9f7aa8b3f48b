# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of a ceremony: root keys sealed under a passphrase, armoured structs, and what each root has signed."""

import glob
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from dropbox.command_line.inputs import read_bytes, without_mark
from dropbox.local.private import OpenToOthers, keeps_permissions, refuse_open_to_others
from dropbox.local.whole_file import write_whole
from dropbox.protocol import labels
from dropbox.protocol.armour import REHEARSAL, armour, dearmour
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import KEY, NONCE
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.passphrase import composed
from dropbox.protocol.primitives import aead_open, aead_seal, argon2id, ed25519_public, sha256

from .errors import FileProblem, RollbackRefused, WrongPassphrase

ROOT_KEY = "ROOT KEY"
_LARGEST = 8 << 20
_SALT = 16
_MEMORY_KIB, _PASSES, _LANES = 128 * 1024, 3, 1
"""A root key is opened a few times a year: an eighth of a gibibyte and about half a second each."""
SHORTEST_PASSPHRASE = 12


def read_file(path: Path) -> bytes:
    """At most 8 MiB, without a byte order mark. Raises InputRefused."""
    return without_mark(read_bytes(path, _LARGEST, "file"))


def refuse_taken(*paths: Path) -> None:
    """Before anything is asked or made: none of these names may be in use. Raises FileProblem."""
    for path in paths:
        if path.exists():
            raise FileProblem(f"{path}: already there. Choose another name or move it away first.")


def write_file(path: Path, data: bytes, replace: bool = False, mode: int = 0o600) -> None:
    """Whole or not at all. Raises FileProblem, also when the name is taken."""
    if not replace:
        refuse_taken(path)
    try:
        write_whole(path, data, mode)
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}. Check the folder.") from None


def read_armoured(path: Path, kind: str) -> bytes:
    """The struct inside an armoured file of ``kind``. Raises FileProblem, InputRefused."""
    try:
        return dearmour(kind, read_file(path))
    except ProtocolError as error:
        raise FileProblem(f"{path}: damaged, or not a whole {kind.lower()} file ({error}).") from None


def write_armoured(path: Path, kind: str, data: bytes, replace: bool = False) -> None:
    """Armoured files are public: readable by all. Raises FileProblem."""
    write_file(path, armour(kind, data), replace, 0o644)


def _wrap(passphrase: bytes, salt: bytes) -> bytes:
    return argon2id(passphrase, salt, _MEMORY_KIB, _PASSES, _LANES)


def _label(rehearsal: bool) -> bytes:
    return labels.REHEARSAL_KEY_FILE if rehearsal else labels.ROOT_KEY_FILE


def marked(kind: str, rehearsal: bool) -> str:
    """The kind of a file, as it is called in a rehearsal too."""
    return REHEARSAL + kind if rehearsal else kind


def seal_root(seed: bytes, passphrase: bytes, random: Random, rehearsal: bool = False) -> bytes:
    """A root key file: ``salt 16 || nonce 12 || AES-256-GCM(Argon2id(passphrase), seed, aad = label || public)``
    behind the 32-byte public key, armoured. ``passphrase`` in UTF-8; its composed letters are what is stretched. The
    key of a rehearsal is sealed under another label: whoever renames the file has no real key."""
    passphrase = composed(passphrase.decode()).encode()
    public, salt, nonce = ed25519_public(seed), random(_SALT), random(NONCE)
    sealed = aead_seal(_wrap(passphrase, salt), nonce, seed, _label(rehearsal) + public)
    return armour(marked(ROOT_KEY, rehearsal), public + salt + nonce + sealed)


@dataclass(frozen=True)
class RootKey:
    """An opened root key and where it came from."""

    seed: bytes = field(repr=False)
    public: bytes
    path: Path


def medium_keeps_permissions(folder: Path) -> bool:
    """False on FAT and exFAT. Raises FileProblem where nothing can be written."""
    try:
        return keeps_permissions(folder)
    except OSError as error:
        raise FileProblem(f"{folder}: {error.strerror}. Check the folder.") from None


def check_private(path: Path) -> None:
    """No other user may read a root's key; where the medium keeps no permissions, its passphrase has to do.

    Raises FileProblem."""
    try:
        refuse_open_to_others(path)
    except OpenToOthers:
        if medium_keeps_permissions(path.parent):
            raise FileProblem(f"{path}: readable by others. Run: chmod 600 {path}") from None


def _spellings(passphrase: bytes) -> list[bytes]:
    """Composed, as it was typed, decomposed: keys of before were sealed under whatever their keyboard sent."""
    typed = passphrase.decode()
    return list(dict.fromkeys(one.encode() for one in (composed(typed), typed, normalize("NFD", typed))))


def _open(passphrase: bytes, salt: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The seed. Raises NotForThisKey."""
    *others, last = _spellings(passphrase)
    for one in others:
        with suppress(NotForThisKey):
            return aead_open(_wrap(one, salt), nonce, sealed, aad)
    return aead_open(_wrap(last, salt), nonce, sealed, aad)


def open_root(path: Path, passphrase: bytes, rehearsal: bool = False) -> RootKey:
    """``passphrase`` in UTF-8. Raises FileProblem, WrongPassphrase, InputRefused."""
    # Whoever named another file by a slip is not told to change who may read that one.
    reader = Reader(read_armoured(path, marked(ROOT_KEY, rehearsal)), "root key")
    check_private(path)
    try:
        public, salt, nonce = reader.take(KEY), reader.take(_SALT), reader.take(NONCE)
        sealed = reader.take(KEY + 16)
        reader.end()
        seed = _open(passphrase, salt, nonce, sealed, _label(rehearsal) + public)
    except NotForThisKey:
        raise WrongPassphrase(f"{path}: the passphrase does not open it.") from None
    except ProtocolError as error:
        raise FileProblem(f"{path}: damaged ({error}).") from None
    return RootKey(seed, public, path)


def _record(root: RootKey) -> Path:
    return root.path.with_name(root.path.name + ".signed")


def _signed(root: RootKey) -> dict[str, tuple[int, str, int | None]]:
    """Of each kind the newest that this root signed: version, hash, and the day, where one was written down.

    Raises FileProblem, InputRefused."""
    record = _record(root)
    if not record.exists():
        return {}
    try:
        held = json.loads(read_file(record))
        return {
            str(kind): (int(row[0]), str(row[1]), int(row[2]) if len(row) > 2 else None) for kind, row in held.items()
        }
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        raise FileProblem(f"{record}: damaged. Find out what this root has signed before you go on.") from None


def day_last_signed(root: RootKey) -> int | None:
    """The newest day, as days of unix time, on which this root signed anything. Raises FileProblem, InputRefused."""
    return max((day for _, _, day in _signed(root).values() if day is not None), default=None)


_PASS_OVER = {
    "directory": "Issue a version above it, with `dropbox-keys directory issue --above {newest}`, and sign that.",
    "pages": "Have the operator write them down anew, with `dropbox-admin pages export`, and sign that.",
    "anchor": "Two that differ would split the service: find that one and sign it, or let the other roots sign.",
}


def note_signed(root: RootKey, kind: str, version: int, body: bytes, day: int | None = None) -> None:
    """Remember, beside the root key, the newest that it signed of ``kind``, and the ``day`` (of unix time); refuse an
    older version, and another body of the same version. Raises RollbackRefused, FileProblem, InputRefused."""
    held, digest = _signed(root), sha256(body).hex()
    newest, before, _ = held.get(kind, (0, "", None))
    if version < newest or (version == newest and digest != before):
        advice = _PASS_OVER[kind].format(newest=newest)
        raise RollbackRefused(f"This root has already signed {kind} version {newest}. {advice}")
    rows = {**held, kind: (version, digest, day)}
    kept = {name: row if row[2] is not None else row[:2] for name, row in rows.items()}
    write_file(_record(root), json.dumps(kept).encode(), replace=True)


def keep_signed(path: Path, version: int, data: bytes) -> Path:
    """Before a signed file makes way for its next version: the file of ``version`` under a name of its own, which is
    returned. What is kept already stays. Raises FileProblem."""
    kept = path.with_name(f"{path.name}.{version}")
    if not kept.exists():
        write_file(kept, data, mode=0o644)
    return kept


def kept_below(path: Path, version: int) -> list[Path]:
    """The files that were kept beside ``path`` of versions below this one, the newest first."""
    endings = (one.name.removeprefix(f"{path.name}.") for one in path.parent.glob(f"{glob.escape(path.name)}.*"))
    kept = sorted((int(ending) for ending in endings if ending.isdecimal() and int(ending) < version), reverse=True)
    return [path.with_name(f"{path.name}.{number}") for number in kept]
