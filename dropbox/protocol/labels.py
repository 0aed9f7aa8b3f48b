# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every domain label of the protocol, each exactly once (docs/protocol.md, section 2.3).

A label keeps one use of a key or hash from being mistaken for another. For a signature the signed bytes are
``label || 0x00 || body``; everywhere else the label is the first bytes of the input, as the table says.
"""

# Signatures.
ANCHOR_SIGNATURE = b"dropbox-v1 anchor"
HEAD_SIGNATURE = b"dropbox-v1 head"
PAGES_SIGNATURE = b"dropbox-v1 pages"
TRANSCRIPT_SIGNATURE = b"dropbox-v1 transcript"
MANIFEST_SIGNATURE = b"dropbox-v1 manifest"
ENROLMENT_SIGNATURE = b"dropbox-v1 enrolment"
SEGMENT_REQUEST_SIGNATURE = b"dropbox-v1 segment request"
BLOBS_REQUEST_SIGNATURE = b"dropbox-v1 blobs request"
REFERRAL_SIGNATURE = b"dropbox-v1 referral"
SOURCE_MESSAGE_SIGNATURE = b"s2u-sig"
UNIT_MESSAGE_SIGNATURE = b"u2s-sig"

# HPKE info and AEAD associated data.
ENVELOPE_INFO = b"s2u"
ENTRY_AAD = b"u2s"
BLOB_AAD = b"blob"
CONTACT_INFO = b"contact"
ROOT_KEY_FILE = b"dropbox-v1 root key file"
REHEARSAL_KEY_FILE = b"dropbox-v1 rehearsal root key file"

# Hash inputs.
CODENAME_CHECK = b"codename check"
STRETCH_SALT = b"salt"
BOARD_HEADS = b"dropbox-v1 board heads"
BOARD_ID = b"board"

# HKDF info.
CONVERSATION = b"conversation"
PSEUDONYM = b"pseudonym"
BEACON = b"beacon"
REFRESH = b"refresh"
REPLY_CHAIN = b"reply"

# HMAC inputs.
ENTRY_TAG = b"tag"
ENTRY_INDEX = b"index"
CHAIN_NEXT = b"next"
CHAIN_ENTRY = b"entry"
CHAIN_TEXT = b"text"
COLLECTED_MARK = b"collected"

ALL = {name: value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, bytes)}
