// SPDX-License-Identifier: AGPL-3.0-or-later
// What a page does by itself. Without scripts every page works too, but for the counter, the blanking and security keys.

import { blankWhenLeft } from "./blank.js";
import { Idle } from "./idle.js";
import { watchKeys } from "./keys.js";
import { watchReply } from "./reply.js";
import { watchSecurityKey } from "./security_key.js";

watchSecurityKey();
const reply = watchReply();
const seconds = Number(document.body.dataset["idle"] ?? 0);
if (seconds > 0) {
  const idle = new Idle(seconds, reply);
  idle.watch();
  blankWhenLeft();
  watchKeys(idle, reply, document.body.dataset["keys"] === "on");
}
