# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keyring's file: nothing goes backwards, nothing deleted stays, and no crash loses it."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from dropbox.flows.desk.state import Chain, Keyring
from journalist_ui.daemon.keyring import BLOCK, KEYRING_FILE, OVERHEAD, KeyringStore, slot_size
from journalist_ui.daemon.keyring_format import encode_keyring
from journalist_ui.refusals import KeyringUnusable

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


def keyring(number: int, chains: int = 1) -> Keyring:
    """A keyring that tells by its signing seed which one it is; each chain takes some 200 bytes."""
    made = Keyring(signing_seed=number.to_bytes(32, "big"))
    for place in range(chains):
        name = bytes([number]) + place.to_bytes(31, "big")
        made.chains[name] = Chain(name[:16], number, place, name)
    return made


BIG = 800
"""Chains of a keyring that does not fit the first slots."""


class Crash(BaseException):
    """The machine stops here."""


class Machine:
    """Counts the steps that reach the disk and stops at one of them, a write after ``part`` of its bytes."""

    def __init__(self, patch: pytest.MonkeyPatch, stop_at: int, part: float) -> None:
        self.steps = 0
        self._stop_at, self._part = stop_at, part
        patch.setattr(os, "pwrite", self._write(os.pwrite))
        for owner, name in ((os, "fsync"), (os, "link"), (os, "rename"), (Path, "unlink")):
            patch.setattr(owner, name, self._step(getattr(owner, name)))

    def _due(self) -> bool:
        self.steps += 1
        return self.steps == self._stop_at

    def _write(self, real: Callable[..., int]) -> Callable[..., int]:
        def write(descriptor: int, data: Any, offset: int) -> int:
            if self._due():
                real(descriptor, bytes(data)[: int(len(data) * self._part)], offset)
                raise Crash
            return real(descriptor, data, offset)

        return write

    def _step(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            if self._due():
                raise Crash
            return real(*args, **options)

        return step


def save_and_crash(folder: Path, new: Keyring, stop_at: int, part: float) -> int:
    """Save ``new``, stopping at a step; returns the steps made."""
    store = KeyringStore(folder, KEY)
    store.load()
    with pytest.MonkeyPatch.context() as patch:
        machine = Machine(patch, stop_at, part)
        try:
            store.save(new)
        except Crash:
            assert machine.steps == stop_at
        return machine.steps


def slots(folder: Path) -> set[bytes]:
    """What the file's slots hold, opened under the right key; an unreadable one is empty."""
    found = KeyringStore(folder, KEY)._read()
    return {slot.body if slot else b"" for slot in found}


@pytest.mark.parametrize("chains", [1, BIG], ids=["in place", "growing"])
@pytest.mark.parametrize("part", [0.0, 0.001, 0.5, 0.9999])
def test_a_crash_at_any_step_leaves_old_or_new_whole(tmp_path: Path, chains: int, part: float) -> None:
    """Whatever step the machine stops at, what is loaded is one of the two, and no other value stays in any file."""
    old, new = keyring(1), keyring(2, chains)
    KeyringStore(tmp_path, KEY).save(old)
    stop_at, outcomes = 0, set()
    while True:
        stop_at += 1
        steps = save_and_crash(tmp_path, new, stop_at, part)
        loaded = KeyringStore(tmp_path, KEY).load()
        assert loaded in (old, new)
        outcomes.add(loaded.signing_seed)
        assert slots(tmp_path) == {encode_keyring(loaded)}
        assert {path.name for path in tmp_path.iterdir()} == {KEYRING_FILE}
        if steps < stop_at:
            assert loaded == new
            break
        (tmp_path / KEYRING_FILE).unlink()
        KeyringStore(tmp_path, KEY).save(old)
    assert outcomes == {old.signing_seed, new.signing_seed}
    assert stop_at > 4


def test_what_a_save_replaces_is_nowhere_in_the_file(tmp_path: Path) -> None:
    """After a save no 16 bytes of the earlier file stand at their place, and no second file lies beside it."""
    store = KeyringStore(tmp_path, KEY)
    store.save(keyring(1))
    before = (tmp_path / KEYRING_FILE).read_bytes()
    inode = (tmp_path / KEYRING_FILE).stat().st_ino
    store.save(keyring(2))
    after = (tmp_path / KEYRING_FILE).read_bytes()
    header = 26
    size = len(before) // 2
    kept = [
        at
        for at in range(0, len(before) - 16, 16)
        if before[at : at + 16] == after[at : at + 16] and at % size >= header
    ]
    assert kept == []
    assert (tmp_path / KEYRING_FILE).stat().st_ino == inode
    assert [path.name for path in tmp_path.iterdir()] == [KEYRING_FILE]


def test_a_grown_keyring_overwrites_the_old_file_before_it_is_gone(tmp_path: Path) -> None:
    """Seen through a name of its own, the old file holds none of its bytes once the new one has its name."""
    store = KeyringStore(tmp_path, KEY)
    store.save(keyring(1))
    before = (tmp_path / KEYRING_FILE).read_bytes()
    os.link(tmp_path / KEYRING_FILE, tmp_path / "witness")
    store.save(keyring(2, BIG))
    after = (tmp_path / "witness").read_bytes()
    assert len(after) == len(before)
    assert not any(before[at : at + 16] in after for at in range(0, len(before) - 16, 1009))
    assert store.load() == keyring(2, BIG)


def test_a_file_grows_in_blocks_and_never_shrinks(tmp_path: Path) -> None:
    """Size says little: two slots of whole blocks, and a smaller keyring leaves it as it is."""
    store = KeyringStore(tmp_path, KEY)
    sizes = []
    for chains in (1, 2, BIG, 1):
        store.save(keyring(1, chains))
        sizes.append((tmp_path / KEYRING_FILE).stat().st_size)
    assert sizes[0] == sizes[1] == 2 * BLOCK
    assert sizes[2] == sizes[3] > sizes[1]
    assert sizes[2] % (2 * BLOCK) == 0
    assert stat.S_IMODE((tmp_path / KEYRING_FILE).stat().st_mode) == 0o600


@given(st.integers(0, 10 * BLOCK))
def test_a_slot_holds_what_it_was_measured_for(body: int) -> None:
    """The smallest number of whole blocks that holds the body."""
    size = slot_size(body)
    assert size % BLOCK == 0
    assert size - BLOCK < body + OVERHEAD <= size


@given(damage=st.data())
def test_one_damaged_slot_loses_nothing(tmp_path_factory: pytest.TempPathFactory, damage: st.DataObject) -> None:
    """Any byte of one slot may change: the keyring loads, and the slot is written afresh."""
    folder = tmp_path_factory.mktemp("keyring")
    KeyringStore(folder, KEY).save(keyring(3))
    path = folder / KEYRING_FILE
    data = bytearray(path.read_bytes())
    at = damage.draw(st.integers(0, len(data) - 1))
    data[at] ^= damage.draw(st.integers(1, 255))
    path.write_bytes(data)
    assert KeyringStore(folder, KEY).load() == keyring(3)
    assert slots(folder) == {encode_keyring(keyring(3))}


def test_the_newer_of_two_whole_slots_counts(tmp_path: Path) -> None:
    """An earlier generation beside a later one is overwritten, never taken."""
    store = KeyringStore(tmp_path, KEY)
    store.save(keyring(1))
    path = tmp_path / KEYRING_FILE
    earlier = path.read_bytes()
    store.save(keyring(2))
    later = path.read_bytes()
    for mixed in (earlier[:BLOCK] + later[BLOCK:], later[:BLOCK] + earlier[BLOCK:]):
        path.write_bytes(mixed)
        assert KeyringStore(tmp_path, KEY).load() == keyring(2)
        assert slots(tmp_path) == {encode_keyring(keyring(2))}


def test_slots_cannot_change_places(tmp_path: Path) -> None:
    """A slot is bound to its place: two copies of one slot are one slot."""
    KeyringStore(tmp_path, KEY).save(keyring(1))
    path = tmp_path / KEYRING_FILE
    data = path.read_bytes()
    path.write_bytes(data[BLOCK:] + data[:BLOCK])
    with pytest.raises(KeyringUnusable):
        KeyringStore(tmp_path, KEY).load()


@pytest.mark.parametrize("left", [0, 1, 100, BLOCK, 2 * BLOCK - 1])
def test_a_truncated_file_is_refused(tmp_path: Path, left: int) -> None:
    """A file that lost its end is not guessed at."""
    KeyringStore(tmp_path, KEY).save(keyring(1))
    os.truncate(tmp_path / KEYRING_FILE, left)
    with pytest.raises(KeyringUnusable, match="replace-keyring"):
        KeyringStore(tmp_path, KEY).load()


def test_another_key_or_no_file_is_refused(tmp_path: Path) -> None:
    """Neither opens, and both say what can be done."""
    with pytest.raises(KeyringUnusable):
        KeyringStore(tmp_path, KEY).load()
    KeyringStore(tmp_path, KEY).save(keyring(1))
    with pytest.raises(KeyringUnusable):
        KeyringStore(tmp_path, OTHER_KEY).load()


def test_a_replaced_keyring_leaves_nothing_of_an_unreadable_one(tmp_path: Path) -> None:
    """Also a file that no longer opens is overwritten, not only unlinked."""
    KeyringStore(tmp_path, OTHER_KEY).save(keyring(1, BIG))
    os.link(tmp_path / KEYRING_FILE, tmp_path / "witness")
    before = (tmp_path / KEYRING_FILE).read_bytes()
    KeyringStore(tmp_path, KEY).replace(keyring(2))
    assert KeyringStore(tmp_path, KEY).load() == keyring(2)
    after = (tmp_path / "witness").read_bytes()
    assert not any(before[at : at + 16] in after for at in range(0, len(before) - 16, 4099))
