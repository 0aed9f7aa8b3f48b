// SPDX-License-Identifier: AGPL-3.0-or-later
// A page that is left shows nothing: neither while the next one comes, nor when the browser brings it back.

/** Nothing of the case stays in the page. */
export function blank() {
  document.title = "Locked";
  document.body.replaceChildren();
}

/** A page that the browser keeps for Back is kept blank, and is asked for again. */
export function blankWhenLeft() {
  window.addEventListener("pagehide", () => {
    document.body.hidden = true;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      blank();
      location.reload();
    }
  });
}
