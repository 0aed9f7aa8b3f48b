// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Answers operations in Node: one JSON line in, one out. */

import { createInterface } from "node:readline";

import { outcome } from "./outcome.js";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await outcome(JSON.parse(line)))}\n`);
}
