/** The unmoving parts of a phone: its case, the head with the bot's name, the places for what changes. */

import { summary } from "./bubble.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./overlays.js";

const TINTS = ["#0b7a6b", "#a4562a", "#4a5fa5", "#7a4b8c", "#8a6d1f", "#2d7391", "#9b3d4f", "#4f7340"];

/** A round sign with the number or the first letters of a name, in a colour of its own. */
export function avatar(name, id) {
  const number = /\d{1,2}$/.exec(name)?.[0];
  const letters = [...name.trim()].slice(0, /\p{Script=Han}/u.test(name) ? 2 : 1).join("");
  const node = h("span", { class: "avatar", "aria-hidden": "true" }, number ?? letters.toUpperCase());
  node.style.setProperty("--tint", TINTS[Math.abs(Number(id) || 0) % TINTS.length]);
  return node;
}

/** Build the nodes of `phone`; returned by name. */
export function frame(phone) {
  const { say, info, bot, language } = phone;
  const time = h("span", { class: "status-time" });
  const signal = h("span", { class: "status-signs" });
  const subtitle = h("span", { class: "head-subtitle", role: "status" });
  const menu = h("button", { type: "button", class: "icon-button", "aria-label": say("menu"), "aria-haspopup": "menu" }, icon("more"));
  menu.addEventListener("click", () => openPhoneMenu(menu, phone));
  const face = h("span", { class: "avatar bot-face", "aria-hidden": "true" }, icon("tick"));
  const head = h("header", { class: "head" }, face, h("div", { class: "head-names" }, h("h2", null, bot.name), subtitle), menu);
  const note = h("p", { class: "note", role: "status", hidden: true }, icon("nosignal"), say("offlineNote"));
  const pinned = h("button", { type: "button", class: "pinned", hidden: true });
  const emptyText = h("p");
  const emptyFace = h("span", { class: "avatar bot-face large", "aria-hidden": "true" }, icon("tick"));
  const empty = h("div", { class: "empty", hidden: true }, emptyFace, h("h3", null, bot.name), emptyText);
  const start = h("button", { type: "button", class: "primary wide-button", onclick: () => phone.sendStart() }, say("start"));
  const unblock = h("button", { type: "button", class: "primary wide-button", onclick: () => phone.setBlocked(false) }, say("unblock"));
  const startBar = h("div", { class: "bar", hidden: true }, start);
  const blockBar = h("div", { class: "bar", hidden: true }, h("p", null, say("blocked")), unblock);
  const keyboard = h("div", { class: "reply-keyboard", role: "group", "aria-label": say("menu"), hidden: true });
  const toasts = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  const chat = h("div", { class: "chat" }, phone.log.view, empty, phone.log.down);
  const foot = h("footer", { class: "foot" }, startBar, blockBar, phone.composer.node, keyboard);
  const screen = h("div", { class: "screen", "data-drop": say("dropHere") });
  screen.append(h("div", { class: "status-bar", "aria-hidden": "true" }, time, signal), head, pinned, note, chat, foot, toasts);
  const words = h("div", { class: "owner-words" }, h("b", null, info.name), info.note && h("span", null, info.note));
  const owner = h("div", { class: "owner" }, avatar(info.name, info.id), words);
  const node = h("section", { class: "phone", lang: language, id: `phone-${phone.id}`, "data-phone": phone.id });
  node.setAttribute("aria-label", say("phoneOf", { name: info.name }));
  node.append(owner, h("div", { class: "case" }, screen));
  return { node, screen, time, signal, subtitle, pinned, note, empty, emptyText, start, unblock, startBar, blockBar, keyboard, toasts };
}

/** Show under the head which message is pinned; a tap goes to it. */
export function showPinned(node, message, log, say) {
  node.hidden = !message;
  if (!message) return;
  const words = h("span", { class: "context-words" }, h("b", null, say("pinned")), h("span", null, summary(message, say)));
  node.replaceChildren(icon("pin"), words);
  node.onclick = () => log.jump(message.id);
}

function openPhoneMenu(anchor, phone) {
  const { say, screen, noSignal, isBlocked, folded, parts } = phone;
  const keys = parts.keyboard.childElementCount > 0;
  const items = [
    keys && { label: say(folded ? "showKeyboard" : "foldKeyboard"), icon: "keyboard", act: () => phone.fold() },
    { label: say(noSignal ? "goOnline" : "goOffline"), icon: noSignal ? "signal" : "nosignal", act: () => phone.setSignal(!noSignal) },
    isBlocked
      ? { label: say("unblock"), icon: "block", act: () => phone.setBlocked(false) }
      : { label: say("block"), icon: "block", danger: true, act: () => phone.setBlocked(true) },
  ];
  openMenu(screen, anchor, items, say("menu"));
}
