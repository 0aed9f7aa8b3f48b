# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bent inputs of the vectors, answered by both implementations.

    python -m tests.client.bent [--tries 10000] [--seed 1]

A try takes a vector, bends one of its texts (a bit, a byte, a cut, a piece doubled or put elsewhere) and asks both.
Where the Python answers at all, with an output or an error of the protocol, the JavaScript must answer the same. What
the Python breaks on is no input that its callers could give; such tries are counted apart.
"""

import argparse
import json
import random
import subprocess
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.client.node_session import NODE
from tests.vectors.make import OUT, outcome

Values = dict[str, Any]
SLOW = {"argon2id", "codename-stretch"}
"""Nothing is parsed in these, and each takes a fifth of a second."""
RANDOM = {"hpke-seal-opens"}
NO_INPUT = ("Zero-length key", "OperationError")
"""The browser's HMAC takes no empty key and its AES-GCM no nonce that short; the protocol has neither."""
LETTERS = 'aZ0 -"\\\u00ad\u0130\u212a\ufeff\u2028\U0001f600é'


class NodeOperations:
    """The operations in a Node process."""

    def __init__(self) -> None:
        program = Path(__file__).parent / "bent_process.js"
        self._process = subprocess.Popen([NODE, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answer(self, operation: str, values: Values) -> Values:
        """Output, error or what broke."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"operation": operation, "input": values}).encode() + b"\n")
        self._process.stdin.flush()
        found: Values = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and all(letter in "0123456789abcdef" for letter in text)


def bend_bytes(data: bytes, rng: random.Random) -> bytes:
    """One change; the length may change too."""
    at, size = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 4, 16, 32))
    match rng.randrange(7):
        case 0:
            return data[:at] + data[at + size :]
        case 1:
            return data[:at] + rng.randbytes(size) + data[at:]
        case 2:
            return data[:at] + data[at : at + size] * 2 + data[at + size :]
        case 3:
            other = rng.randrange(len(data) + 1)
            return data[:at] + data[other : other + size] + data[at + size :]
        case 4:
            return data[:at] + rng.choice((b"\0", b"\xff", b"\1", b"\x7f", b"\x80")) + data[at + 1 :]
    if at == len(data):
        return data + b"\0"
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def bend_text(text: str, rng: random.Random) -> str:
    """One letter more, less or another; hexadecimal stays that."""
    if text and _is_hex(text):
        return bend_bytes(bytes.fromhex(text), rng).hex()
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(("", rng.choice(LETTERS))) + text[at + rng.choice((0, 1)) :]


def _places(values: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where texts stand."""
    if isinstance(values, str):
        return [path]
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    return [place for key, value in items for place in _places(value, (*path, key))]


def bend(values: Values, rng: random.Random) -> Values:
    """A copy with one text bent."""
    bent = deepcopy(values)
    places = _places(bent)
    if places:
        *path, last = rng.choice(places)
        holder: Any = bent
        for key in path:
            holder = holder[key]
        holder[last] = bend_text(holder[last], rng)
    return bent


def _python(operation: str, values: Values) -> Values:
    try:
        return outcome(operation, values)
    except Exception:
        # Whatever it is, the input was none.
        return {}


def run(tries: int, seed: int) -> tuple[Counter[str], list[Values]]:
    """How often each answer came, and the tries that were answered differently."""
    rng = random.Random(seed)  # noqa: S311 - reproducible on purpose; no secret depends on it
    vectors = [json.loads(path.read_text()) for path in sorted(OUT.glob("*.json"))]
    vectors = [one for one in vectors if one["operation"] not in SLOW | RANDOM]
    counts: Counter[str] = Counter()
    differing: list[Values] = []
    node = NodeOperations()
    try:
        for _ in range(tries):
            vector = rng.choice(vectors)
            values = bend(vector["input"], rng)
            python = _python(vector["operation"], values)
            if not python:
                counts["no input"] += 1
                continue
            found = node.answer(vector["operation"], values)
            if any(word in found.get("broke", "") for word in NO_INPUT):
                counts["no input"] += 1
                continue
            counts[python.get("error", "output")] += 1
            if found != json.loads(json.dumps(python)):
                differing.append({"operation": vector["operation"], "input": values, "python": python, "node": found})
    finally:
        node.close()
    return counts, differing


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description="Bent inputs, answered by both implementations.")
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts, differing = run(arguments.tries, arguments.seed)
    print(dict(counts.most_common()))
    for one in differing[:20]:
        print(json.dumps(one)[:3_000])
    print(f"{arguments.tries} tries, {len(differing)} answered differently")
    raise SystemExit(1 if differing else 0)


if __name__ == "__main__":
    main()
