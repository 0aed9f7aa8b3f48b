# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit tells its source by kinds of a list: JSON in one form (docs/protocol.md, steps 6.4.1 and 6.4.4)."""

from dataclasses import dataclass, field

from .canonical import as_list, as_text, read_json, write_json
from .constants import CLOSED_KINDS, MAX_TEXT, OUTCOME_KINDS, EntryType
from .errors import BadBody, BadText

LISTS = {EntryType.OUTCOME: OUTCOME_KINDS, EntryType.CLOSED: CLOSED_KINDS}
"""The kinds of each type of entry that has this form."""
ALONE = frozenset((OUTCOME_KINDS[-1], *CLOSED_KINDS))


@dataclass(frozen=True)
class Outcome:
    """``kinds`` in the order of their list, each once; ``say``: the unit's own words with it, which may be none."""

    kinds: tuple[str, ...]
    say: str = field(default="", repr=False)


def named_together(kinds: tuple[str, ...], of: tuple[str, ...] = OUTCOME_KINDS) -> bool:
    """Whether these of a list hold together: at least one, in order, and one that stands alone with no other."""
    in_order = tuple(one for one in of if one in kinds)
    return bool(kinds) and in_order == kinds and (len(kinds) == 1 or not ALONE & set(kinds))


def encode_outcome(outcome: Outcome, of: tuple[str, ...] = OUTCOME_KINDS) -> bytes:
    """The one form; board.split_bytes cuts it. Raises BadBody, BadText."""
    if not named_together(outcome.kinds, of):
        raise BadBody("kinds")
    return write_json({"kinds": outcome.kinds, "say": outcome.say})


def parse_outcome(data: bytes, of: tuple[str, ...] = OUTCOME_KINDS) -> Outcome:
    """Inverse of encode_outcome; anything that is not exactly what it writes is refused. Raises BadBody."""
    fields = read_json(data, MAX_TEXT)
    if not isinstance(fields, dict) or tuple(fields) != ("kinds", "say"):
        raise BadBody("fields")
    found = Outcome(tuple(map(as_text, as_list(fields["kinds"]))), as_text(fields["say"]))
    try:
        written = encode_outcome(found, of)
    except BadText:
        raise BadBody("text") from None
    if written != data:
        raise BadBody("not canonical")
    return found
