// SPDX-License-Identifier: AGPL-3.0-or-later
// What a page does by itself. Without scripts every page works too, but for the counter, the blanking and security keys.

import { blankWhenLeft } from "./blank.js";
import { Idle } from "./idle.js";
import { watchKeys } from "./keys.js";
import { watchPrint } from "./print.js";
import { watchReply } from "./reply.js";
import { watchSecurityKey } from "./security_key.js";
import { Watch } from "./watch.js";

watchSecurityKey();
watchPrint();
const reply = watchReply();
const seconds = Number(document.body.dataset["idle"] ?? 0);
if (seconds > 0) {
  const idle = new Idle(seconds, reply);
  idle.watch();
  blankWhenLeft();
  const watch = new Watch();
  watch.start();
  reply?.onTyping(() => watch.typed());
  watchKeys(idle, reply, document.body.dataset["keys"] === "on");
}
