/** One message as a node. It is drawn anew whenever its message changes, so it keeps no state of its own. */

import { dayOf, timeOf } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { inlineButtons } from "./inline-buttons.js";
import { fromHtml, fromText, wordsOf } from "./markup.js";
import { albumGrid, mediaOf } from "./media.js";

/**
 * The node for an entry of the log: one message, or an album of several.
 * @param {{key: string, messages: object[], first: boolean, last: boolean}} entry `first` and `last` of a run of
 *   messages of the same side
 * @param {object} acts what can be done from a bubble; see `phone.js`
 */
export function bubble(entry, acts) {
  const [message] = entry.messages;
  const { say } = acts;
  const mine = message.from === "me";
  const media = entry.messages.length > 1 ? albumGrid(entry.messages, say) : mediaOf(message, say);
  const words = wordsNode(message, acts);
  const bare = media && !words && !message.reply_to && (message.photo || message.video || message.sticker);
  const body = h(
    "div",
    { class: bare ? "body bare" : "body" },
    message.forwarded !== undefined && h("div", { class: "forwarded" }, icon("forward"), say("forwarded")),
    quote(message, acts),
    media,
    words,
    message.reactions && h("div", { class: "reactions" }, message.reactions.map((one) => h("span", null, one))),
    !media && !words && h("div", { class: "words faint" }, say("unsupported")),
  );
  /* The time stands at the end of the last line of words, where there is one. */
  (words ?? body).append(meta(entry.messages.at(-1), acts));
  const more = moreButton(message, acts);
  const node = h("div", { class: classes(entry, mine, media), role: "article", tabindex: "-1", "data-id": message.id }, body);
  node.setAttribute("aria-label", `${mine ? say("you") : acts.botName}, ${timeOf(message.at, acts.language)}`);
  if (more) body.append(more);
  if (message.buttons?.length) node.append(inlineButtons(message, acts));
  return node;
}

/** The line between two days. */
export function daySeparator(at, latest, language) {
  return h("div", { class: "day", role: "separator" }, h("span", null, dayOf(at, language, latest)));
}

function classes(entry, mine, media) {
  const [message] = entry.messages;
  const list = ["message", mine ? "mine" : "theirs"];
  if (entry.first) list.push("first");
  if (entry.last) list.push("last");
  if (message.buttons?.length) list.push("with-buttons");
  if (media) list.push("with-media");
  if (message.sticker) list.push("of-sticker");
  if (message.state) list.push(`is-${message.state}`);
  return list.join(" ");
}

function wordsNode(message, acts) {
  const html = message.text_html ?? message.caption_html;
  const text = message.text ?? message.caption;
  if (html) return h("div", { class: "words" }, fromHtml(html, acts));
  return text ? h("div", { class: "words" }, fromText(text, acts)) : null;
}

function quote(message, acts) {
  if (!message.reply_to) return null;
  const id = typeof message.reply_to === "object" ? message.reply_to.id : message.reply_to;
  const original = acts.find(id);
  const who = original?.from === "me" ? acts.say("you") : acts.botName;
  const words = original ? summary(original, acts.say) : "…";
  return h("button", { type: "button", class: "quote", onclick: () => acts.jump(id) }, h("b", null, who), h("span", null, words));
}

/** One line that stands for a message: its words, or what it carries. */
export function summary(message, say) {
  const words = wordsOf(message).replace(/\s+/g, " ").trim();
  const kind = ["photo", "video", "voice", "location", "sticker", "contact"].find((name) => message[name]);
  const name = message.document ? message.document.name : kind && say(kind === "location" ? "place" : kind);
  return words || name || say("unsupported");
}

function meta(message, acts) {
  const { say } = acts;
  const state = message.state;
  const mark = { waiting: "clock", sending: "clock", failed: "warn" }[state] ?? (message.from === "me" ? "tick" : null);
  const title = { waiting: say("waiting"), sending: say("waiting"), failed: say("failed") }[state];
  return h(
    "span",
    { class: "meta", title },
    message.edited && h("span", null, say("edited")),
    h("time", null, timeOf(message.at, acts.language)),
    mark && icon(mark),
    title && h("span", { class: "unseen" }, title),
  );
}

function moreButton(message, acts) {
  const props = { type: "button", class: "more icon-button", tabindex: "-1", "aria-haspopup": "menu", "aria-label": acts.say("actions") };
  const node = h("button", props, icon("down"));
  node.addEventListener("click", () => acts.menu(message, node));
  return node;
}
