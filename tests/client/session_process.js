// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The worker's session in Node, for tests: what the page would post comes as JSON lines, what the worker would post
 * goes out as JSON lines. The first argument says where the service is and how patient to be.
 */

import { createInterface } from "node:readline";

import { Session, failureOf } from "../../client/worker/session.js";

const session = new Session(JSON.parse(process.argv[2]));
let clean;
const post = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...asked } = JSON.parse(line);
  // A page posts files; here they come in base64, or are the clean copy of the one that was looked at last.
  if (asked.file !== undefined) asked.file = new File([Buffer.from(asked.file, "base64")], asked.name);
  for (const one of asked.files ?? []) one.file = one.file ? new File([Buffer.from(one.file, "base64")], "") : clean;
  session.answer(asked, (progress) => post({ id, progress })).then(
    (done) => {
      clean = done.clean?.file ?? clean;
      post({ id, done });
    },
    (error) => post({ id, failed: failureOf(error) }),
  );
}
