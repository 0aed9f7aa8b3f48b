# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process that tries a desk's keys on envelopes. It is given no file, no network and no vault: bytes in, bytes out.

    python -m journalist_ui.daemon.trial_process

Standard input brings one task after another, until it ends:

::

    keys u8 || keys x (epoch u32 || hash of its certificate 32 || seed 32) || envelopes u16 || envelopes x 16,384

and standard output gives for each envelope one byte, 0 or the number of the key that opened it, counted from 1; then
the plaintext, 15,248 bytes, of each that was opened. What a key opens and is not as it must be counts as not opened.
"""

import sys
from collections.abc import Sequence
from typing import BinaryIO

from dropbox.command_line.hardening import harden
from dropbox.flows.desk.opening import EpochKey, open_all
from dropbox.protocol.constants import ENVELOPE, HASH, XWING_SEED
from dropbox.protocol.encoding import Reader, u8, u16, u32
from dropbox.protocol.envelope_format import parse_envelope_plain
from dropbox.protocol.envelope_open import OpenedEnvelope

_KEY = 4 + HASH + XWING_SEED


def encode_task(envelopes: Sequence[bytes], keys: Sequence[EpochKey]) -> bytes:
    """At most 255 keys and 65,535 envelopes."""
    rows = b"".join(u32(key.epoch) + key.cert_hash + key.seed for key in keys)
    return u8(len(keys)) + rows + u16(len(envelopes)) + b"".join(envelopes)


def read_task(source: BinaryIO) -> tuple[list[bytes], list[EpochKey]] | None:
    """The next task; None when there is no other. Raises EOFError when one is cut short."""
    first = source.read(1)
    if not first:
        return None
    reader = Reader(_exactly(source, first[0] * _KEY), "task")
    keys = [EpochKey(reader.u32(), reader.take(HASH), reader.take(XWING_SEED)) for _ in range(first[0])]
    count = int.from_bytes(_exactly(source, 2), "big")
    return [_exactly(source, ENVELOPE) for _ in range(count)], keys


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise EOFError
    return data


def encode_found(found: Sequence[OpenedEnvelope | None], keys: Sequence[EpochKey]) -> bytes:
    """What the process answers."""
    numbers = {key.epoch: number for number, key in enumerate(keys, start=1)}
    marks = bytes(numbers[one.epoch] if one else 0 for one in found)
    return marks + b"".join(one.plain.encode_unsigned() + one.signature for one in found if one)


def parse_opened(plain: bytes, key: EpochKey) -> OpenedEnvelope:
    """One plaintext of the answer. Its signature was verified there. Raises Malformed."""
    parsed, signature = parse_envelope_plain(plain)
    return OpenedEnvelope(parsed, key.epoch, signature, key.cert_hash)


def main() -> None:
    """Work until standard input ends, which it does with the desk."""
    harden()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while _do_next(source, target):
        pass


def _do_next(source: BinaryIO, target: BinaryIO) -> bool:
    """One task; whether there was one. Its keys are let go before the next is waited for."""
    task = read_task(source)
    if task is None:
        return False
    target.write(encode_found(open_all(*task), task[1]))
    target.flush()
    return True


if __name__ == "__main__":
    main()
