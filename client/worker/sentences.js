// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The sentences that go with warnings and errors in a browser: the command line's own where they fit. */

import { ProtocolError } from "../protocol/errors.js";
import { TransportFailed } from "../transport/errors.js";
import { ERRORS, WARNINGS } from "./terminal_sentences.js";

/** @import { Warned } from "../flows/trust.js" */
/** @import { WarningTold } from "../worker_messages.js" */

/** A failure that the page is told as it is. */
export class Told extends Error {
  /** @param {{code: string, say: string}} failed */
  constructor(failed) {
    super(failed.code);
    this.failed = failed;
  }
}

/** What fails here and nowhere else. */
const HERE = {
  "crypto-missing":
    "This browser does not offer encryption here. Open the service at its https or onion address, in a current browser.",
  busy: "Something else is still going on. Wait until it has ended.",
  "not-started": "The page has not started yet. Load it again.",
  "file-changed":
    "A file cannot be read, or is not what it was when you chose it. Take it off the list and choose it again.",
  unexpected: "Something in this page failed. Load it again and try once more.",
};

/** In place of sentences that name files or options of the command line. */
const IN_A_BROWSER = {
  "bad-text": "The text holds characters that cannot be sent. Type it again.",
  "unknown-unit": "The service has no such unit. Choose the unit that received your report.",
  "unknown-unit none": "Nothing has been answered to this codename yet, so choose the unit that received your report.",
  "unknown-unit several": "Several units have answered this codename, so choose the one that you write to.",
  "wrong-version": "The service speaks a version that this page does not know. It was not used.",
  "reserved-type": "The service uses a feature that this page does not know. It was not used.",
  "wrong-service": "This page and the service behind it do not belong together. Do not use it; try again later.",
  "clock-unconfirmed":
    "This device's date seems wrong, or the service is being held back. Nothing was sent with this visit. Check the date; if it is right " +
    "and you go on, your message may stay unread for longer.",
};

/**
 * What was read is shown, but the envelope of that visit has no receipt.
 * @type {Warned}
 */
export const NOT_ACKNOWLEDGED = { code: "not-acknowledged", slug: "", name: "", days: 0, proof: "" };

/** @type {Record<string, string>} */
const SENTENCES = { ...ERRORS, ...IN_A_BROWSER };

/**
 * A sentence with its gaps filled.
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * An error of the worker's own, by code.
 * @param {keyof typeof HERE} code
 */
export function failure(code) {
  return { code, say: HERE[code] };
}

/**
 * Code and sentence of whatever was thrown; what nobody foresaw says only that.
 * @param {unknown} error
 */
export function told(error) {
  if (error instanceof ProtocolError) {
    const sentence = SENTENCES[`${error.code} ${error.where}`] ?? SENTENCES[error.code] ?? error.say;
    return { code: error.code, say: fill(sentence, error.facts) };
  }
  if (error instanceof TransportFailed) return { code: error.code, say: error.say };
  return failure("unexpected");
}

/**
 * @param {Warned} warned
 * @returns {WarningTold}
 */
export function warningTold({ code, slug, name, days, proof }) {
  return { code, slug, name, days, proof: proof !== "", text: fill(WARNINGS[code], { unit: name, days, proof }) };
}
