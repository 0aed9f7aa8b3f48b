# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers that a service goes by (docs/protocol.md, section 3.4)."""

from dataclasses import dataclass, fields

from .constants import LONGEST_PERIOD, MAX_SEGMENT_ENVELOPES, MAX_WINDOW, SHORTEST_PERIOD
from .encoding import Reader, u32
from .errors import BadValue


@dataclass(frozen=True)
class Policy:
    """The service's numbers. ``period`` and ``collect`` in seconds, ``window`` and ``repost`` in a unit's batches,
    every other span in periods."""

    period: int
    collect: int
    window: int
    repost: int
    retention: int
    epoch: int
    give_up: int
    silent_after: int
    clock_slack: int
    head_life: int
    intake_per_period: int

    def encode(self) -> bytes:
        """Eleven u32 in the order of the fields: 44 bytes."""
        return b"".join(u32(getattr(self, field.name)) for field in fields(self))


PRODUCTION = Policy(
    period=86_400,
    collect=3_600,
    window=14,
    repost=12,
    retention=14,
    epoch=7,
    give_up=60,
    silent_after=3,
    clock_slack=3,
    head_life=100,
    intake_per_period=100_000,
)
"""A period is a day, an epoch a week."""


def read_policy(reader: Reader) -> Policy:
    """Raises Truncated, BadValue."""
    policy = Policy(
        period=reader.u32(SHORTEST_PERIOD, LONGEST_PERIOD),
        collect=reader.u32(1),
        window=reader.u32(3, MAX_WINDOW),
        repost=reader.u32(1),
        retention=reader.u32(1, MAX_WINDOW),
        epoch=reader.u32(1),
        give_up=reader.u32(1),
        silent_after=reader.u32(1),
        clock_slack=reader.u32(1),
        head_life=reader.u32(1),
        intake_per_period=reader.u32(1, MAX_SEGMENT_ENVELOPES),
    )
    if policy.collect > policy.period or policy.repost > policy.window:
        raise BadValue("policy")
    return policy
