# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every domain label of the desk's own sealing, each exactly once. None of it ever leaves the desk."""

# HKDF info: keys made of the desk key.
VAULT_KEY = b"desk-v1 vault database"
KEYRING_KEY = b"desk-v1 keyring"

# HKDF info: the key of recovery sheets, made of their secret.
RECOVERY_KEY = b"desk-v1 recovery key"

# AEAD associated data.
KEYRING_SLOT = b"desk-v1 keyring slot"
MEMBER_SECRETS = b"desk-v1 member secrets"

# HPKE info.
CASE_KEY = b"desk-v1 case key"
SOURCE_PART = b"desk-v1 part of a source's message"
PROVED_PART = b"desk-v1 part of a source's message with its proof"
OFFICER_TEXT = b"desk-v1 officer's text"
DRAFT = b"desk-v1 officer's draft"

# Hash and signature inputs.
PROPOSAL = b"desk-v1 approval of a proposal"
AUDIT = b"desk-v1 audit"
KEY_USER = b"desk-v1 user of a security key"
RECOVERY_CODE = b"desk-v1 recovery code"
RECOVERY_SHEET = b"desk-v1 recovery sheet"
KNOWN_BROWSER = b"desk-v1 known browser"

ALL = {name: value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, bytes)}
