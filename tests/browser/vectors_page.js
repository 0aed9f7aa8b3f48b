// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file A page that hands vectors to a module worker, one after another, and gathers what it answers. */

const rules = { createScriptURL: (url) => url };
const policy = globalThis.trustedTypes?.createPolicy("dropbox-worker", rules) ?? rules;
const worker = new Worker(policy.createScriptURL("/worker.js"), { type: "module" });

/** What the worker answers to each vector, by name. */
globalThis.answerAll = async (vectors) => {
  const found = {};
  for (const [name, vector] of Object.entries(vectors)) {
    worker.postMessage(vector);
    found[name] = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  }
  return found;
};
