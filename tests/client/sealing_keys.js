// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Keys bent at every place that counts, each both checked and sealed to: prints how many were tried, how many were
 * refused by both, and which were judged differently, as JSON.
 */

import { BadPublicKey } from "../../client/protocol/errors.js";
import { SealingKey, checkSealingKey, hpkeSeal, randomBytes } from "../../client/protocol/primitives.js";

const NOTHING = new Uint8Array(0);
const MLKEM = 1_184;
const P = 2n ** 255n - 19n;
const TOP = 2n ** 255n;
const good = (await SealingKey.fromSeed(new Uint8Array(32).fill(5))).public;
const told = { tried: 0, refused: 0, differ: /** @type {string[]} */ ([]) };

/** @param {() => unknown} act */
async function refuses(act) {
  try {
    await act();
    return false;
  } catch (error) {
    if (!(error instanceof BadPublicKey)) throw error;
    return true;
  }
}

async function judge(what, key) {
  const checked = await refuses(() => checkSealingKey(key));
  told.tried += 1;
  told.refused += Number(checked);
  if (checked !== (await refuses(() => hpkeSeal(key, NOTHING, NOTHING)))) told.differ.push(what);
}

/** Coefficient `place` of the key's 768, two in three bytes. */
function withCoefficient(place, value) {
  const key = good.slice();
  const at = 3 * (place >> 1);
  if (place % 2) {
    key[at + 1] = (key[at + 1] & 15) | ((value & 15) << 4);
    key[at + 2] = value >> 4;
  } else {
    key[at] = value & 255;
    key[at + 1] = (key[at + 1] & 240) | (value >> 8);
  }
  return key;
}

function withPoint(point) {
  const key = good.slice();
  for (let at = 0; at < 32; at += 1) key[MLKEM + at] = Number((point >> BigInt(8 * at)) & 255n);
  return key;
}

for (const place of [0, 1, 2, 255, 256, 511, 512, 766, 767]) {
  for (const value of [0, 3_328, 3_329, 4_095]) await judge(`coefficient ${place} ${value}`, withCoefficient(place, value));
}
// RFC 7748's points of small order, what is the same after reduction, and some that are not of small order.
const small = [
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  P - 1n,
];
for (const point of [...small, P, P + 1n, 2n, 9n, P - 2n, P + 2n]) {
  for (const top of [0n, TOP]) await judge(`point ${point} ${top}`, withPoint(point | top));
}
for (let turn = 0; turn < 30; turn += 1) {
  const [high, low, bit] = randomBytes(3);
  const key = good.slice();
  key[(high * 256 + low) % key.length] ^= 1 << bit % 8;
  await judge(`bit ${(high * 256 + low) % key.length} ${bit % 8}`, key);
}
for (const [what, key] of Object.entries({ short: good.subarray(1), long: new Uint8Array(1_217), zeros: new Uint8Array(1_216) })) {
  await judge(what, key);
}
console.log(JSON.stringify(told));
