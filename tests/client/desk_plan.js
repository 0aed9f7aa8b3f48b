// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The plan of a batch as docs/protocol.md, section 6.7, says it, for the vectors: a source has no use for it. */

import { entryTag } from "../../client/protocol/board.js";
import { concat, toHex } from "../../client/protocol/bytes.js";
import { LANES } from "../../client/protocol/constants.js";
import { u32 } from "../../client/protocol/encoding.js";
import { markName } from "../../client/protocol/marks.js";
import { sha256 } from "../../client/protocol/primitives.js";
import { valueOf } from "../../client/protocol/sets.js";
import { bytes, whose } from "./operations.js";

const later = (...periods) => Math.max(0, ...periods);

const living = (one) =>
  one.texts
    .filter((text) => !text.read)
    .sort((left, right) => (left.number || Infinity) - (right.number || Infinity) || left.id - right.id);

const newest = (one) => later(...living(one).map((text) => text.written));

/** By the first number that differs, then in the order of H(period || P_pk). */
const sorted = (conversations, numbers) =>
  [...conversations].sort((left, right) => {
    const [ours, theirs] = [numbers(left), numbers(right)];
    const at = ours.findIndex((number, place) => number !== theirs[place]);
    if (at >= 0) return ours[at] - theirs[at];
    return left.order < right.order ? -1 : 1;
  });

/** Everything that is drawn from names: the order, the value in each lane, the value of the mark. */
async function named(one, period, q, m) {
  const names = whose(one);
  const values = [];
  for (let lane = 0; lane < LANES; lane++) values.push(valueOf(await entryTag(names, period, lane), q / LANES));
  const order = toHex(await sha256(concat(u32(period), bytes(one.pseudonym))));
  return { ...one, order, values, mark: valueOf(await markName(names, period), m), used: [] };
}

class Board {
  rows = [];

  constructor(q) {
    this.lanes = Array.from({ length: LANES }, () => ({ room: q / LANES, values: [] }));
  }

  /** Whether all parts of a text found a lane. */
  place(one, text) {
    if (!text.keyed && one.steps === 0) return false;
    const free = this.lanes
      .map((lane, number) => ({ lane, number }))
      .filter(({ number, lane }) => lane.room && !one.used.includes(number) && !lane.values.includes(one.values[number]))
      .sort((left, right) => right.lane.room - left.lane.room || left.number - right.number);
    if (free.length < text.parts) return false;
    free.slice(0, text.parts).forEach(({ lane, number }, part) => {
      lane.room--;
      lane.values.push(one.values[number]);
      one.used.push(number);
      this.rows.push([one.pseudonym, text.id, part, number]);
    });
    if (!text.keyed) one.steps--;
    return true;
  }
}

export async function planBatch({ period, q, m, spans, conversations }) {
  const everybody = [];
  for (const one of conversations) everybody.push(await named(one, period, q, m));
  const board = new Board(q);
  const place = (one) => later(newest(one), one.asked);
  const waiting = everybody.filter((one) => living(one).length && period <= place(one) + spans.stay);
  for (const one of sorted(waiting, (each) => [-place(each)])) living(one).every((text) => board.place(one, text));
  for (const one of sorted(everybody, () => [])) {
    const again = one.texts.filter((text) => text.read && period <= text.read + spans.linger);
    again.sort((left, right) => left.number - right.number).every((text) => board.place(one, text));
  }
  const there = new Set(board.rows.map(([, text]) => text));
  const marks = [];
  const values = [];
  const due = everybody.filter((one) => period <= later(one.heard, newest(one)) + spans.give_up);
  for (const one of sorted(due, (each) => [Number(!each.answered), -each.grown])) {
    const more = living(one).some((text) => !there.has(text.id));
    if (marks.length === m || !(one.collected || more) || values.includes(one.mark)) continue;
    values.push(one.mark);
    marks.push([one.pseudonym, one.collected, more]);
  }
  return { rows: board.rows, marks };
}
