// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file A page that asks the worker, as the service's own page does, and gathers what it says, with the time of each. */

const rules = { createScriptURL: (url) => url };
const policy = globalThis.trustedTypes?.createPolicy("dropbox-worker", rules) ?? rules;
const worker = new Worker(policy.createScriptURL("/worker.js"), { type: "module" });
const heard = new Map();
let next = 1;
let stretched = () => {};

worker.addEventListener("message", ({ data: { id, ...said } }) => {
  if (said.progress?.percent === 100) stretched();
  const { started, said: before, resolve } = heard.get(id);
  before.push({ ...said, after: performance.now() - started });
  if (said.done || said.failed) resolve(before);
});

/** Everything the worker says of one question, up to its answer. */
globalThis.ask = (message) => {
  const id = next++;
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    heard.set(id, { started: performance.now(), said: [], resolve });
    worker.postMessage({ ...message, id });
  });
};

/** What the worker finds in a file of these bytes, and the bytes of its clean copy. */
globalThis.lookAt = async (bytes) => {
  const [{ done }] = (await ask({ ask: "look", file: new File([Uint8Array.from(bytes)], "a.jpg") })).slice(-1);
  const clean = [...new Uint8Array(await done.clean.file.arrayBuffer())];
  return { mediaType: done.mediaType, tells: done.tells.map(({ said, own }) => own || said), clean };
};

/** A new codename, typed back as soon as it is told; whether that is answered before its stretch has ended. */
globalThis.typeWhileItStretches = async () => {
  const order = [];
  const ended = new Promise((resolve) => (stretched = resolve)).then(() => order.push("stretched"));
  const [{ done }] = (await ask({ ask: "new-codename" })).slice(-1);
  const [answer] = await ask({ ask: "check-words", typed: done.codename });
  order.push(answer.done.codename === done.codename ? "answered" : "refused");
  await ended;
  return { codename: done.codename, order };
};
