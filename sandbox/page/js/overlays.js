/**
 * What lies over one phone: menus, sheets, alerts and toasts. They stay inside their phone, because the phone beside
 * it belongs to somebody else; the rest of the phone is inert meanwhile and the focus goes back where it was.
 */

import { focusAlong, h } from "./dom.js";
import { icon } from "./icons.js";

let serial = 0;

function cover(screen, node, onclose) {
  const before = document.activeElement;
  const place = before.closest?.(".message")?.dataset.id;
  const others = [...screen.children].filter((child) => !child.inert && !child.classList.contains("toasts"));
  for (const other of others) other.inert = true;
  const scrim = h("div", { class: "scrim" }, node);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    scrim.remove();
    for (const other of others) other.inert = false;
    (before.isConnected ? before : stead(screen, place))?.focus({ preventScroll: true });
    onclose?.();
  };
  scrim.addEventListener("click", (event) => event.target === scrim && close());
  scrim.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  screen.append(scrim);
  return close;
}

/** Where the focus goes when what had it was drawn anew meanwhile: the same message, or else the messages. */
function stead(screen, id) {
  const message = id && screen.querySelector(`.message[data-id="${CSS.escape(id)}"]`);
  return message?.querySelector(".inline-button") ?? message ?? screen.querySelector(".log-view");
}

/**
 * A menu beside `anchor`. An item is `{label, icon, act, danger}`; falsy items are left out.
 */
export function openMenu(screen, anchor, items, label) {
  const buttons = items.filter(Boolean).map((item) =>
    h(
      "button",
      { type: "button", role: "menuitem", class: item.danger ? "menu-item danger" : "menu-item", onclick: () => pick(item) },
      icon(item.icon),
      h("span", null, item.label),
    ),
  );
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, buttons);
  const close = cover(screen, menu);
  const pick = (item) => {
    close();
    item.act();
  };
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Tab") close();
    if (!step) return;
    event.preventDefault();
    focusAlong(buttons, step);
  });
  place(menu, anchor.getBoundingClientRect(), screen.getBoundingClientRect());
  buttons[0]?.focus({ preventScroll: true });
}

function place(menu, anchor, frame) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = anchor.bottom - frame.top + 4;
  const above = anchor.top - frame.top - height - 4;
  /* The anchor itself may be scrolled out of sight; the menu never is. */
  const inside = (wanted, room) => Math.max(8, Math.min(wanted, room - 8));
  menu.style.left = `${inside(anchor.left - frame.left, frame.width - width)}px`;
  menu.style.top = `${inside(below + height < frame.height - 8 ? below : above, frame.height - height)}px`;
}

/** A sheet from below with a title; returns the function that closes it. */
export function openSheet(screen, { title, body, closeLabel, wide = false, onclose }) {
  serial += 1;
  const id = `sheet-${serial}`;
  const shut = h("button", { type: "button", class: "icon-button", "aria-label": closeLabel }, icon("close"));
  const sheet = h(
    "div",
    { class: wide ? "sheet wide" : "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": id },
    h("header", { class: "sheet-head" }, h("h2", { id }, title), shut),
    body,
  );
  const close = cover(screen, sheet, onclose);
  shut.addEventListener("click", close);
  (sheet.querySelector("[data-focus]") ?? shut).focus({ preventScroll: true });
  return close;
}

/** The bot's alert: stays until it is read. */
export function showAlert(screen, text, okLabel) {
  serial += 1;
  const id = `alert-${serial}`;
  const ok = h("button", { type: "button", class: "primary" }, okLabel);
  const words = h("p", { id }, text);
  const box = h("div", { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-labelledby": id }, words, ok);
  ok.addEventListener("click", cover(screen, box));
  ok.focus({ preventScroll: true });
}

/** The bot's toast: passes by, long enough to be read. */
export function showToast(toasts, text) {
  const toast = h("div", { class: "toast" }, text);
  toasts.replaceChildren(toast);
  setTimeout(() => toast.classList.add("going"), 2200 + text.length * 60);
  setTimeout(() => toast.remove(), 2600 + text.length * 60);
}
