# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers that a service goes by (docs/protocol.md, section 3.4)."""

from dataclasses import astuple, dataclass

from .constants import LONGEST_PERIOD, MAX_MIRRORS, MAX_PERIOD_BLOBS, MAX_SEGMENT_ENVELOPES, MAX_SPAN, SHORTEST_PERIOD
from .encoding import Reader, u8, u32
from .errors import BadValue


@dataclass(frozen=True)
class Policy:
    """The service's numbers. ``period`` and ``collect`` in seconds, every other span in periods: ``stay`` how long an
    unread text stands on the board before it waits for its source, ``linger`` how long one that was read still does.
    ``blobs_per_period``: how many blobs of files, 0 for none. ``close_after``: how long after its source wanted it a
    conversation is closed, 0 for never. The last three are kept for what is not built yet, and 0."""

    period: int
    collect: int
    stay: int
    linger: int
    retention: int
    epoch: int
    give_up: int
    silent_after: int
    clock_slack: int
    head_life: int
    intake_per_period: int
    blobs_per_period: int = 0
    close_after: int = 0
    whole_limit: int = 0
    mirrors_asked: int = 0
    first_reader: int = 0

    def encode(self) -> bytes:
        """Fourteen u32 and two u8 in the order of the fields: 58 bytes."""
        *wide, mirrors_asked, first_reader = astuple(self)
        return b"".join(map(u32, wide)) + u8(mirrors_asked) + u8(first_reader)


PRODUCTION = Policy(
    period=86_400,
    collect=3_600,
    stay=14,
    linger=3,
    retention=14,
    epoch=7,
    give_up=60,
    silent_after=3,
    clock_slack=3,
    head_life=100,
    intake_per_period=100_000,
    blobs_per_period=8_192,
    close_after=14,
)
"""A period is a day, an epoch a week."""


def read_policy(reader: Reader) -> Policy:
    """Raises Truncated, BadValue."""
    policy = Policy(
        period=reader.u32(SHORTEST_PERIOD, LONGEST_PERIOD),
        collect=reader.u32(1),
        stay=reader.u32(1, MAX_SPAN),
        linger=reader.u32(0, MAX_SPAN),
        retention=reader.u32(1, MAX_SPAN),
        epoch=reader.u32(1),
        give_up=reader.u32(1),
        silent_after=reader.u32(1),
        clock_slack=reader.u32(1),
        head_life=reader.u32(1),
        intake_per_period=reader.u32(1, MAX_SEGMENT_ENVELOPES),
        blobs_per_period=reader.u32(0, MAX_PERIOD_BLOBS),
        close_after=reader.u32(),
        whole_limit=reader.u32(),
        mirrors_asked=reader.u8(0, MAX_MIRRORS),
        first_reader=reader.u8(0, 1),
    )
    if policy.collect > policy.period:
        raise BadValue("policy")
    return policy
