# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every domain label of the desk's own sealing, each exactly once. None of it ever leaves the desk."""

# HKDF info: keys made of the desk key.
VAULT_KEY = b"desk-v1 vault database"
KEYRING_KEY = b"desk-v1 keyring"

# HKDF info: the key of recovery sheets, made of their secret.
RECOVERY_KEY = b"desk-v1 recovery key"

# AEAD associated data.
KEYRING_SLOT = b"desk-v1 keyring slot"
HOLDINGS = b"desk-v1 who holds which case"
MEMBER_SECRETS = b"desk-v1 member secrets"
AUDIT_DETAIL = b"desk-v1 detail of an act"

# HPKE info.
CASE_KEY = b"desk-v1 case key"
LATER_CASE_KEY = b"desk-v1 case key of a later generation"
SOURCE_PART = b"desk-v1 part of a source's message"
PROVED_PART = b"desk-v1 part of a source's message with its proof"
OFFICER_TEXT = b"desk-v1 officer's text"
DRAFT = b"desk-v1 officer's draft"
NOTE = b"desk-v1 officer's note"
DECISION = b"desk-v1 decision in a case"
LINK = b"desk-v1 link of a case"
LINKED = b"desk-v1 what links two cases"
OUTCOME = b"desk-v1 outcome of a case"
TAGS = b"desk-v1 tags of a case"
REFERRAL = b"desk-v1 referral of a case"
REFERRAL_ANSWER = b"desk-v1 answer to a referral"
BLOB_KEY = b"desk-v1 key of a stored blob"
STORED_BLOB = b"desk-v1 stored blob"
CONTACT_HALF = b"desk-v1 half of a key for contact details"
CONTACT_RELEASE = b"desk-v1 half that was handed over"
CONTACT_REASON = b"desk-v1 reason for opening contact details"
CONTACT_FIELD = b"desk-v1 contact details as they came"
CONTACT_TEXT = b"desk-v1 contact details that were opened"
AUDIT_DAY_KEY = b"desk-v1 key of a day's acts"
AUDIT_READER = b"desk-v1 reader of the desk's acts"

# Hash and signature inputs. AUDIT is that of rows of before.
AUDIT = b"desk-v1 audit"
AUDIT_ROW = b"desk-v1 row of the audit log"
AUDIT_HEAD = b"desk-v1 head of the audit log"
AUDIT_READERS = b"desk-v1 who reads the desk's acts"
REFERRAL_NAME = b"desk-v1 name of a referral"
PROPOSAL = b"desk-v1 approval of a proposal"
KEY_USER = b"desk-v1 user of a security key"
RECOVERY_CODE = b"desk-v1 recovery code"
RECOVERY_SHEET = b"desk-v1 recovery sheet"
KNOWN_BROWSER = b"desk-v1 known browser"

# MAC inputs.
AUDIT_MAC = b"desk-v1 row that this desk wrote"

ALL = {name: value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, bytes)}
