# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a case is kept from a member."""

WHY = {
    "named": "a message speaks of them",
    "declared": "they declared a conflict",
    "excluded": "excluded by another member",
}
