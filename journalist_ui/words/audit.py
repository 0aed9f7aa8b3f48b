# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was found of the audit log, in sentences."""

from journalist_ui.shapes.audit import AuditVerified

from .counts import counted

KEEP = "Keep the disk and every backup as they are, and tell whoever oversees this desk."


def verified(found: AuditVerified) -> list[str]:
    """What holds, or what does not, and what could not be compared."""
    lines = [_holds(found)] if found.holds else _broken(found)
    if found.batches:
        what = counted(found.batches, "batch", "batches")
        lines.append(f"It leads to what {what} told of it, of {found.first} to {found.last}.")
    if not found.board:
        lines.append(
            "The board's newest batch of this desk was not there to compare with, and the newest that the keyring "
            "knows was taken. Whoever has the keyring could have changed both: run this again once the service answers."
        )
    if found.known:
        lines.append(f"Rows from {found.known} on are known by a key of the keyring.")
    if found.restored:
        gone = counted(found.gone, "batch", "batches")
        told = f", and what {gone} told before cannot be compared" if found.gone else ""
        lines.append(f"The vault was restored from a backup on {found.restored}{told}.")
    return lines


def _holds(found: AuditVerified) -> str:
    return f"The audit log holds through {found.through}." if found.through else "The audit log is empty."


def _broken(found: AuditVerified) -> list[str]:
    lines = []
    if found.row:
        day = f" of {found.row_day}" if found.row_day else ""
        lines.append(f"The audit log does not hold: row {found.row}{day} is not as this desk wrote it.")
    if found.head:
        lines.append(f"The audit log is not the one that was published: the batch of {found.head} told of another.")
    return lines
