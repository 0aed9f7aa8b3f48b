# SPDX-License-Identifier: AGPL-3.0-or-later
"""The six lines of a signed list that everybody reads before it is signed or shown to the world: which version it is,
how long it holds, which units it has, what differs from the list before, who signed, and what is lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from dropbox.protocol.directory import Directory, UntrustedDirectory

from .days import day_of
from .signed_list import ForceNames, Said, changes, ending, mistakes, signers, span, units_said

SAME = "nothing but the version and the days"
FIRST = "there is none before it"
EARLIER_LIST = "the list before is of an earlier form, with which this one cannot be compared"
NOT_GIVEN = "no list before it was given"
UNSIGNED = (
    "the list before was not signed by enough roots, so it is not the published one, and what differs is not known"
)


@dataclass(frozen=True)
class Before:
    """The list that another one is held against. ``directory`` is None where it has an earlier form; ``called`` says
    which one it is, ``signed`` whether enough roots signed it: else it was never published, and may hide what is lost
    against the one that was."""

    listing: UntrustedDirectory
    directory: Directory | None
    called: str
    signed: bool = True


@dataclass(frozen=True)
class SixLines:
    """The text of the six, in order, the last of which is ``lost``: what takes somebody's way to be heard away."""

    lines: tuple[str, ...]
    lost: tuple[str, ...]


def _sooner(listing: UntrustedDirectory, before: UntrustedDirectory, period: int) -> list[Said]:
    was, ends = before.head.head.expires, listing.head.head.expires
    return (
        [Said(f"it ends sooner than the list before, which ends on {day_of(was, period)}", True)] if ends < was else []
    )


def _under(what: str, lines: Iterable[str], none: str) -> list[str]:
    found = list(lines)
    return [f"{what}:", *(f"  {line}" for line in found)] if found else [f"{what}: {none}"]


def six_lines(
    listing: UntrustedDirectory, directory: Directory, names: ForceNames, now: float, before: Before | None
) -> SixLines:
    """What ``listing`` with ``directory`` in it says. ``now`` in unix seconds, by which days left are counted."""
    head, period = listing.head.head, directory.policy.period
    said = mistakes(directory, names)
    end = ending(head, directory.policy, now)
    against, same = "changes", FIRST if head.dir_version == 1 else NOT_GIVEN
    found: list[Said] = []
    if before is not None:
        against = f"changes against version {before.listing.head.head.dir_version}, {before.called}"
        same = SAME if before.directory else EARLIER_LIST
        found = changes(before.directory, directory, names) if before.directory else []
        said += [] if before.signed else [Said(UNSIGNED, loses=True)]
        said += _sooner(listing, before.listing, period)
    said += [end] if end else []
    lines = [
        f"version: {head.dir_version}",
        f"holds: {span(listing, period, now)}",
        *_under("units", [*units_said(directory, names), *(one.text for one in said if not one.loses)], "none"),
        *_under(against, [one.text for one in found], same),
        f"signatures: {signers(listing.anchors[-1].anchor, (one.index for one in listing.head.signatures))}",
    ]
    lost = dict.fromkeys(one.text for one in (*found, *said) if one.loses)
    return SixLines(tuple(lines), tuple(lost))
