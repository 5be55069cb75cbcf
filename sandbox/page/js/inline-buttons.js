/** The buttons under a message: rows of them, arrow keys between them, a turning ring until the bot has answered. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** What fits into one line at 320 px; such a row may have buttons of unequal width rather than broken words. */
const ONE_LINE = 34;

/**
 * The grid for `message.buttons`.
 * @param {{busy: Set<string>, tap: function(object, object): void, link: function(string): ?function(): void,
 *   copy: function(string): void}} acts
 */
export function inlineButtons(message, acts) {
  const rows = message.buttons.map((row) => {
    const props = { class: rowWidth(row) <= ONE_LINE ? "button-row one-line" : "button-row" };
    return h("div", props, row.map((button) => oneButton(message, button, acts)));
  });
  const grid = h("div", { class: "inline-buttons" }, rows);
  grid.addEventListener("keydown", (event) => walk(event, rows));
  return grid;
}

/** How wide the labels of a row are, in half characters: Chinese and emoji count two. */
function rowWidth(row) {
  return row.reduce((sum, button) => sum + [...button.text].reduce((wide, sign) => wide + (sign > "\u2e80" ? 2 : 1), 0), 0);
}

/** The name under which a tap waits for its answer. */
export function tapName(messageId, data) {
  return `${messageId}:${data}`;
}

function oneButton(message, button, acts) {
  if (button.url) {
    const act = acts.link(button.url);
    const inside = [h("span", null, button.text), icon("link")];
    if (act) return h("button", { type: "button", class: "inline-button", onclick: act }, inside);
    return h("a", { class: "inline-button", href: safe(button.url), target: "_blank", rel: "noopener noreferrer" }, inside);
  }
  const copied = button.copy_text?.text;
  if (copied) {
    const props = { type: "button", class: "inline-button", onclick: () => acts.copy(copied) };
    return h("button", props, h("span", null, button.text), icon("copy"));
  }
  const busy = acts.busy.has(tapName(message.id, button.data));
  const props = { type: "button", class: "inline-button", "aria-busy": busy ? "true" : null, "data-data": button.data };
  const node = h("button", props, h("span", null, button.text));
  node.addEventListener("click", () => acts.tap(message, button));
  return node;
}

function safe(url) {
  return /^https?:\/\//i.test(url) ? url : null;
}

function walk(event, rows) {
  const [down, right] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? [];
  if (down === undefined) return;
  const at = positionIn(rows, document.activeElement);
  if (!at) return;
  const row = rows[at[0] + down];
  if (!row) return;
  event.preventDefault();
  event.stopPropagation();
  const next = Math.min(at[1] + right, row.children.length - 1);
  row.children[Math.max(next, 0)].focus();
}

/** `[row, column]` of a focused button, or null. */
export function positionIn(rows, node) {
  for (const [r, row] of rows.entries()) {
    const c = [...row.children].indexOf(node);
    if (c >= 0) return [r, c];
  }
  return null;
}
