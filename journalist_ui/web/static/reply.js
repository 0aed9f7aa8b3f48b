// SPDX-License-Identifier: AGPL-3.0-or-later
// The reply box: how many parts the text takes, and that nothing written is lost by leaving.

const PAUSE = 900;

/**
 * @typedef {object} Reply
 * @property {() => boolean} isKept whether nothing would be lost now
 * @property {() => number} typed when something was typed last
 * @property {(hear: () => void) => void} onTyping
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
  box.addEventListener("input", () => {
    kept = false;
    typed = Date.now();
    clearTimeout(timer);
    timer = window.setTimeout(update, PAUSE / 3);
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
    keep: async () => {
      const text = box.value;
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        body.set(name, String(value));
      }
      body.set("act", "keep");
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => undefined);
      const done = answer?.status === 200;
      kept ||= done && box.value === text;
      return done;
    },
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
