# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules of the board broken one at a time, by name: a campaign that does not notice one of them proves nothing.

``make campaign`` begins with all of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest import mock

from dropbox.flows.desk import board_plan, collect, own_board, posting, publish_batch, record, state
from dropbox.flows.desk.requests import PostBatch, SaveKeyring
from dropbox.protocol import reading
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.texts import text_key
from journalist_ui.daemon import keyring_format
from tests.flows import campaign, campaign_acts, campaign_world

TRIES = 6
"""Runs before a broken rule counts as unnoticed: what happens in one hangs on every draw before."""
Patches = Callable[[], dict[tuple[Any, str], Any]]


@dataclass(frozen=True)
class Mutant:
    """A broken rule: its name, what takes the place of what, what is said when it is noticed, and a run that does."""

    name: str
    patches: Patches
    says: str
    seed: int
    periods: int
    trouble: float = 3.0

    @contextmanager
    def alive(self) -> Iterator[None]:
        """While the rule is broken."""
        patched = [mock.patch.object(*target, value) for target, value in self.patches().items()]
        for one in patched:
            one.start()
        try:
            yield
        finally:
            for one in reversed(patched):
                one.stop()

    def caught(self) -> str:
        """What a run says of it, of a few from its seed on; empty when none says what it is caught by."""
        for seed in range(self.seed, self.seed + TRIES):
            with self.alive():
                try:
                    campaign.run(seed, self.periods, self.trouble)
                except (AssertionError, ProtocolError) as error:
                    if self.says in str(error):
                        return str(error)
        return ""


def _key_kept() -> dict[tuple[Any, str], Any]:
    return {(publish_batch, "_drop_keys"): lambda context: None}


def _keys_of_an_old_chain() -> dict[tuple[Any, str], Any]:
    right = record._seed

    def seed(context: Any, conversation: Any, opened: Any, period: int) -> None:
        old = context.keyring.chains.get(opened.plain.pseudonym)
        right(context, conversation, opened, period)
        if old is not None:
            context.keyring.chains[opened.plain.pseudonym].texts |= old.texts

    return {(record, "_seed"): seed}


def _period_reused() -> dict[tuple[Any, str], Any]:
    def forgetful(data: bytes) -> Any:
        keyring = keyring_format.decode_keyring(data)
        return replace(keyring, pending=None, built=keyring.published_period)

    return {(campaign_world, "decode_keyring"): forgetful}


def _row_twice() -> dict[tuple[Any, str], Any]:
    right = posting.plan_rows

    def twice(*args: Any) -> tuple[board_plan.Row, ...]:
        rows = right(*args)
        mine = {row.lane for row in rows if rows and row.pseudonym == rows[0].pseudonym}
        room = [lane for lane in range(8) if lane not in mine and all(row.lane != lane for row in rows)]
        return (*rows, replace(rows[0], lane=room[0])) if rows and room else rows

    return {(posting, "plan_rows"): twice}


def _mark_of_another_period() -> dict[tuple[Any, str], Any]:
    right = publish_batch.mark_name
    return {(publish_batch, "mark_name"): lambda beacon, pseudonym, period: right(beacon, pseudonym, period - 1)}


def _step_twice() -> dict[tuple[Any, str], Any]:
    def key_of(chain: state.Chain, number: int) -> state.TextKey:
        return chain.texts.setdefault(number, state.TextKey(chain.step, text_key(chain.key)))

    return {(publish_batch, "_key_of"): key_of}


def _numbers_again() -> dict[tuple[Any, str], Any]:
    return {(publish_batch, "next_number"): lambda context, text: context.keyring.next_number.get(text.pseudonym, 1)}


def _kept_by_a_roll_back(name: str) -> dict[tuple[Any, str], Any]:
    right = own_board.rolled_back

    def partly(context: Any, *args: Any) -> None:
        before = getattr(context.keyring, name)
        right(context, *args)
        setattr(context.keyring, name, before)

    return {(own_board, "rolled_back"): partly, (publish_batch, "rolled_back"): partly}


def _seeds_twice() -> dict[tuple[Any, str], Any]:
    right = collect.record

    def again(context: Any, opened: Any, name: bytes, *args: Any) -> None:
        context.keyring.seen.pop(name, None)
        context.keyring.seeded.pop(opened.plain.pseudonym + opened.plain.message_id, None)
        right(context, opened, name, *args)

    return {(collect, "record"): again}


def _acknowledges_ahead() -> dict[tuple[Any, str], Any]:
    right = reading._Gathered.acknowledge
    return {(reading._Gathered, "acknowledge"): lambda found: right(found) + 1}


def _upload_before_keyring() -> dict[tuple[Any, str], Any]:
    right = campaign_acts.publish_batch

    def late(*args: Any) -> Any:
        flow, held, answer = right(*args), None, None
        try:
            while True:
                request = flow.send(answer)
                answer = None
                if isinstance(request, SaveKeyring):
                    held = request
                else:
                    answer = yield request
                    if isinstance(request, PostBatch) and held is not None:
                        yield held
        except StopIteration as end:
            return end.value

    return {(campaign_acts, "publish_batch"): late}


def _told_of_nothing() -> dict[tuple[Any, str], Any]:
    right = posting.plan_marks
    return {(posting, "plan_marks"): lambda *args: tuple(replace(mark, more=True) for mark in right(*args))}


def _size_of_before() -> dict[tuple[Any, str], Any]:
    right = state.DeskContext.unit

    def first(context: Any) -> Any:
        unit = right(context)
        return unit and replace(unit, rows=16, marks=32)

    return {(state.DeskContext, "unit"): first}


def _ended_goes_on() -> dict[tuple[Any, str], Any]:
    return {(publish_batch, "_ended"): lambda context, now: False}


def _secret_gone_early() -> dict[tuple[Any, str], Any]:
    return {(collect, "EPOCH_SECRET_GRACE"): -5}


MUTANTS = (
    Mutant("the key of a text that left is kept", _key_kept, "the key of a text that left", 1, 30),
    Mutant("keys of an old chain go on in a new one", _keys_of_an_old_chain, "does not open", 1, 12),
    Mutant("a period is used for two batches", _period_reused, "two batches of period", 1, 12),
    Mutant("a row is placed twice", _row_twice, "stands twice on one board", 1, 12),
    Mutant("a mark is of another period", _mark_of_another_period, "0 collected of", 1, 12),
    Mutant("two texts take one step", _step_twice, "two texts have one step", 1, 12),
    Mutant("numbers begin again without a keyring", _numbers_again, "a text changed", 4, 30),
    Mutant(
        "chains outlive a keyring put back",
        partial(_kept_by_a_roll_back, "chains"),
        "a key served two texts",
        4,
        30,
        8.0,
    ),
    Mutant(
        "what came before seeds again",
        partial(_kept_by_a_roll_back, "no_seed_through"),
        "a key served two texts",
        4,
        30,
        8.0,
    ),
    Mutant("an envelope seeds twice", _seeds_twice, "a key served two texts", 1, 25),
    Mutant("a source acknowledges what it has not read", _acknowledges_ahead, "replies unread", 3, 25),
    Mutant("the upload goes before the keyring", _upload_before_keyring, "two batches of period", 5, 12),
    Mutant("a source is told of a text that is not there", _told_of_nothing, "a text that is not there", 1, 12),
    Mutant("a batch has the size of before", _size_of_before, "batch-refused", 12, 12),
    Mutant("a unit that ended goes on", _ended_goes_on, "replies-altered", 1, 12),
    Mutant("a secret is destroyed early", _secret_gone_early, "messages lost", 1, 12),
)
