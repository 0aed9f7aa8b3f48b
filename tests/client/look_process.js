// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers each line of standard input, a file in base64, with what the page finds in it, and how long that took.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

import { look } from "../../client/metadata/look.js";

for await (const line of createInterface({ input: process.stdin })) {
  const data = new Uint8Array(Buffer.from(line, "base64"));
  const before = performance.now();
  const { mediaType, tells, cleaned, plain } = look(data);
  const seconds = (performance.now() - before) / 1000;
  const hash = cleaned && createHash("sha256").update(Buffer.concat(cleaned)).digest("hex");
  console.log(JSON.stringify({ mediaType, tells, hash, plain, seconds }));
}
