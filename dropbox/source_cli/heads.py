# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source check --heads``: the newest heads of the board, so that two visits can be compared."""

import json

from dropbox.command_line.output import say_once
from dropbox.flows.heads import BoardHead, head_words, newest_heads
from dropbox.words import codename_words

from . import terminal
from .sending import read_patiently
from .service import Service, Stop, decoy_secret

MOST_VISITS = 8
FORKED = (
    "Two visits were shown different batches of the same day of {units}, both signed by the unit. Keep this output and "
    "show it to whoever runs the service and to the unit: somebody shows different people different boards."
)
BEHIND = (
    "Two visits were shown boards of different age ({units}). A batch may have come between them: compare again in an "
    "hour. If it stays so, somebody is shown an older board."
)


def compare_heads(known: Service, visits: int, as_json: bool) -> None:
    """So many visits, each a connection and behind Tor a circuit of its own, and whether all were shown the same.

    Raises Stop when they were not, or where there is no board to read.
    """
    seen, seconds = [], 0
    for _ in range(visits):
        visited, warnings = read_patiently(known, decoy_secret())
        terminal.show_warnings(warnings)
        seconds = visited.judged.directory.policy.period
        seen.append(newest_heads(visited.judged.units))
    words = [" ".join(head_words(known.anchor.service_id, heads, codename_words().words)) for heads in seen]
    lines = [line for said, heads in zip(words, seen, strict=True) for line in _lines(said, heads, seconds)]
    told = [{"words": said, "units": _values(heads)} for said, heads in zip(words, seen, strict=True)]
    say_once(json.dumps({"same": len(set(words)) == 1, "visits": told}) if as_json else "\n".join(lines))
    if len(set(words)) > 1:
        raise Stop(_difference(seen))


def _lines(words: str, heads: tuple[BoardHead, ...], seconds: int) -> list[str]:
    rows = [f"  {head.slug}: {terminal.day(head.period, seconds)}, {head.hash[:8].hex()}" for head in heads]
    return [f"heads: {words}", *rows]


def _values(heads: tuple[BoardHead, ...]) -> list[dict[str, object]]:
    return [{"unit": head.slug, "period": head.period, "head": head.hash.hex()} for head in heads]


def _difference(seen: list[tuple[BoardHead, ...]]) -> str:
    hashes: dict[tuple[str, int], set[bytes]] = {}
    for head in (head for heads in seen for head in heads):
        hashes.setdefault((head.slug, head.period), set()).add(head.hash)
    forked = sorted({slug for (slug, _), found in hashes.items() if len(found) > 1})
    if forked:
        return FORKED.format(units=", ".join(forked))
    common = set(seen[0]).intersection(*seen)
    units = sorted({head.slug for heads in seen for head in heads if head not in common})
    return BEHIND.format(units=", ".join(units))
