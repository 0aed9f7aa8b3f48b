# SPDX-License-Identifier: AGPL-3.0-or-later
"""A seized desk: disk and desk key in hand, no member's passphrase, the daemon not running."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import select

from dropbox.protocol.batches import parse_upload
from dropbox.protocol.board import split_text
from dropbox.protocol.certificates import parse_cert
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import XWING_ENC
from dropbox.protocol.envelope_open import EpochOpener, open_envelope
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.keyring_format import decode_keyring
from journalist_ui.people.passphrases import STRETCH_MEMORY_KIB
from journalist_ui.vault import tables
from journalist_ui.vault.backup import write_backup
from journalist_ui.vault.database import VAULT_FILE, open_vault, vault_key
from tests.desk.room import BOTH, DESK_KEY, Room, entropy, make_room
from tests.needle import present

pytestmark = pytest.mark.usefixtures("brief_stretch")

REPORT = "CANARY-REPORT-7f3a the sergeant"
PLACE, BODY = "CANARY-PLACE-03d1 the yard", "CANARY-BODY-55e0 no form at all"
FORCE = "devon-and-cornwall"
MEMBER = "a-member-of-a-long-name"
ANSWER = "CANARY-ANSWER-91bc thank you"


def everything(folder: Path) -> bytes:
    """All that disk and desk key give: every file as it lies there, every page of the vault and its log decrypted,
    every slot of the keyring opened."""
    found = [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    found += [slot.body for slot in KeyringStore(folder, DESK_KEY)._read() if slot]
    found.append(plain_pages(folder))
    return b"\0".join(found)


def plain_pages(folder: Path) -> bytes:
    """Every page of the vault's file, free ones included, and of its write-ahead log, decrypted."""
    database = (folder / VAULT_FILE).read_bytes()
    pages = [database[at : at + PAGE] for at in range(0, len(database), PAGE)]
    found = [_plain(pages[0][SALT:]), *(_plain(page) for page in pages[1:])]
    log = folder / f"{VAULT_FILE}-wal"
    frames = log.read_bytes()[LOG_HEADER:] if log.exists() else b""
    for at in range(0, len(frames), FRAME_HEADER + PAGE):
        page = frames[at + FRAME_HEADER : at + FRAME_HEADER + PAGE]
        # The first page of a database begins with its salt.
        found.append(_plain(page[SALT:] if page[:SALT] == database[:SALT] else page))
    return b"".join(found)


# SQLCipher 4: AES-256-CBC under the raw key, each page with its IV (16 bytes) and tag (64) at its end.
PAGE, SALT, IV, RESERVED = 4_096, 16, 16, 80
LOG_HEADER, FRAME_HEADER = 32, 24


def _plain(page: bytes) -> bytes:
    sealed, iv = page[:-RESERVED], page[-RESERVED : -RESERVED + IV]
    opener = Cipher(algorithms.AES(vault_key(DESK_KEY)), modes.CBC(iv)).decryptor()
    return opener.update(sealed) + opener.finalize()


def forms(secret: bytes) -> Iterable[bytes]:
    """How a secret may be written down: as it is, in hexadecimal, in JSON."""
    return (secret, secret.hex().encode(), json.dumps(secret.decode("latin-1")).encode())


def work(room: Room, periods: int = 0) -> None:
    asyncio.run(room.engine.sync())
    for _ in range(periods):
        room.service.twin.advance()
        asyncio.run(room.engine.sync())


def answer(room: Room, text: str) -> None:
    room.engine.add_reply(room.sign_in("ada").reply(1, split_text(text), room.engine.now_period(), room.engine.day))


def rows(vault: Any, table: Any) -> list[Any]:
    with vault.reading() as connection:
        return list(connection.execute(select(table)).all())


def test_the_search_finds_what_is_there(room: Room) -> None:
    """The search is sound: a beacon, a signing seed and a waiting text, which the desk key does open, are found."""
    source = room.report(entropy(1), REPORT)
    work(room)
    answer(room, ANSWER)
    found = everything(room.folder)
    beacon = conversation_keys(source, room.settings.unit_id).beacon
    for secret in (beacon, room.engine.state.keyring.signing_seed, ANSWER.encode(), b"CREATE TABLE conversations"):
        assert present(forms(secret), [found])


def test_content_stays_closed_without_a_passphrase(room: Room) -> None:
    """What a source wrote, a body that is no form, and an answer that was read some days ago are nowhere: only members
    open them."""
    source = room.report(entropy(1), REPORT, force=FORCE, answers={"where": PLACE})
    room.service.send(source, "north", BODY.encode())
    work(room)
    answer(room, ANSWER)
    work(room, 2)
    room.service.visit(source)
    work(room, 6)
    assert "read" in [one.state for one in rows(room.vault, tables.texts)]
    shown = room.sign_in("ada").show(1, 0)
    assert len(shown.messages) == 3
    found = everything(room.folder)
    for canary in (REPORT, ANSWER, PLACE, BODY, FORCE):
        assert present(forms(canary.encode()), [found]) == []


def test_no_key_of_a_case_or_member_is_on_the_disk(room: Room) -> None:
    """The seed of each case and of each member is only there sealed; every wrapped copy is for a member's key."""
    seeds: list[bytes] = []
    real = room.vault.random

    def drawn(count: int) -> bytes:
        seeds.append(real(count))
        return seeds[-1]

    room.engine.vault.random = drawn
    room.report(entropy(1), REPORT)
    work(room)
    (case,) = rows(room.vault, tables.cases)
    (case_seed,) = [seed for seed in seeds if len(seed) == 32 and SealingKey(seed).public == case.public]
    (wrapped,) = rows(room.vault, tables.case_keys)
    assert len(wrapped.wrapped) == XWING_ENC + 32 + 16
    found = everything(room.folder)
    assert present(forms(case_seed), [found]) == []
    assert STRETCH_MEMORY_KIB >= 64 * 1024


def test_deleted_chain_keys_and_epoch_secrets_are_nowhere(tmp_path: Path) -> None:
    """After the epoch's end the disk opens none of the recorded envelopes; no earlier chain key and no destroyed epoch
    secret stands in any file, nor in a backup made on the way."""
    backups = tmp_path / "backups"
    backups.mkdir()
    room = make_room(tmp_path / "desk", backup=str(backups))
    secrets, envelopes = set(), []
    for number in range(3):
        source = room.report(entropy(number), REPORT)
        envelopes += list(room.service.twin.open.values())
        work(room)
        remember(room, secrets)
        answer(room, ANSWER)
        work(room, 3)
        remember(room, secrets)
        room.service.visit(source)
        envelopes += list(room.service.twin.open.values())
    certs = recorded_certs(room)
    assert opened(envelopes, certs, room) == len(envelopes)
    remember(room, secrets)
    for _ in range(25):
        work(room, 1)
        remember(room, secrets)
    keyring = room.engine.state.keyring
    kept = {secret.seed for secret in keyring.epochs.values()} | {chain.key for chain in keyring.chains.values()}
    gone = secrets - kept
    assert len(gone) > 6
    assert opened(envelopes, certs, room) == 0
    for place in (room.folder, backups):
        copies = [everything(room.folder)] if place == room.folder else [backup_pages(path) for path in place.iterdir()]
        assert copies
        for found in copies:
            assert present([form for secret in gone for form in forms(secret)], [found]) == []


def remember(room: Room, secrets: set[bytes]) -> None:
    """Every secret that the keyring holds now."""
    keyring = room.engine.state.keyring
    secrets |= {one.seed for one in keyring.epochs.values()} | {one.key for one in keyring.chains.values()}


def recorded_certs(room: Room) -> set[bytes]:
    """Every epoch certificate that was ever uploaded."""
    uploads = room.service.twin.uploads[room.settings.unit_id].values()
    return {cert for upload in uploads for cert in parse_upload(upload).batch.certs}


def opened(envelopes: list[bytes], certs: set[bytes], room: Room) -> int:
    """How many recorded envelopes the epoch secrets in the file open."""
    keyring = decode_keyring(next(slot.body for slot in KeyringStore(room.folder, DESK_KEY)._read() if slot))
    openers = [
        EpochOpener(secret.epoch, parse_cert(cert).hash, SealingKey(secret.seed))
        for secret in keyring.epochs.values()
        for cert in certs
    ]
    count = 0
    for envelope in envelopes:
        try:
            open_envelope(envelope, openers)
            count += 1
        except NotForThisKey:
            continue
    return count


def backup_pages(path: Path) -> bytes:
    """A backup's rows, as text."""
    vault = open_vault(path, DESK_KEY, read_only=True)
    try:
        return repr([rows(vault, table) for table in tables.METADATA.sorted_tables]).encode() + path.read_bytes()
    finally:
        vault.close()


@pytest.mark.parametrize("key", [bytes(32), bytes(31) + b"\1"])
def test_without_the_desk_key_nothing_is_told(room: Room, key: bytes, tmp_path: Path) -> None:
    """No byte of a beacon, a name or a row count: the files are noise but for desk.toml and the anchor."""
    room.add(MEMBER, BOTH)
    source = room.report(entropy(1), REPORT)
    work(room)
    backups = tmp_path / "backups"
    backups.mkdir()
    copy = write_backup(room.vault, backups, room.settings.unit_id, 3)
    with pytest.raises(Exception, match="does not open with this desk key"):
        open_vault(copy, key, read_only=True)
    raw = b"".join(room.files().values()) + copy.read_bytes()
    keys = conversation_keys(source, room.settings.unit_id)
    for secret in (keys.beacon, keys.pseudonym, b"CREATE TABLE conversations", b"SQLite format 3\0", MEMBER.encode()):
        assert present([secret], [raw]) == []
