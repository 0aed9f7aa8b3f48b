// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The worker: all keys and all requests of a page are here. What page and worker say is in worker_messages.js. */

import { Session, failureOf } from "./worker/session.js";

/** @import { Ask } from "./worker_messages.js" */

// Argon2id pauses by `scheduler.yield` where there is one, and Chromium lets no message in before that returns: whoever
// types a codename back would wait for the whole stretch. Without it, it pauses by a timer.
Object.defineProperty(globalThis, "scheduler", { value: undefined });

const session = new Session();

addEventListener("message", async (/** @type {MessageEvent<Ask & {id: number}>} */ { data }) => {
  const { id, ...asked } = data;
  try {
    postMessage({ id, done: await session.answer(/** @type {Ask} */ (asked), (progress) => postMessage({ id, progress })) });
  } catch (error) {
    postMessage({ id, failed: failureOf(error) });
  }
});
