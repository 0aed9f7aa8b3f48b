// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on the board's bytes (docs/protocol.md, section 6). */

import * as batches from "../../client/protocol/batches.js";
import { Chains, chainNext, chainStart } from "../../client/protocol/board.js";
import { toHex } from "../../client/protocol/bytes.js";
import { conversationKeys } from "../../client/protocol/codename.js";
import { ENTRY } from "../../client/protocol/constants.js";
import { parseIndex, payloadOf, rowOf } from "../../client/protocol/index.js";
import { parseManifest } from "../../client/protocol/manifests.js";
import { markName, markValue, showMark } from "../../client/protocol/marks.js";
import { checkPath } from "../../client/protocol/rows.js";
import { parseSet, rankOf, valueOf } from "../../client/protocol/sets.js";
import { openRow, rowKey, textKey } from "../../client/protocol/texts.js";
import { blinded, rowHash } from "./desk_audit.js";
import * as desk from "./desk_board.js";
import { planBatch } from "./desk_plan.js";
import { bytes, entryPlace, entryPlain, shownEntry, whose } from "./operations.js";

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

  "batch-plan": planBatch,

  "audit-row": async ({ previous, seq, salt, day, detail }) => ({
    row: toHex(await rowHash(bytes(previous), seq, bytes(salt), day, bytes(detail))),
  }),

  "audit-head": async ({ period, row, blind }) => ({
    head: toHex(await blinded(period, bytes(row), bytes(blind))),
  }),

  "mark-hide": async ({ period, m, collected, more_waits, ...names }) => {
    const name = await markName(whose(names), period);
    return { value: markValue(name, m), payload: toHex(desk.hideMark(name, collected, more_waits)) };
  },

  "mark-show": async ({ period, payload, ...names }) => {
    const found = showMark(await markName(whose(names), period), bytes(payload));
    return { mark: found ? { collected: found.collected, more_waits: found.moreWaits } : null };
  },

  "text-keys": async ({ refresh, unit_id, pseudonym, step, period, lane }) => {
    let chain = await chainStart(bytes(refresh), bytes(unit_id), bytes(pseudonym));
    for (let at = 0; at < step; at++) chain = await chainNext(chain);
    const key = await textKey(chain);
    return { text_key: toHex(key), row_key: toHex(await rowKey(key, period, lane)) };
  },

  "row-seal": async ({ place, text_key, nonce, service_id, signing_seed, plain }) => {
    const keys = [text_key, nonce, service_id, signing_seed].map(bytes);
    return { entry: toHex(await desk.sealRow(entryPlace(place), ...keys, entryPlain(plain))) };
  },

  "row-open": async ({ stretched, unit_id, period, slot, entry, service_id, unit_key }) => {
    const keys = await conversationKeys(bytes(stretched), bytes(unit_id));
    const rest = [bytes(entry), bytes(service_id), bytes(unit_key)];
    return shownEntry(await openRow(keys, period, slot, ...rest, new Chains()));
  },

  "rows-tree": async ({ rows, row }) => {
    const { hash, root, path } = await desk.rowsTree(bytes(rows), row);
    return { hash: toHex(hash), root: toHex(root), path: path.map(toHex) };
  },

  "path-check": async ({ hash, root, q, row, entry, path }) => {
    await checkPath(bytes(hash), bytes(root), q, row, bytes(entry), path.map(bytes));
    return {};
  },

  "rows-check": ({ index, q, m, rows }) => {
    desk.checkRows(parseIndex(bytes(index), q, m), bytes(rows));
    return {};
  },

  "manifest-parse": ({ data }) => {
    const { period, prevPeriod, q, m, ...hashes } = parseManifest(bytes(data));
    const { prevHash: prev_hash, indexHash: index_hash, rowsHash: rows_hash, root } = hashes;
    const shown = Object.entries({ prev_hash, index_hash, rows_hash, root }).map(([name, hash]) => [name, toHex(hash)]);
    return { period, prev_period: prevPeriod, q, m, ...Object.fromEntries(shown) };
  },

  "upload-parse": async ({ data }) => {
    const { batch, rows } = desk.parseUpload(bytes(data));
    const hash = toHex(await batches.batchHash(batch));
    return { hash, index: batch.index.length, rows: rows.length / ENTRY };
  },

  "board-parse": async ({ data }) => {
    const shown = async ({ unitId, batch }) => [toHex(unitId), batch ? toHex(await batches.batchHash(batch)) : null];
    return { parts: await Promise.all(batches.parseBoard(bytes(data)).map(shown)) };
  },

  "rows-parse": async ({ directory, board, rows }) => {
    const parts = batches.parseBoard(bytes(board));
    const boardId = await batches.boardId(bytes(directory), bytes(board));
    const found = batches.parseRows(bytes(rows), boardId, parts);
    return { board_id: toHex(boardId), rows: found.map((one) => one.length / ENTRY) };
  },
};
