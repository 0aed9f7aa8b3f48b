// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers each line of standard input, a text as JSON, with the marks that the page makes in it: what is marked, and its kind.
import { createInterface } from "node:readline";
import { markText } from "../../client/pages/checker.js";

for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  console.log(JSON.stringify(markText(text).map((mark) => [mark.kind, text.slice(mark.start, mark.end)])));
}
