# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands ask a person for, and how they show a secret."""

DESK = "Desk passphrase"
MEMBER = "Member's passphrase"
NEW_MEMBER = "The new administrator's passphrase"
FIRST = "The new member's first passphrase"
NEW = "New passphrase"
CODE = "One-time code (empty with a first passphrase)"
NEW_CODE = "A code of the new secret"
NEW_CODE_CLEARS = f"{NEW_CODE} (the screen is then cleared)"
APP_HAS_IT = "your app has it"
CODES = "One-time codes, to put into an authenticator app now: {secret}"
