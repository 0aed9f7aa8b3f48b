// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What this implementation answers to a vector. */

import { ProtocolError } from "../../client/protocol/errors.js";
import { OPERATIONS as BOARD } from "./operations_board.js";
import { OPERATIONS as BLOBS } from "./operations_blobs.js";
import { OPERATIONS as CONTACT } from "./operations_contact.js";
import { OPERATIONS as SERVICE } from "./operations_service.js";
import { OPERATIONS as TOLD } from "./operations_told.js";

const OPERATIONS = { ...SERVICE, ...BOARD, ...TOLD, ...BLOBS, ...CONTACT };

/** The output, the error's code, or what broke. */
export async function outcome({ operation, input }) {
  try {
    return { output: await OPERATIONS[operation](input) };
  } catch (error) {
    return error instanceof ProtocolError ? { error: error.code } : { broke: String(error?.stack ?? error) };
  }
}
