# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process in which the seed of a key for contact details exists, for one task: it is drawn and split, or put
together and split for one custodian more, or put together to open one ciphertext. Then the process ends.

    python -m journalist_ui.daemon.contact_process

It is given no file, no network, no vault and no environment: one JSON object in, one out, bytes in hex. ``do`` is make,
split or open; an answer is what was made, or ``refused`` with the code of an error.
"""

import json
import os
import sys
from itertools import combinations
from typing import Any

from dropbox.command_line.hardening import harden
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.contact_open import open_contact
from dropbox.protocol.encoding import xor
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.primitives import SealingKey, hpke_seal, same, sha256
from journalist_ui.people.contact_key import half_info

Task = dict[str, Any]  # JSON; each function says which fields it takes
_b = bytes.fromhex


def _split(seed: bytes, hashed: bytes, pair: tuple[str, str], members: dict[str, str]) -> list[list[str]]:
    """A fresh half for each of a pair, wrapped to them: owner, partner, wrapped."""
    one, other = pair
    first = os.urandom(XWING_SEED)
    halves = ((one, other, first), (other, one, xor(seed, first)))
    return [
        [owner, partner, hpke_seal(_b(members[owner]), half, half_info(hashed, owner, partner)).hex()]
        for owner, partner, half in halves
    ]


def make(task: Task) -> Task:
    """A new key for ``members``, names with public keys: ``public``, and ``halves`` for every pair."""
    seed = os.urandom(XWING_SEED)
    public, members = SealingKey(seed).public, task["members"]
    pairs = combinations(sorted(members), 2)
    halves = [row for pair in pairs for row in _split(seed, sha256(public), pair, members)]
    return {"public": public.hex(), "halves": halves}


def _joined(task: Task) -> bytes:
    """The seed of two ``halves``, which is that of the key of this ``hash``. Raises NotForThisKey."""
    one, other = map(_b, task["halves"])
    if len(one) != XWING_SEED or len(other) != XWING_SEED:
        raise NotForThisKey("halves")
    seed = xor(one, other)
    if not same(sha256(SealingKey(seed).public), _b(task["hash"])):
        raise NotForThisKey("halves")
    return seed


def split(task: Task) -> Task:
    """Halves for pairs of the member ``new`` with each other one of ``members``; those that there are stay."""
    seed, members = _joined(task), task["members"]
    others = sorted(members.keys() - {task["new"]})
    return {"halves": [row for one in others for row in _split(seed, _b(task["hash"]), (task["new"], one), members)]}


def open_one(task: Task) -> Task:
    """``text`` of one ``sealed`` field under ``info``."""
    return {"text": open_contact(SealingKey(_joined(task)), _b(task["sealed"]), _b(task["info"]))}


TASKS = {"make": make, "split": split, "open": open_one}


def answer(task: Task) -> Task:
    """What the process says."""
    try:
        return TASKS[task["do"]](task)
    except ProtocolError as error:
        return {"refused": error.code}


def main() -> None:
    """One task."""
    harden()
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
