// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Loaded before a program: cryptography as another browser has it, named in OTHER_BROWSER. `no-curves` knows neither
 * Ed25519 nor X25519; `cofactor` verifies Ed25519 by the equation with the cofactor.
 */

import { ed25519 } from "@noble/curves/ed25519.js";

const CURVES = new Set(["Ed25519", "X25519"]);
const { subtle } = crypto;
const kind = process.env.OTHER_BROWSER;

function unknown() {
  return Promise.reject(new DOMException("unknown", "NotSupportedError"));
}

/** @param {"importKey" | "generateKey" | "verify"} name @param {(...how: any[]) => any} made */
function replace(name, made) {
  const before = subtle[name].bind(subtle);
  Object.defineProperty(subtle, name, { value: (...how) => made(...how) ?? before(...how) });
}

if (kind === "no-curves") {
  replace("importKey", (_form, _key, curve) => (CURVES.has(curve) ? unknown() : undefined));
  replace("generateKey", (curve) => (CURVES.has(curve) ? unknown() : undefined));
} else if (kind === "cofactor") {
  replace("importKey", (_form, key, curve) => (curve === "Ed25519" ? Promise.resolve({ key }) : undefined));
  replace("verify", (curve, { key }, signature, message) =>
    curve === "Ed25519" ? Promise.resolve(ed25519.verify(signature, message, key, { zip215: true })) : undefined,
  );
} else {
  throw new Error(`no such browser: ${kind}`);
}
