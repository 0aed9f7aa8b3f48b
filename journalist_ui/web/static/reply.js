// SPDX-License-Identifier: AGPL-3.0-or-later
// The reply box: how many parts the text takes, that it is kept by itself, and that nothing written is lost by leaving.

const PAUSE = 900;
// After the last key.
const KEEP_AFTER = 2000;
const TRY_AGAIN = 15_000;

/**
 * @typedef {object} Reply
 * @property {() => boolean} isKept whether nothing would be lost now
 * @property {() => number} typed when something was typed last
 * @property {(hear: () => void) => void} onTyping
 * @property {() => boolean} isStopped whether only a button can keep this page's text now
 * @property {() => boolean} isBegun whether something was typed here that is not sent, kept or not
 * @property {(hear: () => void) => void} onKept hears when the page has kept the text by itself
 * @property {() => Promise<boolean>} keep as a draft, while the page stays as it is; whether the desk has it
 * @property {(act: string) => void} submit sends the form as if a button had been pressed
 * @property {() => void} focus
 */

/**
 * @param {number} bytes
 * @param {number} part
 * @param {number} most
 * @returns {string}
 */
function count(bytes, part, most) {
  const parts = Math.max(1, Math.ceil(bytes / part));
  const left = parts * part - bytes;
  if (parts > most) {
    return `${bytes.toLocaleString("en-GB")} bytes: ${parts} parts, at most ${most} can be sent. Shorten it.`;
  }
  const room = parts === most ? `${left} bytes are left` : `${left} bytes are left in this part`;
  return `${bytes.toLocaleString("en-GB")} bytes: part ${parts} of at most ${most}; ${room}.`;
}

/**
 * @typedef {object} Keeper
 * @property {() => Promise<boolean>} keep hands the text to the desk and says so in the page; whether the desk has it
 * @property {() => boolean} isKeeping
 * @property {() => boolean} isStopped whether only a button can keep this page's text now
 */

/**
 * @param {HTMLFormElement} form
 * @returns {Keeper}
 */
function keepItself(form) {
  const told = document.getElementById("kept");
  told?.setAttribute("role", "status");
  const base = /** @type {HTMLInputElement} */ (form.elements.namedItem("base"));
  let keeping = false;
  let stopped = false;
  /** @param {string} words */
  const say = (words) => {
    if (told) {
      told.textContent = words;
    }
  };
  const keep = async () => {
    keeping = true;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      body.set(name, String(value));
    }
    body.set("act", "keep");
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => undefined);
    keeping = false;
    if (answer?.status === 200) {
      base.value = answer.headers.get("draft-version") ?? base.value;
      say(`Draft kept ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
      return true;
    }
    if (answer?.status === 409) {
      stopped = true;
      say("Not kept by itself: another tab has a newer draft. Press Keep as a draft, and both are shown to choose from.");
    } else if (answer?.type === "opaqueredirect") {
      stopped = true;
      say("Not kept by itself: your session is over. Press Keep as a draft; your text is kept while you sign in.");
    } else {
      say("Not kept yet: the desk did not take it. It is tried again; do not close this page.");
    }
    return false;
  };
  return { keep, isKeeping: () => keeping, isStopped: () => stopped };
}

/** @returns {Reply | undefined} nothing where the page has no box */
export function watchReply() {
  const box = document.querySelector("textarea");
  const form = box?.form;
  if (!box || !form) {
    return undefined;
  }
  // What the desk could not keep stands in the page alone.
  let kept = !("unkept" in box.dataset);
  let leaving = false;
  let typed = 0;
  const shown = document.getElementById("count");
  const encoder = new TextEncoder();
  let timer = 0;
  const update = () => {
    if (shown) {
      const { part, parts } = box.dataset;
      shown.textContent = count(encoder.encode(box.value).length, Number(part), Number(parts));
    }
  };
  if (shown) {
    // Told after a pause only: a screen reader would speak at every letter.
    shown.setAttribute("role", "status");
    update();
  }
  const keeper = keepItself(form);
  /** @type {() => void} */
  let heard = () => {};
  const keep = async () => {
    const text = box.value;
    const done = await keeper.keep();
    kept ||= done && box.value === text;
    return done;
  };
  let wait = 0;
  const keepSoon = (after = KEEP_AFTER) => {
    clearTimeout(wait);
    wait = window.setTimeout(keepNow, after);
  };
  const keepNow = async () => {
    // A tab out of sight keeps its text by locking early: see idle.js.
    if (kept || leaving || !box.value || document.hidden || keeper.isStopped()) {
      return;
    }
    if (keeper.isKeeping()) {
      keepSoon();
    } else if (await keep()) {
      heard();
    } else if (!keeper.isStopped()) {
      keepSoon(TRY_AGAIN);
    }
  };
  box.addEventListener("input", () => {
    kept = false;
    typed = Date.now();
    clearTimeout(timer);
    timer = window.setTimeout(update, PAUSE / 3);
    keepSoon();
  });
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!kept && !leaving && box.value) {
      event.preventDefault();
    }
  });
  if (location.hash === "#text") {
    // From the inbox, or from a draft that was kept while its writer goes on.
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }
  return {
    isKept: () => kept || !box.value,
    typed: () => typed,
    onTyping: (hear) => box.addEventListener("input", hear),
    isStopped: keeper.isStopped,
    isBegun: () => typed > 0 && box.value !== "",
    onKept: (hear) => {
      heard = hear;
    },
    keep,
    submit: (act) => {
      leaving = true;
      // Rather most of it than nothing: the desk keeps no more than this.
      box.value = box.value.slice(0, box.maxLength);
      const button = document.createElement("button");
      button.name = "act";
      button.value = act;
      button.hidden = true;
      form.append(button);
      form.requestSubmit(button);
    },
    focus: () => box.focus(),
  };
}
