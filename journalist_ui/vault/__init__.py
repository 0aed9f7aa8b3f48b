# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground of a desk's database, sealed at rest: opening, migrations, sealing, evidence, ledger, backup. It knows
rows and keys, no verbs and no clock."""
