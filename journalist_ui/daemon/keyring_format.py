# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a keyring is written: one JSON object, which ``keyring.py`` seals.

Lists in it are rows: an epoch is ``[number, first period, last period, seed]``, a chain
``[P_pk, message_id, epoch, step, key, [[msg_no, step, key], …]]``; bytes are hex digits. Version 2 had no ``audit``,
``[key, first row, period]``. Version 1 had no keys of texts either, and its batches are of a form that no server takes
or shows any more: one that was not answered yet is let go, and its texts are planned anew. All is read strictly: a
wrong kind, length or number is refused before any of it is used.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar, cast

from dropbox.flows.desk.state import Chain, EpochSecret, Keyring, PendingBatch, Seen, TextKey
from dropbox.protocol.constants import HASH, KEY, MAX_PERIOD, MESSAGE_ID, XWING_SEED
from dropbox.protocol.errors import BadValue

VERSION = 3
PORTION = 1_000
"""Rows that are written at a time: a keyring of a hundred thousand is no single step that everything waits for."""
_NAMES = ("v", "signing_seed", "epochs", "chains", "seeded", "next_number", "seen", "number_floor", "no_seed_through")
NAMES_BEFORE = (*_NAMES, "pending", "published", "history", "built", "dir_version")
NAMES_2 = (*NAMES_BEFORE, "given_up")
NAMES = (*NAMES_2, "audit")
_OF_VERSION = {1: NAMES_BEFORE, 2: NAMES_2, VERSION: NAMES}
Key = TypeVar("Key")
Value = TypeVar("Value")
Row = Sequence[object]


def encode_keyring(keyring: Keyring) -> bytes:
    """The bytes that ``decode_keyring`` reads."""
    pending = keyring.pending
    scalars: dict[str, object] = {
        "number_floor": keyring.number_floor,
        "no_seed_through": keyring.no_seed_through,
        "pending": [pending.period, pending.hash.hex(), pending.upload.hex()] if pending else [],
        "published": [keyring.published_period, keyring.published_hash.hex()],
        "given_up": [[period, one.hex()] for period, one in keyring.given_up.items()],
        "history": keyring.history,
        "built": keyring.built,
        "dir_version": keyring.dir_version,
        "audit": [keyring.audit_key.hex(), keyring.audit_from, keyring.audit_since],
    }
    rows: dict[str, Iterator[Row]] = {
        "epochs": ([e.epoch, e.not_before, e.not_after, e.seed.hex()] for e in keyring.epochs.values()),
        "chains": (_chain_row(pseudonym, chain) for pseudonym, chain in keyring.chains.items()),
        "seeded": _numbers(keyring.seeded),
        "next_number": _numbers(keyring.next_number),
        "seen": ([key.hex(), one.epoch, one.period] for key, one in keyring.seen.items()),
    }
    parts = [_json({"v": VERSION, "signing_seed": keyring.signing_seed.hex()}).removesuffix("}")]
    for name, found in rows.items():
        parts.append(f',"{name}":[')
        parts.append(",".join(_portions(found)))
        parts.append("]")
    parts.append("," + _json(scalars).removeprefix("{"))
    return "".join(parts).encode()


def _chain_row(pseudonym: bytes, chain: Chain) -> Row:
    texts = [[number, one.step, one.key.hex()] for number, one in chain.texts.items()]
    return [pseudonym.hex(), chain.message_id.hex(), chain.epoch, chain.step, chain.key.hex(), texts]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _numbers(held: Mapping[bytes, int]) -> Iterator[Row]:
    return ([key.hex(), number] for key, number in held.items())


def _portions(rows: Iterator[Row]) -> Iterator[str]:
    while portion := list(islice(rows, PORTION)):
        yield _json(portion)[1:-1]


def decode_keyring(data: bytes) -> Keyring:
    """Inverse of ``encode_keyring``. Raises BadValue."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        raise BadValue("keyring") from None
    version = fields.get("v") if isinstance(fields, dict) else None
    if type(version) is not int or version not in _OF_VERSION:
        raise BadValue("keyring version")
    if set(fields) != set(_OF_VERSION[version]):
        raise BadValue("keyring fields")
    present = version > 1
    width = 6 if present else 5
    published = _row(fields["published"], 2)
    audit_key, audit_from, audit_since = _audit(fields.get("audit", ["", 0, 0]))
    pending = _pending(_row(fields["pending"], 3)) if fields["pending"] != [] else None
    return Keyring(
        signing_seed=_bytes(fields["signing_seed"], KEY),
        epochs=_table(fields["epochs"], 4, _epoch),
        chains=_table(fields["chains"], width, _chain),
        seeded=_table(fields["seeded"], 2, lambda row: (_bytes(row[0], KEY + MESSAGE_ID), _number(row[1]))),
        next_number=_table(fields["next_number"], 2, lambda row: (_bytes(row[0], KEY), _number(row[1]))),
        seen=_table(fields["seen"], 3 if present else 2, _seen),
        number_floor=_number(fields["number_floor"]),
        no_seed_through=_number(fields["no_seed_through"]),
        pending=pending if present else None,
        published_period=_number(published[0]),
        published_hash=_bytes(published[1], HASH),
        given_up=_table(fields.get("given_up", []), 2, lambda row: (_number(row[0]), _bytes(row[1], HASH))),
        # No board shows those of the earlier form.
        history=[_number(one) for one in _list(fields["history"])] if present else [],
        built=_number(fields["built"]),
        dir_version=_number(fields["dir_version"]),
        audit_key=audit_key,
        audit_from=audit_from,
        audit_since=audit_since,
    )


def _audit(value: object) -> tuple[bytes, int, int]:
    """The key is empty before it is made."""
    row = _row(value, 3)
    return _bytes(row[0], KEY if row[0] else 0), _number(row[1]), _number(row[2])


def _number(value: object) -> int:
    """A whole number that fits its 32 bits; no truth value, which Python would take for one."""
    if type(value) is not int or not 0 <= value <= MAX_PERIOD:
        raise BadValue("keyring number")
    return value


def _bytes(value: object, size: int | None) -> bytes:
    """Lower-case hex digits of so many bytes; None: of any number."""
    try:
        found = bytes.fromhex(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.hex() != value or (size is not None and len(found) != size):
        raise BadValue("keyring bytes")
    return found


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadValue("keyring list")
    return cast(list[object], value)


def _row(value: object, width: int) -> Row:
    row = _list(value)
    if len(row) != width:
        raise BadValue("keyring row")
    return row


def _table(value: object, width: int, read: Callable[[Row], tuple[Key, Value]]) -> dict[Key, Value]:
    """The rows by their keys, none of which stands twice."""
    rows = _list(value)
    found = dict(read(_row(row, width)) for row in rows)
    if len(found) != len(rows):
        raise BadValue("keyring row twice")
    return found


def _epoch(row: Row) -> tuple[int, EpochSecret]:
    number, first, last = (_number(one) for one in row[:3])
    return number, EpochSecret(number, first, last, _bytes(row[3], XWING_SEED))


def _chain(row: Row) -> tuple[bytes, Chain]:
    """The key of a chain that is used up is empty."""
    key = _bytes(row[4], KEY if row[4] else 0)
    texts = _table(row[5], 3, _text_key) if len(row) > 5 else {}
    return _bytes(row[0], KEY), Chain(_bytes(row[1], MESSAGE_ID), _number(row[2]), _number(row[3]), key, texts)


def _seen(row: Row) -> tuple[bytes, Seen]:
    """In version 1 no period stands."""
    return _bytes(row[0], HASH), Seen(*(_number(one) for one in row[1:]))


def _text_key(row: Row) -> tuple[int, TextKey]:
    return _number(row[0]), TextKey(_number(row[1]), _bytes(row[2], KEY))


def _pending(row: Row) -> PendingBatch:
    return PendingBatch(_number(row[0]), _bytes(row[1], HASH), _bytes(row[2], None))
