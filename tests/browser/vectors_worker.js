// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Answers vectors in a module worker. */

import { outcome } from "../client/outcome.js";

addEventListener("message", async ({ data }) => postMessage(await outcome(data)));
