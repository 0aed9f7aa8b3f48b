// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on the snapshot board's bytes (docs/protocol.md, section 6a). */

import { toHex } from "../../client/protocol/bytes.js";
import { parseIndex, payloadOf, rowOf } from "../../client/protocol/index.js";
import { parseSet, rankOf, valueOf } from "../../client/protocol/sets.js";
import * as desk from "./desk_snapshot.js";
import { bytes } from "./operations.js";

const found = (rank) => (rank < 0 ? null : rank);

export const OPERATIONS = {
  "set-write": ({ values }) => ({ set: toHex(desk.makeSet(values)) }),

  "set-parse": ({ data, count }) => ({ values: [...parseSet(bytes(data), count)] }),

  "set-find": ({ data, count, name }) => {
    const value = valueOf(bytes(name), count);
    return { value, rank: found(rankOf(parseSet(bytes(data), count), value)) };
  },

  "index-write": ({ lanes, marks }) => ({
    index: toHex(
      desk.makeIndex(
        lanes.map((lane) => lane.map(bytes)),
        marks.map(([value, payload]) => [value, bytes(payload)]),
      ),
    ),
  }),

  "index-parse": ({ data, q, m }) => {
    const { lanes, marks, payloads } = parseIndex(bytes(data), q, m);
    return { lanes: lanes.map((lane) => [...lane]), marks: [...marks], payloads: toHex(payloads) };
  },

  "index-find": ({ data, q, m, tags, marks }) => {
    const index = parseIndex(bytes(data), q, m);
    const payloads = marks.map((name) => payloadOf(index, valueOf(bytes(name), m)));
    return {
      rows: tags.map((tag, lane) => found(rowOf(index, lane, bytes(tag)))),
      payloads: payloads.map((payload) => (payload ? toHex(payload) : null)),
    };
  },
};
