# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a report, as a unit tells its source: JSON in one form (docs/protocol.md, step 6.4.1)."""

from dataclasses import dataclass, field

from .canonical import as_list, as_text, read_json, write_json
from .constants import MAX_TEXT, OUTCOME_KINDS
from .errors import BadBody, BadText

ALONE = OUTCOME_KINDS[-1]


@dataclass(frozen=True)
class Outcome:
    """``kinds`` in the order of OUTCOME_KINDS, each once; ``say``: the unit's own words with it, which may be none."""

    kinds: tuple[str, ...]
    say: str = field(default="", repr=False)


def named_together(kinds: tuple[str, ...]) -> bool:
    """Whether these hold together: at least one, in order, and not-for-us with no other."""
    in_order = tuple(one for one in OUTCOME_KINDS if one in kinds)
    return bool(kinds) and in_order == kinds and (ALONE not in kinds or len(kinds) == 1)


def encode_outcome(outcome: Outcome) -> bytes:
    """The one form; board.split_bytes cuts it. Raises BadBody, BadText."""
    if not named_together(outcome.kinds):
        raise BadBody("kinds")
    return write_json({"kinds": outcome.kinds, "say": outcome.say})


def parse_outcome(data: bytes) -> Outcome:
    """Inverse of encode_outcome; anything that is not exactly what it writes is refused. Raises BadBody."""
    fields = read_json(data, MAX_TEXT)
    if not isinstance(fields, dict) or tuple(fields) != ("kinds", "say"):
        raise BadBody("fields")
    found = Outcome(tuple(map(as_text, as_list(fields["kinds"]))), as_text(fields["say"]))
    try:
        written = encode_outcome(found)
    except BadText:
        raise BadBody("text") from None
    if written != data:
        raise BadBody("not canonical")
    return found
