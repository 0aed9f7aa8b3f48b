// SPDX-License-Identifier: AGPL-3.0-or-later
// A security key in place of a one-time code. Without scripts, or in a browser that knows none, its button stays hidden
// and the code is typed.

/** @param {string} id */
const element = (id) => document.getElementById(id);

/** @returns {boolean} whether this browser makes keys, and takes and gives them as the desk writes them down */
function knowsKeys() {
  return (
    "PublicKeyCredential" in window &&
    "parseRequestOptionsFromJSON" in PublicKeyCredential &&
    "toJSON" in PublicKeyCredential.prototype
  );
}

/**
 * @param {HTMLElement} button
 * @returns {Promise<Credential | null>}
 */
function askKey(button) {
  const options = JSON.parse(button.dataset["options"] ?? "{}");
  return button.dataset["act"] === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

/**
 * What the key says goes into the form's own field, and the form is sent as ever.
 * @param {HTMLElement} button
 * @param {HTMLFormElement} form
 */
async function press(button, form) {
  const said = /** @type {HTMLElement} */ (element("key-said"));
  // What is missing is told by the browser before the key is touched; a key stands for the code.
  const code = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("code"));
  if (code) {
    code.value = "";
  }
  if (!form.reportValidity()) {
    return;
  }
  said.textContent = "Touch your security key.";
  try {
    const credential = /** @type {PublicKeyCredential} */ (await askKey(button));
    /** @type {HTMLInputElement} */ (form.elements.namedItem("key")).value = JSON.stringify(credential.toJSON());
    form.requestSubmit();
  } catch {
    said.textContent = "The security key was not used. Try again, or type a one-time code.";
  }
}

/** Shows the button where a key can be used. */
export function watchSecurityKey() {
  const button = element("use-key");
  const form = button?.closest("form");
  if (!button || !form || !button.dataset["options"] || !knowsKeys()) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    void press(button, form);
  });
}
