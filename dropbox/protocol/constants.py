# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every size, number and limit of the protocol, once, with its reason (docs/protocol.md, section 2)."""

from enum import IntEnum

VERSION = 1
DIRECTORY_VERSION = 2
"""Of the directory alone: it has been laid out anew, and a client of the first refuses it."""
"""The first byte of every struct that is signed, hashed or sealed."""


class StructType(IntEnum):
    """The second byte of every signed or hashed struct, and of every answer that carries several. 5 and 9 were a
    manifest and a board of an earlier form."""

    ANCHOR = 1
    HEAD = 2
    DIRECTORY = 3
    EPOCH_CERT = 4
    ENROLMENT = 6
    SEGMENT = 7
    SIGNED_DIRECTORY = 8
    SEGMENT_REQUEST = 10
    MANIFEST = 11
    BOARD = 12
    ROWS = 13
    PAGES = 14
    PASS_REQUEST = 15
    BLOBS = 16
    BLOBS_REQUEST = 17


class EnvelopeType(IntEnum):
    """What an envelope carries. The server never sees it."""

    DECOY = 0
    MESSAGE = 1
    ACK = 2


RESERVED_ENVELOPE_TYPES = {3: "attach", 4: "referral-accept", 5: "close", 6: "referral"}
"""Numbers kept for later versions; an envelope that uses one is refused."""


class EntryType(IntEnum):
    """What a board entry carries."""

    TEXT = 1
    OUTCOME = 2
    REFERRAL_OFFER = 3
    CLOSED = 4
    QUESTIONS = 5
    CONTACT_OPENED = 6


class UnitKind(IntEnum):
    """What kind of unit receives reports."""

    FORCE_UNIT = 1
    INTAKE_DESK = 2
    OVERSIGHT = 3


# Sizes in bytes.
HASH = 32
KEY = 32
SIGNATURE = 64
SERVICE_ID = 16
UNIT_ID = 16
MIRROR_ID = 16
MESSAGE_ID = 16
NONCE = 12
GCM_TAG = 16
XWING_SEED = 32
XWING_PUBLIC = 1_216  # ML-KEM-768 public key 1,184 + X25519 32
XWING_ENC = 1_120  # ML-KEM-768 ciphertext 1,088 + X25519 32

ENVELOPE = 16_384
"""Every envelope, whatever it carries: a report, an answer, an ack or a decoy."""
ENVELOPE_PLAIN = ENVELOPE - XWING_ENC - GCM_TAG  # 15,248
ENVELOPE_FIXED = 1 + 1 + KEY + KEY + KEY + MESSAGE_ID + 1 + 1 + 4 + 2  # 122, before the body
BODY_PART = ENVELOPE_PLAIN - ENVELOPE_FIXED - SIGNATURE  # 15,062
MAX_PARTS = 16
"""Parts of one message; longer ones are refused with the number."""
MAX_BODY = BODY_PART * MAX_PARTS

ENTRY = 1_024
"""Every board entry, real or dummy."""
INDEX = MESSAGE_ID + 2
TAG = 16
ENTRY_HEADER = TAG + INDEX + NONCE  # 46
ENTRY_PLAIN = ENTRY - ENTRY_HEADER - GCM_TAG  # 962
ENTRY_FIXED = 1 + 1 + 4 + 4 + 1 + 1 + 2  # 14, before the text
TEXT_PART = ENTRY_PLAIN - ENTRY_FIXED - SIGNATURE  # 884
MAX_MARK_COUNT = 0xFFFF
LANES = 8
"""Rows of a batch stand in eight lanes; a conversation has at most one in each."""
MAX_TEXT_PARTS = 8
"""Each part of a text stands in another lane of one batch; what is longer is two texts."""
MAX_TEXT = TEXT_PART * MAX_TEXT_PARTS
MAX_TEXT_STEP = 127
"""The last step of a chain that a text is sealed with: eight chains to their ends are what a visit walks at most."""
LOW = 3
"""Bytes of each value of a set that stand in full."""
LOW_BITS = 8 * LOW
PAYLOAD = 3
"""Bytes beside a mark's value."""
TREE_NODE = 16
"""Bytes of a node of the tree over a batch's rows."""
LEAST_ROWS = 8
MAX_ROWS = 65_536
LEAST_MARKS = 8
MAX_MARKS = 131_072

EPOCH_CERT = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + 4 + XWING_PUBLIC  # 1,262

# Bounds of what is parsed, so that a hostile server cannot make a client allocate without end.
MAX_ROOTS = 16
MAX_ANCHORS = 1_000
MAX_DOCUMENTS = 16
MAX_ADDRESS = 64
MAX_UNITS = 512
MAX_FORCES_PER_UNIT = 128
MAX_KEYS_PER_UNIT = 64
MAX_SPAN = 5_000
"""Periods for which a text stays, or a segment is served."""
MAX_MIRRORS = 8
MAX_PROMISED = 366
"""Days within which a unit says that it answers."""
MAX_LANGUAGES = 8
MAX_WORDS = 2_000
"""Bytes of a unit's first words to a source, in one language."""
MAX_SLUG = 48
MAX_NAME = 120  # bytes of UTF-8
MAX_DIRECTORY = 1 << 21
MAX_BOARD = 24 << 20
MAX_SEGMENT_ENVELOPES = 100_000
MAX_PERIOD = 0xFFFF_FFFF
SHORTEST_PERIOD = 4
"""Seconds. With shorter ones 8 x period + 1, where a lost keyring numbers on from, would leave u32 in this century."""
LONGEST_PERIOD = 7 * 86_400
ROWS_BUDGET = 7_500
"""Sum of the rows of all units where a period is a day: what a visit downloads stays below 8 MiB."""
MOST_ROWS = 24_000
"""The same where it is shorter: what fits the largest answer."""
MARKS_BUDGET = 131_072
"""Sum of the marks of all units: 0.8 MiB."""

ANSWER = 256
"""Bytes of the body of every small answer of the server: the receipt and every refusal alike."""

# Codename (docs/protocol.md, section 4).
CODENAME_WORDS = 8
WORDLIST_LENGTH = 7_776
WORDLIST_SHA256 = "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522"
ENTROPY = 12
ENTROPY_BITS = 92
CHECK_BITS = 11
LONGEST_WORD = 9
"""Letters."""
LONGEST_TYPED = 1 << 16
"""Characters of what is looked at as a codename at all."""
LONGEST_CODENAME = 512
"""Letters of its pieces and one between each two: whatever lies between them is not counted."""
STRETCH_MEMORY_KIB = 19 * 1024
STRETCH_PASSES = 2
STRETCH_LANES = 1

EPOCH_SECRET_GRACE = 5
"""Periods after not_after whose intake must be processed before an epoch secret is destroyed: an envelope sealed
on the last day may be sent again for an hour, and a device's clock may be behind by the clock slack."""
LOST_KEYRING_STEP = 8
"""A desk with a new keyring numbers its texts on from 8 x period + 1: at most 8 entries of one conversation leave
in a period, so the number is above every one used before."""

CATEGORIES = (
    "information-or-influence",
    "personal-advantage",
    "sexual-misconduct",
    "partner-abuse",
    "discrimination",
)
"""The closed list of what a report may be about."""
OUTCOME_KINDS = ("investigation", "safeguarding", "recorded", "not-for-us")
"""What may become of a report, in this order; the last stands alone."""
CLOSED_KINDS = ("closing", "deletes", "keeps")
"""What a unit says to a source that closes: that it knows, or what becomes of what it holds; each stands alone."""
REFERRAL = "referral"
"""The id of the answer by which a unit shows that it refers what the message says."""
ACCEPTS = "accepts"
"""The id of the answer by which a source shows that it was told of a referral."""
REFERENCE = 16
"""Bytes by which a referral is named to its source and to the other unit, and by nothing else."""
CLOSE = "close"
"""The id of the answer by which a further message closes its conversation."""
CLOSE_OPTIONS = ("burn", "yes")
"""Of that answer one: the source also asks the unit to delete what it may, or it does not."""
QUESTION_KINDS = ("text", "yes-no", "choice")
"""How a unit's question is answered: in own words, by yes, no or unsure, by some of its options."""
YES_NO = ("yes", "no", "unsure")
MAX_QUESTIONS = 12
MAX_QUESTION_ID = 32
"""Letters: behind the number of its text it stays within the id of an answer."""
MAX_ASK = 500  # bytes of UTF-8
LEAST_OPTIONS = 2
MAX_OPTIONS = 8
MAX_LABEL = 120  # bytes of UTF-8
MAX_ANSWERS = 32
MAX_ANSWER_ID = 48
MAX_CHOSEN = 16
"""Options of one answer."""
MAX_NOT_TO = 16
"""Units that a report is to be kept from."""

# What a report says of files and contact details (docs/protocol.md, steps 5.6 and 5.10).
BLOB = 262_144
"""Every blob, sealed."""
BLOB_PLAIN = BLOB - GCM_TAG  # 262,128
MAX_BLOBS = 64
"""Of all files of one message, and of what one visit posts: a power of two."""
MAX_PERIOD_BLOBS = 65_536
"""Of one period: 16 GiB, whatever the policy says."""
BLOBS_CHUNK = 1 << 22
"""What a desk asks for at one time of a period's blobs: 16 of them, 4 MiB."""
PASS = 16
"""Bytes of the name of a pass."""
MAX_FILE_NAME = 255  # bytes of UTF-8
MAX_MEDIA_TYPE = 127
CONTACT_PLAIN = 1_024
CONTACT = XWING_ENC + CONTACT_PLAIN + GCM_TAG  # 2,160
"""Sealed contact details, whatever they say."""
MAX_CONTACT = CONTACT_PLAIN - 2
"""Bytes of UTF-8 of what they say."""
