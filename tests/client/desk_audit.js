// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file A desk's record of acts, as far as a batch tells of it (docs/protocol.md, 6.7). */

import { concat } from "../../client/protocol/bytes.js";
import { u32 } from "../../client/protocol/encoding.js";
import { sha256 } from "../../client/protocol/primitives.js";

const label = (text) => new TextEncoder().encode(text);
const ROW = label("desk-v1 row of the audit log");
const HEAD = label("desk-v1 head of the audit log");

/** The hash of a row behind that of the hash `previous`. */
export async function rowHash(previous, seq, salt, day, detail) {
  return sha256(concat(ROW, previous, u32(seq), salt, u32(day), await sha256(detail)));
}

/** What a batch of the period tells of the row. */
export async function blinded(period, row, blind) {
  return sha256(concat(HEAD, u32(period), row, blind));
}
