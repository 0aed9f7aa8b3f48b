# SPDX-License-Identifier: AGPL-3.0-or-later
"""Health and figures for who watches a service, on a listener of their own, never on the public one.

Whoever scrapes writes down when. So nothing here moves when one envelope, blob or visit comes: counts are those of
closed periods, ages are whole periods, free disk is whole GiB.
"""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from aiohttp import web

from dropbox.http_edge.answers import TEXT, Answer
from dropbox.http_edge.connection import Limits
from dropbox.protocol.directory import Directory

from .config import ServerConfig
from .handlers.shelf import Shelf
from .ports import ClosedSegment, Store

DAY = 86_400
FRESH = 10.0
"""Seconds for which figures are given again: whoever asks often costs the database nothing."""
HEALTH_LIMITS = Limits(connections=8, of_a_caller=8, head_within=5.0, idle_within=30.0, longest_field=4_096)
_BACKUP = re.compile(r"backup-([0-9]{8,10})-[^/]*\.age")
FIGURES = {
    "dropbox_taking": "1 while envelopes are taken.",
    "dropbox_clock_held": "1 while the clock does not follow from what is stored.",
    "dropbox_flooded": "1 while senders are kept waiting.",
    "dropbox_list_days_left": "Whole days until the list of units ends; -1 without one.",
    "dropbox_newest_closed_period": "Number of the newest closed period; -1 before the first.",
    "dropbox_closed_periods": "Closed periods that are kept.",
    "dropbox_closed_envelopes": "Envelopes in them, decoys too.",
    "dropbox_closed_blobs": "Blobs of files in them.",
    "dropbox_unit_batch_age_periods": "Periods since a unit's newest batch; -1 before its first.",
    "dropbox_backup_behind_periods": "Periods that the newest backup is behind the newest closed one; -1 without one.",
    "dropbox_disk_free_gib": "Whole GiB of free disk.",
    "dropbox_disk_reserve_gib": "Whole GiB below which nothing is taken.",
}


def _text(values: dict[str, int]) -> str:
    lines: list[str] = []
    for name, words in FIGURES.items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
        lines += [f"{key} {value}" for key, value in values.items() if key.partition("{")[0] == name]
    return "\n".join(lines) + "\n"


class Health:
    """Answers `GET /health` and `GET /metrics`, and nothing else."""

    def __init__(self, config: ServerConfig, store: Store, shelf: Shelf, now: Callable[[], float]) -> None:
        """``now``: the time that the server believes."""
        self._config = config
        self._store = store
        self._shelf = shelf
        self._now = now
        self._kept = ""
        self._until = 0.0
        self._making = asyncio.Lock()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method != "GET" or request.raw_path not in ("/health", "/metrics"):
            return Answer(b"nothing here\n", TEXT, status=404)
        if request.raw_path == "/health":
            word = self.word()
            return Answer(f"{word}\n".encode(), TEXT, status=200 if word == "well" else 503)
        return Answer((await self.figures()).encode(), TEXT)

    def word(self) -> str:
        """``well``, or why nothing is taken: no-list, held, no-room."""
        if not self._shelf.has_shown:
            return "no-list"
        if self._shelf.shown.held or not self._shelf.believed:
            return "held"
        return "well" if self._shelf.taking else "no-room"

    async def figures(self) -> str:
        """In the text form of Prometheus."""
        async with self._making:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._until:
                self._kept = _text(await self._values())
                self._until = loop.time() + FRESH
            return self._kept

    async def _values(self) -> dict[str, int]:
        closed = await self._store.closed_segments()
        free = await asyncio.to_thread(shutil.disk_usage, self._config.data_dir)
        found = await self._store.newest_closed()
        newest = -1 if found is None else found
        return {
            "dropbox_taking": int(self.word() == "well"),
            "dropbox_clock_held": int(self.word() == "held"),
            "dropbox_flooded": int(await self._store.flooded()),
            "dropbox_list_days_left": self._days_left(),
            "dropbox_newest_closed_period": newest,
            **_counts(closed),
            **await self._ages(newest),
            "dropbox_backup_behind_periods": await asyncio.to_thread(self._behind, newest),
            "dropbox_disk_free_gib": free.free >> 30,
            "dropbox_disk_reserve_gib": self._config.disk_reserve >> 30,
        }

    def _directory(self) -> Directory | None:
        return self._shelf.listed.verified.directory if self._shelf.has_shown else None

    def _days_left(self) -> int:
        if not self._shelf.has_shown:
            return -1
        verified = self._shelf.listed.verified
        end = (verified.signed_head.head.expires + 1) * verified.policy.period
        return max(int((end - self._now()) // DAY), -1)

    async def _ages(self, newest: int) -> dict[str, int]:
        directory = self._directory()
        found = {}
        for unit in directory.units if directory else ():
            batches = await self._store.newest_batches(unit.unit_id, 1)
            age = max(newest + 1 - batches[0].period, 0) if batches else -1
            found[f'dropbox_unit_batch_age_periods{{unit="{unit.slug}"}}'] = age
        return found

    def _behind(self, newest: int) -> int:
        folder: Path | None = self._config.backup
        try:
            kept = [int(one[1]) for one in _named(folder)]
        except OSError:
            kept = []
        return max(newest - max(kept), 0) if kept else -1


def _named(folder: Path | None) -> Iterator[re.Match[str]]:
    for path in folder.iterdir() if folder else ():
        if found := _BACKUP.fullmatch(path.name):
            yield found


def _counts(closed: Sequence[ClosedSegment]) -> dict[str, int]:
    return {
        "dropbox_closed_periods": len(closed),
        "dropbox_closed_envelopes": sum(one.count for one in closed),
        "dropbox_closed_blobs": sum(one.blobs for one in closed),
    }
