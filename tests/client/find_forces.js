// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers each line of standard input, what somebody typed as JSON, with what the page finds; the forces are the argument.
import { createInterface } from "node:readline";
import { findAmong, namesOf } from "../../client/pages/find_force.js";
import { PLACES } from "../../client/pages/places.js";

const names = namesOf(JSON.parse(process.argv[2] ?? "[]"), PLACES);
for await (const line of createInterface({ input: process.stdin })) {
  const found = findAmong(JSON.parse(line), names);
  console.log(JSON.stringify(found.map((one) => [one.slug, one.place, one.area, one.shared, one.near])));
}
