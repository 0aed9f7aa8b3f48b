// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on the forms in which a unit tells its source more than a text (docs/protocol.md, 6.4.1). */

import { toHex } from "../../client/protocol/bytes.js";
import { encodeText, isWellFormed } from "../../client/protocol/encoding.js";
import { BadBody, BadText } from "../../client/protocol/errors.js";
import { namedTogether, parseOutcome } from "../../client/protocol/outcome.js";
import { bytes } from "./operations.js";

export const OPERATIONS = {
  "outcome-write": ({ kinds, say }) => {
    if (!namedTogether(kinds)) throw new BadBody("kinds");
    if (!isWellFormed(say)) throw new BadText("form");
    return { form: toHex(encodeText(JSON.stringify({ kinds, say }), "form")) };
  },

  "outcome-parse": ({ data }) => parseOutcome(bytes(data)),
};
