// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Every domain label of the protocol. Written by `make generated` from dropbox/protocol/labels.py; do not edit. */

import { utf8 } from "./bytes.js";

export const ANCHOR_SIGNATURE = utf8("dropbox-v1 anchor");
export const HEAD_SIGNATURE = utf8("dropbox-v1 head");
export const PAGES_SIGNATURE = utf8("dropbox-v1 pages");
export const TRANSCRIPT_SIGNATURE = utf8("dropbox-v1 transcript");
export const MANIFEST_SIGNATURE = utf8("dropbox-v1 manifest");
export const ENROLMENT_SIGNATURE = utf8("dropbox-v1 enrolment");
export const SEGMENT_REQUEST_SIGNATURE = utf8("dropbox-v1 segment request");
export const BLOBS_REQUEST_SIGNATURE = utf8("dropbox-v1 blobs request");
export const REFERRAL_SIGNATURE = utf8("dropbox-v1 referral");
export const SOURCE_MESSAGE_SIGNATURE = utf8("s2u-sig");
export const UNIT_MESSAGE_SIGNATURE = utf8("u2s-sig");
export const ENVELOPE_INFO = utf8("s2u");
export const ENTRY_AAD = utf8("u2s");
export const BLOB_AAD = utf8("blob");
export const CONTACT_INFO = utf8("contact");
export const ROOT_KEY_FILE = utf8("dropbox-v1 root key file");
export const REHEARSAL_KEY_FILE = utf8("dropbox-v1 rehearsal root key file");
export const CODENAME_CHECK = utf8("codename check");
export const STRETCH_SALT = utf8("salt");
export const BOARD_HEADS = utf8("dropbox-v1 board heads");
export const BOARD_ID = utf8("board");
export const CONVERSATION = utf8("conversation");
export const PSEUDONYM = utf8("pseudonym");
export const BEACON = utf8("beacon");
export const REFRESH = utf8("refresh");
export const REPLY_CHAIN = utf8("reply");
export const ENTRY_TAG = utf8("tag");
export const ENTRY_INDEX = utf8("index");
export const CHAIN_NEXT = utf8("next");
export const CHAIN_ENTRY = utf8("entry");
export const CHAIN_TEXT = utf8("text");
export const COLLECTED_MARK = utf8("collected");
