// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The one driver of flows. A flow is an asynchronous generator: it yields requests and is sent their answers. */

/**
 * Run a flow to its end. What `answer` throws ends it; it is closed in any case.
 * @template {{ask: string}} Asked
 * @template Result
 * @param {AsyncGenerator<Asked, Result, any>} flow any: each request names its own answer
 * @param {(request: Asked) => unknown} answer
 * @returns {Promise<Result>}
 */
export async function drive(flow, answer) {
  try {
    let step = await flow.next();
    while (!step.done) step = await flow.next(await answer(step.value));
    return step.value;
  } finally {
    // TypeScript wants a result for a flow that has none any more.
    await flow.return(/** @type {any} */ (undefined));
  }
}
