// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Loaded before a session: codenames are stretched in 64 KiB, for tests of something else. */

import { registerHooks } from "node:module";

const WHOLE = "STRETCH_MEMORY_KIB = 19456";

registerHooks({
  load(url, context, nextLoad) {
    const found = nextLoad(url, context);
    if (!url.endsWith("/client/protocol/constants.js")) return found;
    const source = String(found.source);
    if (!source.includes(WHOLE)) throw new Error(`${url} has no ${WHOLE}`);
    return { ...found, source: source.replace(WHOLE, "STRETCH_MEMORY_KIB = 64") };
  },
});
