// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What can go wrong between here and the server. Written by `make generated` from dropbox/transport/errors.py; do not edit. */

/** Root of the tree; never thrown itself. */
export class TransportFailed extends Error {
  static code = "";
  static say = "";

  get code() {
    return /** @type {typeof TransportFailed} */ (this.constructor).code;
  }

  /** What happened and what to do, for a person. */
  get say() {
    return /** @type {typeof TransportFailed} */ (this.constructor).say;
  }
}

export class Unreachable extends TransportFailed {
  static code = "unreachable";
  static say = "The service cannot be reached. Check the address and the connection, and try again.";
}

export class BadAnswer extends TransportFailed {
  static code = "bad-answer";
  static say = "The service's answer is not one of this service. Check the address; if it is right, try again later.";
}

/** The server said no, with a code of docs/http-api.md. */
export class Refused extends TransportFailed {
  static code = "refused";
  static say = "The service cannot take this now. Try again later.";

  /** @param {string} refusal */
  constructor(refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}
