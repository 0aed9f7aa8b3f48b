// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The worker's session in Node, for tests: what the page would post comes as JSON lines, what the worker would post
 * goes out as JSON lines. The first argument says where the service is and how patient to be.
 */

import { createInterface } from "node:readline";

import { Session, failureOf } from "../../client/worker/session.js";

const session = new Session(JSON.parse(process.argv[2]));
const post = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...asked } = JSON.parse(line);
  session.answer(asked, (progress) => post({ id, progress })).then(
    (done) => post({ id, done }),
    (error) => post({ id, failed: failureOf(error) }),
  );
}
