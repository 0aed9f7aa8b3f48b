// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The rows of a batch, and the tree over them (docs/protocol.md, section 6.7). */

import { concat, equal } from "./bytes.js";
import { ENTRY, TREE_NODE } from "./constants.js";
import { BatchAltered } from "./errors.js";
import { sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/**
 * The row of that number, from 0.
 * @param {Bytes} rows
 * @param {number} number
 */
export function rowAt(rows, number) {
  return rows.subarray(number * ENTRY, (number + 1) * ENTRY);
}

/**
 * A row's own node.
 * @param {Bytes} rowsHash
 * @param {Bytes} entry
 */
export async function leafOf(rowsHash, entry) {
  return (await sha256(concat(LEAF, rowsHash, entry))).subarray(0, TREE_NODE);
}

/**
 * The node above two.
 * @param {Bytes} rowsHash
 * @param {Bytes} left
 * @param {Bytes} right
 */
export async function nodeOf(rowsHash, left, right) {
  return (await sha256(concat(NODE, rowsHash, left, right))).subarray(0, TREE_NODE);
}

/**
 * `entry` is the row of that number of the `q` under `root`. Throws BatchAltered.
 * @param {Bytes} rowsHash
 * @param {Bytes} root
 * @param {number} q
 * @param {number} number
 * @param {Bytes} entry
 * @param {Bytes[]} path from the row up, the node beside each
 */
export async function checkPath(rowsHash, root, q, number, entry, path) {
  let node = await leafOf(rowsHash, entry);
  for (const [height, beside] of path.entries()) {
    const pair = /** @type {[Bytes, Bytes]} */ ((number >> height) & 1 ? [beside, node] : [node, beside]);
    node = await nodeOf(rowsHash, ...pair);
  }
  const placed = 2 ** path.length === q && number < q && entry.length === ENTRY;
  if (!placed || !equal(node, root)) throw new BatchAltered("path");
}
