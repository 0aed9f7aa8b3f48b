# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trial-opening in a process beside the desk: the same as here, whatever the envelopes hold and however it ends."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dropbox.flows.desk.opening import EpochKey, open_all
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.constants import ENVELOPE, ENVELOPE_PLAIN
from dropbox.protocol.envelope_seal import seal_decoy
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.daemon import trial_opening
from journalist_ui.daemon.off_loop import off_loop
from journalist_ui.daemon.trial_opening import COMMAND, SMALL, TrialOpening
from journalist_ui.daemon.trial_process import encode_found, encode_task, parse_opened, read_task
from journalist_ui.refusals import OpeningFailed
from tests.flows.twin import seeded

RANDOM = seeded(5)
SERVICE, UNIT = RANDOM(16), RANDOM(16)


def epoch(number: int) -> tuple[EpochCert, EpochKey]:
    seed = RANDOM(32)
    cert = EpochCert(SERVICE, UNIT, number, 7 * number, 7 * number + 6, SealingKey(seed).public)
    return cert, EpochKey(number, cert.hash, seed)


CERTS, KEYS = zip(*(epoch(number) for number in (3, 4)), strict=True)
OWN = [seal_decoy(cert, RANDOM(112)) for cert in CERTS]
BROKEN = hpke_seal(CERTS[0].public, RANDOM(ENVELOPE_PLAIN), CERTS[0].info)
"""It opens, and holds nothing that is an envelope's."""
ENVELOPES = [OWN[1], RANDOM(ENVELOPE), BROKEN, OWN[0], *(RANDOM(ENVELOPE) for _ in range(SMALL))]


@pytest_asyncio.fixture
async def opening() -> AsyncIterator[TrialOpening]:
    made = TrialOpening(apart=True)
    yield made
    await made.close()


async def test_the_process_opens_what_is_opened_here(opening: TrialOpening) -> None:
    """Own envelopes of either epoch, others', one that opens and is none: the same answers, task after task."""
    expected = open_all(ENVELOPES, KEYS)
    assert [one.epoch if one else 0 for one in expected[:4]] == [4, 0, 0, 3]
    for _ in range(2):
        assert await opening.open(ENVELOPES, KEYS) == expected
    assert opening.running
    assert await opening.open((), KEYS) == ()


async def test_few_envelopes_start_no_process() -> None:
    """Nor does a desk on a machine of one core."""
    for made, count in ((TrialOpening(apart=True), SMALL - 1), (TrialOpening(apart=False), len(ENVELOPES))):
        found = await made.open(ENVELOPES[:count], KEYS)
        assert found == open_all(ENVELOPES[:count], KEYS)
        assert not made.running


async def test_a_process_that_dies_is_started_anew(opening: TrialOpening) -> None:
    """Killed between two tasks, as a machine short of memory does: the next task is done all the same."""
    expected = await opening.open(ENVELOPES, KEYS)
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    assert await opening.open(ENVELOPES, KEYS) == expected
    assert children() != [child]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import sys; sys.stdin.buffer.read(9); sys.exit(3)",
        # Marks that name no key, and plaintexts that are none.
        "import sys; sys.stdin.buffer.read(1000); sys.stdout.buffer.write(bytes([9]) * 400000); sys.stdout.flush()",
        "import sys; sys.stdin.buffer.read(1000); sys.stdout.buffer.write(bytes([1]) * 400000); sys.stdout.flush()",
    ],
)
async def test_one_that_always_fails_is_one_clear_error(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies at once, in the middle, stands still, or gives back what is nothing: refused in words, nothing is left
    running."""
    monkeypatch.setattr(trial_opening, "LONGEST", 1.0)
    opening = TrialOpening(apart=True, command=(sys.executable, "-I", "-c", code))
    with pytest.raises(OpeningFailed, match="twice"):
        await opening.open(ENVELOPES, KEYS)
    assert not opening.running
    assert children() == []


async def test_whoever_is_cancelled_leaves_no_half_task(opening: TrialOpening) -> None:
    """The desk is told to end while a task is under way; the next one is answered for itself."""
    await opening.open(ENVELOPES, KEYS)
    task = asyncio.create_task(opening.open(ENVELOPES * 40, KEYS))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await opening.open(ENVELOPES, KEYS) == open_all(ENVELOPES, KEYS)


def children() -> list[int]:
    """This process's own."""
    task = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(one) for one in task.read_text().split()]


def test_the_process_ends_with_the_desk() -> None:
    """A desk that is killed closes its end of the pipe by that: nothing that holds keys outlives it."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(encode_task(ENVELOPES[:2], KEYS))
    process.stdin.flush()
    assert process.stdout.read(2) == bytes((2, 0))
    process.stdin.close()
    process.stdout.read()
    process.stdout.close()
    assert process.wait(120) == 0


def test_tasks_and_answers_are_read_as_they_were_written() -> None:
    """One that is cut short is an error, the end between two is none."""
    found = open_all(ENVELOPES, KEYS)
    task = encode_task(ENVELOPES, KEYS)
    source = io.BytesIO(task + task[:-1])
    assert read_task(source) == (list(ENVELOPES), list(KEYS))
    with pytest.raises(EOFError):
        read_task(source)
    assert read_task(io.BytesIO()) is None
    answer = encode_found(found, KEYS)
    marks, plains = answer[: len(ENVELOPES)], answer[len(ENVELOPES) :]
    assert marks[:4] == bytes((2, 0, 0, 1))
    assert parse_opened(plains[:ENVELOPE_PLAIN], KEYS[1]) == found[0]
    assert len(plains) == 2 * ENVELOPE_PLAIN


def test_what_waits_for_a_thread_is_finished_before_it_is_given_up() -> None:
    """A desk that ends while something is written goes on until it is written."""
    done = []

    def slow() -> None:
        time.sleep(0.1)
        done.append(True)

    async def cut() -> None:
        task = asyncio.create_task(off_loop(slow))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done == [True]

    asyncio.run(cut())
