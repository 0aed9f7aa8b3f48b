// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on the forms in which a unit tells its source more than a text (docs/protocol.md, 6.4.1 to 6.4.5). */

import { toHex } from "../../client/protocol/bytes.js";
import { encodeText, isWellFormed } from "../../client/protocol/encoding.js";
import { CLOSED_KINDS, OUTCOME_KINDS } from "../../client/protocol/constants.js";
import { BadBody, BadText } from "../../client/protocol/errors.js";
import { namedTogether, parseOutcome } from "../../client/protocol/outcome.js";
import { checkQuestions, parseQuestions } from "../../client/protocol/questions.js";
import { checkOffer, parseOffer } from "../../client/protocol/referral.js";
import { bytes } from "./operations.js";

function write({ kinds, say }, of) {
  if (!namedTogether(kinds, of)) throw new BadBody("kinds");
  if (!isWellFormed(say)) throw new BadText("form");
  return { form: toHex(encodeText(JSON.stringify({ kinds, say }), "form")) };
}

export const OPERATIONS = {
  "outcome-write": (values) => write(values, OUTCOME_KINDS),

  "outcome-parse": ({ data }) => parseOutcome(bytes(data), OUTCOME_KINDS),

  "closed-write": (values) => write(values, CLOSED_KINDS),

  "closed-parse": ({ data }) => parseOutcome(bytes(data), CLOSED_KINDS),

  "offer-write": (offer) => {
    checkOffer(offer);
    return { form: toHex(encodeText(JSON.stringify(offer), "form")) };
  },

  "offer-parse": ({ data }) => parseOffer(bytes(data)),

  "questions-write": ({ asked }) => {
    checkQuestions(asked);
    const whole = asked.every(({ ask, options }) => [ask, ...options.map(({ label }) => label)].every(isWellFormed));
    if (!whole) throw new BadText("form");
    return { form: toHex(encodeText(JSON.stringify(asked), "form")) };
  },

  "questions-parse": ({ data }) => ({ questions: parseQuestions(bytes(data)) }),
};
