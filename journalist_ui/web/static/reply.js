// SPDX-License-Identifier: AGPL-3.0-or-later
// The reply box: how many parts the text takes, and that nothing written is lost by leaving.

const PAUSE = 900;

/**
 * @typedef {object} Reply
 * @property {() => boolean} isKept whether nothing would be lost now
 * @property {(within: number) => boolean} isFresh whether something was typed within so many milliseconds
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
  // In a preview the text lives in the page alone until it is sent.
  let kept = !("kept" in box.dataset);
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
    isFresh: (within) => Date.now() - typed < within,
    submit: (act) => {
      leaving = true;
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
