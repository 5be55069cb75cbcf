/** The buttons the bot keeps under the writing line; a button sends its own label. */

import { h } from "./dom.js";

/** Rows of `{text, request_location?}` from any form the Bot API gives a keyboard in; [] for none. */
export function keyboardRows(keyboard) {
  const rows = Array.isArray(keyboard) ? keyboard : (keyboard?.keyboard ?? []);
  return rows.map((row) => row.map((key) => (typeof key === "string" ? { text: key } : key)));
}

/** Fill `node` with the keyboard; `press` is given the key. */
export function drawKeyboard(node, keyboard, press) {
  const rows = keyboardRows(keyboard);
  const sign = JSON.stringify(rows);
  if (node.dataset.sign === sign) return rows.length > 0;
  node.dataset.sign = sign;
  node.replaceChildren(
    ...rows.map((row) =>
      h(
        "div",
        { class: "key-row" },
        row.map((key) => h("button", { type: "button", class: "key", onclick: () => press(key) }, key.text)),
      ),
    ),
  );
  return rows.length > 0;
}
