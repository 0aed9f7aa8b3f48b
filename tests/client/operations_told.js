// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on the forms in which a unit tells its source more than a text (docs/protocol.md, 6.4.1 and 6.4.2). */

import { toHex } from "../../client/protocol/bytes.js";
import { encodeText, isWellFormed } from "../../client/protocol/encoding.js";
import { BadBody, BadText } from "../../client/protocol/errors.js";
import { namedTogether, parseOutcome } from "../../client/protocol/outcome.js";
import { checkQuestions, parseQuestions } from "../../client/protocol/questions.js";
import { bytes } from "./operations.js";

export const OPERATIONS = {
  "outcome-write": ({ kinds, say }) => {
    if (!namedTogether(kinds)) throw new BadBody("kinds");
    if (!isWellFormed(say)) throw new BadText("form");
    return { form: toHex(encodeText(JSON.stringify({ kinds, say }), "form")) };
  },

  "outcome-parse": ({ data }) => parseOutcome(bytes(data)),

  "questions-write": ({ asked }) => {
    checkQuestions(asked);
    const whole = asked.every(({ ask, options }) => [ask, ...options.map(({ label }) => label)].every(isWellFormed));
    if (!whole) throw new BadText("form");
    return { form: toHex(encodeText(JSON.stringify(asked), "form")) };
  },

  "questions-parse": ({ data }) => ({ questions: parseQuestions(bytes(data)) }),
};
