# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files sealed to an age recipient, piece by piece: the one door to the library that does it.

Whoever has the recipient can seal; only the identity opens, and it is never on the server. The files are those of the
program of that name: `age -d -i KEY FILE | tar -t` lists what is in one.
"""

import io
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

import pyrage
from pyrage import x25519

from dropbox.command_line.inputs import as_text, read_bytes
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.constants import NONCE
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.inert import inert_line
from dropbox.protocol.primitives import aead_open, aead_seal, argon2id

from .refused import BackupRefused

_LARGEST_KEY = 1 << 16
_PIPE = 1 << 16
_KIND = "BACKUP KEY"
_LABEL = b"dropbox backup key file"
_RECIPIENT, _SALT = 62, 16  # bytes
_MEMORY_KIB, _PASSES = 128 * 1024, 3
"""As of a root key: it is opened once a month."""
KEY_MARK = "AGE-SECRET-KEY-1"
Identity = x25519.Identity


class _Pieces(io.BufferedIOBase):
    """Pieces as a file that is read; what their maker raises is kept, for the library tells it as a text."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            while not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._rest = memoryview(piece)
        except BaseException as error:
            self.failure = error
            raise
        wanted = len(self._rest) if size is None or size < 0 else size
        found, self._rest = self._rest[:wanted], self._rest[wanted:]
        return bytes(found)


class _Kept(io.BufferedIOBase):
    """A file that is written; what it raises is kept."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # the library writes bytes
        try:
            return self._file.write(data)
        except OSError as error:
            self.failure = error
            raise


def check_recipient(text: str) -> str:
    """As it is to be stored. Raises ValueError."""
    try:
        x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ValueError("no age recipient") from None
    return text


def seal(pieces: Iterable[bytes], file: BinaryIO, recipient: str) -> None:
    """In the memory of one piece. Raises what the pieces raise, and OSError of the file."""
    source, target = _Pieces(pieces), _Kept(file)
    try:
        pyrage.encrypt_io(source, target, [x25519.Recipient.from_str(recipient)])
    except (pyrage.EncryptError, OSError):
        if source.failure is not None:
            raise source.failure from None
        if target.failure is not None:
            raise target.failure from None
        raise


def make_key(secret: str) -> tuple[bytes, str]:
    """A file with a new identity, sealed under a passphrase, and the recipient of it: ``recipient 62 || salt 16 ||
    nonce 12 || AES-256-GCM(Argon2id(passphrase), identity, aad = label || recipient)``, armoured. The cost is the same
    everywhere; age's own files under a passphrase cost what the machine could that made them, and slower ones refuse
    them."""
    identity = x25519.Identity.generate()
    recipient = str(identity.to_public()).encode()
    salt, nonce = os.urandom(_SALT), os.urandom(NONCE)
    sealed = aead_seal(_wrap(secret, salt), nonce, str(identity).encode(), _LABEL + recipient)
    return armour(_KIND, recipient + salt + nonce + sealed), recipient.decode()


def _wrap(secret: str, salt: bytes) -> bytes:
    return argon2id(secret.encode(), salt, _MEMORY_KIB, _PASSES, 1)


def _opened_key(data: bytes, path: Path, ask: Callable[[], str]) -> bytes:
    """Raises BackupRefused, InputRefused."""
    try:
        inside = dearmour(_KIND, data)
        recipient, rest = inside[:_RECIPIENT], inside[_RECIPIENT:]
        salt, nonce, sealed = rest[:_SALT], rest[_SALT : _SALT + NONCE], rest[_SALT + NONCE :]
        return aead_open(_wrap(ask(), salt), nonce, sealed, _LABEL + recipient)
    except NotForThisKey:
        raise BackupRefused(
            f"the key {path} does not open: the passphrase is another, or the file is damaged"
        ) from None
    except (ProtocolError, ValueError):
        raise BackupRefused(f"the backup key in {path} is damaged: take another copy of it") from None


def read_key(path: Path, ask: Callable[[], str]) -> Identity:
    """The identity in a file that ``make_key`` made, whose passphrase is then asked for, or in one in which it stands
    in clear. Raises BackupRefused, InputRefused."""
    data = read_bytes(path, _LARGEST_KEY, "backup key")
    if armour(_KIND, b"").splitlines()[0] in data:
        data = _opened_key(data, path, ask)
    lines = [one.strip() for one in as_text(data, "backup key").splitlines()]
    found = [one for one in lines if one.startswith(KEY_MARK)]
    if len(found) != 1:
        raise BackupRefused(f"{path} holds no backup key: give the file that `dropbox-admin backup-key` wrote")
    try:
        return x25519.Identity.from_str(found[0])
    except pyrage.IdentityError:
        raise BackupRefused(f"the backup key in {path} is damaged: take another copy of it") from None


@contextmanager
def opened(path: Path, identity: Identity) -> Iterator[BinaryIO]:
    """What is sealed in a file, to be read once from its beginning. Raises BackupRefused, at the end of the block where
    the file turns out to be cut or altered: nothing that was read may count before that."""
    reading, writing = os.pipe()
    failures: list[Exception] = []

    def open_all() -> None:
        try:
            with path.open("rb") as source, os.fdopen(writing, "wb", buffering=_PIPE) as target:
                pyrage.decrypt_io(source, cast(io.BufferedIOBase, target), [identity])
        except Exception as error:
            failures.append(error)

    worker = threading.Thread(target=open_all, daemon=True)
    with os.fdopen(reading, "rb", buffering=_PIPE) as stream:
        worker.start()
        failed: BaseException | None = None
        try:
            yield stream
            while stream.read(_PIPE):
                pass
        except Exception as error:
            failed = error
    worker.join()
    for one in failures:
        # A reader that stopped early is no fault of the file.
        if failed is None or not isinstance(one, BrokenPipeError):
            raise _refused(path, one) from None
    if failed is not None:
        raise failed


def _refused(path: Path, error: Exception) -> Exception:
    name = inert_line(path.name)
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return BackupRefused(f"{name} was sealed to another key: give the key whose recipient server.toml names")
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return BackupRefused(f"{name} is cut short or altered, or is no backup: take the one before it")


def sync_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk, where its file system can."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
