# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on a desk's record of acts, as far as a batch tells of it (docs/protocol.md, section 6.7)."""

from journalist_ui.vault.audit import row_hash
from journalist_ui.vault.published import blinded
from tests.vectors.operations import Values, operation


@operation
def audit_row(previous: str, seq: int, salt: str, day: int, detail: str) -> Values:
    """The hash of a row behind that of the hash ``previous``."""
    hashed = row_hash(bytes.fromhex(previous), seq, bytes.fromhex(salt), day, bytes.fromhex(detail))
    return {"row": hashed.hex()}


@operation
def audit_head(period: int, row: str, blind: str) -> Values:
    """What a batch tells of the row."""
    return {"head": blinded(period, bytes.fromhex(row), bytes.fromhex(blind)).hex()}
