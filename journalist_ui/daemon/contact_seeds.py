# SPDX-License-Identifier: AGPL-3.0-or-later
"""A seed of a key for contact details lives in a process of its own, one task long: started here, asked, gone."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from dropbox.protocol.errors import NotForThisKey, leaves
from dropbox.protocol.primitives import sha256
from journalist_ui.people.contact_key import Half
from journalist_ui.refusals import OpeningFailed

from .contact_process import Task

COMMAND = (sys.executable, "-I", "-m", "journalist_ui.daemon.contact_process")
LONGEST = 30.0
"""Seconds for a task; it takes some tenths of one."""
FAILED = "The process that works with the key for contact details ended. Nothing was done; try again."


@dataclass(frozen=True)
class Pair:
    """Two halves of one key."""

    hash: bytes
    first: bytes = field(repr=False)
    second: bytes = field(repr=False)

    def fields(self) -> Task:
        """For the process."""
        return {"hash": self.hash.hex(), "halves": [self.first.hex(), self.second.hex()]}


def _ask(task: Task) -> Task:
    """It takes tenths of a second: never in a transaction. Raises OpeningFailed, and the error that it answers."""
    try:
        # This program itself, without the environment or the folder that could change it.
        done = subprocess.run(  # noqa: S603
            COMMAND,
            input=json.dumps(task).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST,
            cwd="/",
            env={},
            start_new_session=True,
            check=True,
        )
        found = json.loads(done.stdout)
        if not isinstance(found, dict):
            raise ValueError("answer")
    except (OSError, subprocess.SubprocessError, ValueError):
        raise OpeningFailed(FAILED) from None
    if "refused" in found:
        kinds = {one.code: one for one in leaves()}
        raise kinds.get(str(found["refused"]), NotForThisKey)("contact")
    return found


def _hexed(members: Mapping[str, bytes]) -> dict[str, str]:
    return {name: public.hex() for name, public in members.items()}


def _halves(found: Task, hashed: bytes) -> list[Half]:
    return [Half(hashed, str(one), str(other), bytes.fromhex(wrapped)) for one, other, wrapped in found["halves"]]


def make_key(members: Mapping[str, bytes]) -> tuple[bytes, list[Half]]:
    """A new key, of which nobody has the seed: its public half, and halves for every two of these members."""
    found = _ask({"do": "make", "members": _hexed(members)})
    public = bytes.fromhex(found["public"])
    return public, _halves(found, sha256(public))


def split_for(pair: Pair, new: str, members: Mapping[str, bytes]) -> list[Half]:
    """Halves of the pairs of a ``new`` custodian with each other one of ``members``. Raises NotForThisKey."""
    return _halves(_ask({"do": "split", **pair.fields(), "new": new, "members": _hexed(members)}), pair.hash)


def open_sealed(pair: Pair, sealed: bytes, info: bytes) -> str:
    """What one source left. Raises NotForThisKey, Malformed."""
    return str(_ask({"do": "open", **pair.fields(), "sealed": sealed.hex(), "info": info.hex()})["text"])
