// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Runs every vector of a folder in Node: one JSON line each, its name and what it answered. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { outcome } from "./outcome.js";

const folder = process.argv[2];
for (const file of readdirSync(folder).sort()) {
  const found = await outcome(JSON.parse(readFileSync(join(folder, file), "utf8")));
  console.log(JSON.stringify({ name: file.replace(/\.json$/, ""), ...found }));
}
