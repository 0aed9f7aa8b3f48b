# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a return visit has read of one unit, as lines of a terminal."""

import shutil
from collections.abc import Iterator

from dropbox.flows.source.reading import FoundConversation
from dropbox.protocol.constants import EntryType
from dropbox.protocol.directory import Directory
from dropbox.protocol.inert import margin, wrapped
from dropbox.protocol.policy import Policy
from dropbox.protocol.reading import WholeText
from dropbox.protocol.units import Unit
from dropbox.shown.days import DAY
from dropbox.shown.told import CONTACT_OPENED, OFFERED, SAYS_FIRST, SUCCEEDED, UNREADABLE, meanings, promised

from .answers import question_lines
from .terminal import MORE_WAITS, NARROWEST, WIDEST, day, kind

ACCEPT = "The unit: {unit}. The reference: {reference}. To go on there: `dropbox-source accept-referral`."

GO_ON = "The other unit: {unit} ({name}). To write to it: `dropbox-source reply --unit {unit}`."


def conversation_lines(found: FoundConversation, directory: Directory) -> Iterator[str]:
    """One unit's part of a return visit."""
    policy = directory.policy
    yield f"{found.unit.unit.slug} ({found.unit.unit.name})"
    if found.collected:
        yield f"  It has collected {found.collected} of your messages."
    else:
        yield "  It has not said yet how many of your messages it has collected."
    width = max(min(shutil.get_terminal_size().columns, WIDEST), NARROWEST)
    yield from _first_words(found.unit.unit, width) if found.collected else ()
    for text in found.texts:
        yield f"  {text.number}. {kind(text.type.name)}, as it stood on {day(found.unit.newest, policy.period)}"
        yield from _words(text, width)
    if found.texts:
        yield f"  {read_again(policy)}"
    if found.more:
        yield f"  {MORE_WAITS}"
    if found.read.failed:
        one = "A part of an answer could not be opened. The unit sends it again by itself."
        more = f"{found.read.failed} parts of answers could not be opened. The unit sends them again by itself."
        yield f"  {more if found.read.failed > 1 else one}"
    following = directory.successor_of(found.unit.unit)
    for one in (SUCCEEDED, GO_ON.format(unit=following.slug, name=following.name)) if following else ():
        yield from (f"  {line}" for line in wrapped(one, width - 2))


def _first_words(unit: Unit, width: int) -> Iterator[str]:
    """What the signed list says for it, in each language; it stands in place of a text at each collecting."""
    yield from [f"  {promised(unit.promised_days)}"] if unit.promised_days else []
    yield from [f"  {SAYS_FIRST}"] if unit.first_words else []
    for _, text in unit.first_words:
        yield from margin(text, width)


def _words(text: WholeText, width: int) -> Iterator[str]:
    """What a unit said, behind a margin, and before it in this program's words what that is."""
    own = [*meanings(text.kinds), *([CONTACT_OPENED] if text.type is EntryType.CONTACT_OPENED else [])]
    own += [OFFERED, ACCEPT.format(unit=text.offer.slug, reference=text.offer.reference)] if text.offer else []
    own = own if text.readable else [UNREADABLE.format(number=text.number)]
    for one in own:
        yield from (f"  {line}" for line in wrapped(one, width - 2))
    if text.questions:
        yield from question_lines(text, width)
    if text.text or not (own or text.questions):
        yield from margin(text.text, width)


def read_again(policy: Policy) -> str:
    """How long a text can still be read."""
    days = policy.linger * policy.period // DAY
    stays = f"stays up for {'one more day' if days == 1 else f'{days} more days'} at most"
    stays = stays if days else "is taken down soon"
    return f"Once the unit learns that you have read this, it {stays}, and is gone then."
