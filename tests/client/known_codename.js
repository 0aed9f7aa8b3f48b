// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file A codename's stretch that fails the first time, and one on a device whose clock says that it took long: prints
 * what came of each as JSON.
 */

import { KnownCodename } from "../../client/worker/known_codename.js";

const entropy = new Uint8Array(12);
const serviceId = new Uint8Array(32);
const failing = () => {
  throw new RangeError("no memory");
};

// A clock of its own: on a busy machine the real one would call this device slow.
let hours = 0;
performance.now = () => 3_600_000 * hours;

const known = new KnownCodename();
const first = await known.secret(entropy, serviceId, failing).then(
  () => "stretched",
  (error) => error.message,
);
const second = await known.secret(entropy, serviceId, () => {});
const fast = known.slow;

performance.now = () => 3_600_000 * hours++;
const slow = new KnownCodename();
await slow.secret(entropy, serviceId, () => {});

process.stdout.write(JSON.stringify({ first, second: second.length, fast, slow: slow.slow }));
