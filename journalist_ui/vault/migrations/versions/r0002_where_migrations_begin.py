# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the first release that had vaults to keep. Migrations begin here."""

revision = "0002"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: a vault of that release is as it must be."""
