# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keyring's store: one file of two slots, sealed under the desk key, overwritten in place.

What the keyring deletes (chain keys, epoch secrets) must not stay in the file, and a crash must not lose what it holds.
So each save writes the whole keyring into slot A, waits until it is on the disk, then into slot B. A crash at any byte
leaves one whole slot; opening takes the newest one and writes it over the other. The file never shrinks; when it must
grow, the new file takes the name first and the old one is overwritten before its last name goes.

::

    file = slot A || slot B, of one size, a multiple of 64 KiB
    slot = header 26 || nonce 12 || AES-256-GCM(length u32 || keyring || random)     aad = label || header
    header = "DESKRING" 8, version u8, slot u8, size u64, generation u64

Overwriting in place reaches the medium on a plain disk. A flash disk or a copying file system may keep old blocks: for
those the desk key is the wall, and the disk should be encrypted as a whole (docs/runbooks/restore.md).
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from dropbox.flows.desk.state import Keyring
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import GCM_TAG, NONCE
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.primitives import aead_open, aead_seal, hkdf
from journalist_ui.refusals import KeyringUnusable
from journalist_ui.vault import labels

from .holdings_file import HoldingsFile
from .keyring_format import decode_keyring, encode_keyring

KEYRING_FILE = "keyring"
BLOCK = 64 * 1024
_MAGIC = b"DESKRING"
_VERSION = 1
_HEADER = len(_MAGIC) + 1 + 1 + 8 + 8
_LENGTH = 4
OVERHEAD = _HEADER + NONCE + GCM_TAG + _LENGTH
"""Bytes of a slot that are not keyring."""

UNUSABLE = (
    "No whole copy of the keyring opens. If the file is lost or damaged, `dropbox-desk replace-keyring` makes a new "
    "one and says what is lost."
)


@dataclass(frozen=True)
class _Slot:
    generation: int
    body: bytes


def keyring_key(desk_key: bytes) -> bytes:
    """The key of both slots, 32 bytes."""
    return hkdf(desk_key, labels.KEYRING_KEY)


def slot_size(body: int) -> int:
    """The size of a slot that holds ``body`` bytes: whole blocks, so that the file's size says little."""
    return -(-(body + OVERHEAD) // BLOCK) * BLOCK


def _header(slot: int, size: int, generation: int) -> bytes:
    return _MAGIC + bytes((_VERSION, slot)) + size.to_bytes(8, "big") + generation.to_bytes(8, "big")


def _seal(key: bytes, slot: int, size: int, generation: int, body: bytes, random: Random) -> bytes:
    header, nonce = _header(slot, size, generation), random(NONCE)
    plain = len(body).to_bytes(_LENGTH, "big") + body
    plain += random(size - OVERHEAD - len(body))
    return header + nonce + aead_seal(key, nonce, plain, labels.KEYRING_SLOT + header)


def _open(key: bytes, slot: int, size: int, data: bytes) -> _Slot | None:
    """The slot's content; None when it is torn, of another place or size, or under another key."""
    header, nonce = data[:_HEADER], data[_HEADER : _HEADER + NONCE]
    generation = int.from_bytes(header[-8:], "big")
    if len(data) != size or header != _header(slot, size, generation):
        return None
    try:
        plain = aead_open(key, nonce, data[_HEADER + NONCE :], labels.KEYRING_SLOT + header)
    except ProtocolError:
        return None
    length = int.from_bytes(plain[:_LENGTH], "big")
    return _Slot(generation, plain[_LENGTH : _LENGTH + length])


def _write_at(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class KeyringStore:
    """The keyring file of one vault folder. One process at a time: the caller holds the vault's lock."""

    def __init__(self, folder: Path, desk_key: bytes, random: Random = os.urandom) -> None:
        self.folder = folder
        self._path = folder / KEYRING_FILE
        self._key = keyring_key(desk_key)
        self._random = random
        self._generation = 0
        self.holdings = HoldingsFile(folder, self._key, random)

    @property
    def _new(self) -> Path:
        return self._path.with_suffix(".new")

    @property
    def _old(self) -> Path:
        return self._path.with_suffix(".old")

    def exists(self) -> bool:
        """Whether there is a keyring file, whole or not."""
        return self._path.exists()

    def load(self) -> Keyring:
        """The newest whole slot; what a crash left behind is cleared. Raises KeyringUnusable."""
        if not self.exists():
            raise KeyringUnusable(UNUSABLE)
        slots = self._read()
        whole = [slot for slot in slots if slot is not None]
        if not whole:
            raise KeyringUnusable(UNUSABLE)
        newest = max(whole, key=lambda slot: slot.generation)
        try:
            keyring = decode_keyring(newest.body)
        except ProtocolError:
            raise KeyringUnusable(UNUSABLE) from None
        self._generation = newest.generation
        if any(slot != newest for slot in slots):
            # A save was cut short: an earlier value, or half of one, must not stay.
            self._write(newest.body)
        self._clear_leftovers()
        return keyring

    def save(self, keyring: Keyring) -> None:
        """Durable, both slots, when it returns. Raises OSError, after which one of old and new is whole."""
        self._write(encode_keyring(keyring))

    def replace(self, keyring: Keyring) -> None:
        """A first keyring, or one in place of a file that is given up: that one is overwritten whatever it holds."""
        if self.exists():
            self._grow(encode_keyring(keyring), self._path.stat().st_size // 2)
            self._clear_leftovers()
        else:
            self.save(keyring)

    def _read(self) -> list[_Slot | None]:
        data = self._path.read_bytes()
        size = len(data) // 2
        return [_open(self._key, slot, size, data[slot * size : (slot + 1) * size]) for slot in (0, 1)]

    def _write(self, body: bytes) -> None:
        self._generation += 1
        if not self.exists() or self._path.stat().st_size < 2 * slot_size(len(body)):
            self._grow(body, 0)
            return
        size = self._path.stat().st_size // 2
        descriptor = os.open(self._path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            for slot in (0, 1):
                sealed = _seal(self._key, slot, size, self._generation, body, self._random)
                _write_at(descriptor, sealed, slot * size)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _grow(self, body: bytes, least: int) -> None:
        """Write a new file, give it the name, then overwrite the old one and take its last name away."""
        self._clear_leftovers()
        size = max(slot_size(len(body)), -(-least // BLOCK) * BLOCK)
        descriptor = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            for slot in (0, 1):
                _write_at(descriptor, _seal(self._key, slot, size, self._generation, body, self._random), slot * size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if self.exists():
            os.link(self._path, self._old)
        os.rename(self._new, self._path)
        _sync_folder(self._path.parent)
        self._clear_leftovers()

    def _clear_leftovers(self) -> None:
        """Overwrite and remove what a save that was cut short, or a growth, left beside the keyring."""
        for path in (self._new, self._old):
            if not path.exists():
                continue
            same = self._path.exists() and os.path.samefile(path, self._path)
            if not same:
                self._overwrite(path)
            path.unlink()
            _sync_folder(path.parent)

    def _overwrite(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode):
                _write_at(descriptor, self._random(found.st_size), 0)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
