# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a scan of files, memory or a profile looks for: long enough that noise never holds it by chance."""

from collections.abc import Iterable, Sequence

LEAST = 16
"""Bytes: in a gibibyte of noise one stands by chance once in 10^29 scans."""


class TooShort(ValueError):
    """A search for so little proves nothing, or fails for nothing."""


def needle(secret: str | bytes, encoding: str = "utf-8") -> bytes:
    """The bytes to look for. Raises TooShort."""
    data = secret.encode(encoding) if isinstance(secret, str) else secret
    if len(data) < LEAST:
        raise TooShort(f"{len(data)} bytes; a needle has at least {LEAST}")
    return data


def runs(words: Sequence[str], between: str = " ") -> list[str]:
    """Every shortest run of neighbouring words that is long enough for a needle."""
    found = []
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            run = between.join(words[start:end])
            if len(run.encode()) >= LEAST:
                found.append(run)
                break
    return found


def present(needles: Iterable[bytes], haystacks: Iterable[bytes]) -> list[bytes]:
    """Those of the needles that stand somewhere: a failed assertion prints them alone, never what was searched."""
    wanted = [needle(one) for one in needles]
    return [one for one in wanted if any(one in hay for hay in haystacks)]
