# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on the forms in which a unit tells its source more than a text (docs/protocol.md, 6.4.1)."""

from dropbox.protocol import outcome
from tests.vectors.operations import Values, operation


@operation
def outcome_write(kinds: list[str], say: str) -> Values:
    return {"form": outcome.encode_outcome(outcome.Outcome(tuple(kinds), say)).hex()}


@operation
def outcome_parse(data: str) -> Values:
    found = outcome.parse_outcome(bytes.fromhex(data))
    return {"kinds": list(found.kinds), "say": found.say}
