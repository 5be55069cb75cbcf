/**
 * The messages of one chat. A message is redrawn only when it has changed, so an edited card changes under the thumb
 * and nothing else moves; the focus stays on the button at the same place of the new card.
 */

import { bubble, daySeparator } from "./bubble.js";
import { dayKey } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { positionIn, tapName } from "./inline-buttons.js";
import { Scroll } from "./scroll.js";

const RUN_MINUTES = 5;

/** Messages as the log shows them: albums together, runs of one side marked. */
export function entriesOf(messages) {
  const entries = [];
  for (const message of messages) {
    const before = entries.at(-1);
    const album = message.album && before?.album === message.album && before.messages[0].from === message.from;
    if (album) before.messages.push(message);
    else entries.push({ key: `m${message.id}`, album: message.album, messages: [message], first: true, last: true });
  }
  entries.forEach((entry, i) => {
    const next = entries[i + 1];
    if (!next || !sameRun(entry.messages.at(-1), next.messages[0])) return;
    entry.last = false;
    next.first = false;
  });
  return entries;
}

function sameRun(one, other) {
  const apart = new Date(other.at) - new Date(one.at);
  return one.from === other.from && dayKey(one.at) === dayKey(other.at) && apart < RUN_MINUTES * 60_000;
}

export class ChatLog {
  #nodes = new Map();
  #messages = [];
  #newest = 0;
  #drawn = false;

  /** @param acts see `bubble.js`; also `seen()`, called when the end comes into view, and
   *   `earlier()`, which fetches more */
  constructor(acts) {
    this.acts = acts;
    const { say } = acts;
    this.earlier = h("button", { type: "button", class: "earlier", hidden: true }, say("earlier"));
    this.earlier.addEventListener("click", () => {
      this.scroll.pinned = false;
      acts.earlier();
    });
    this.list = h("div", { class: "log" });
    const props = { class: "log-view", tabindex: "0", role: "log", "aria-label": say("messages", { name: acts.botName }) };
    this.view = h("div", props, this.earlier, this.list);
    this.count = h("span", { class: "badge", hidden: true });
    this.down = h("button", { type: "button", class: "to-end", hidden: true, "aria-label": say("toBottom") }, icon("down"), this.count);
    this.down.addEventListener("click", () => this.scroll.toEnd());
    this.scroll = new Scroll(this.view, this.list, (pinned) => this.#moved(pinned));
    this.view.addEventListener("keydown", (event) => this.#keys(event));
    this.list.addEventListener("contextmenu", (event) => this.#menu(event));
    this.list.addEventListener("click", (event) => event.pointerType === "touch" && this.#menu(event));
  }

  /** Show `messages`; `toEnd` after something of one's own, `more` when there are earlier ones to fetch. */
  draw(messages, { toEnd = false, more = false } = {}) {
    this.earlier.hidden = !more;
    const newest = Math.max(0, ...messages.filter((one) => one.from === "bot").map((one) => one.id));
    const arrived = this.#drawn && newest > this.#newest;
    if (arrived && !this.scroll.pinned && !toEnd) this.#unread(messages);
    this.#messages = messages;
    const focus = this.#focusBefore();
    this.scroll.hold(() => this.#patch(newest), { glide: arrived || toEnd, toEnd });
    this.#newest = newest;
    this.#drawn = true;
    this.#focusAfter(focus);
    this.#reachable();
  }

  /** Show the message with this id, if it is still there, and mark it for a moment. */
  jump(id) {
    const node = this.list.querySelector(`[data-id="${CSS.escape(String(id))}"]`);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("marked");
    requestAnimationFrame(() => node.classList.add("marked"));
  }

  /** Show which buttons wait for an answer; they are not drawn anew, because one of them has the focus. */
  showBusy() {
    for (const button of this.list.querySelectorAll(".inline-button[data-data]")) {
      const name = tapName(button.closest(".message").dataset.id, button.dataset.data);
      if (this.acts.busy.has(name)) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    }
  }

  #patch(newest) {
    const shown = this.#messages;
    const wanted = [];
    const latest = shown.at(-1)?.at;
    let day = "";
    for (const entry of entriesOf(shown)) {
      const today = dayKey(entry.messages[0].at);
      if (today !== day) {
        wanted.push(this.#node(`day ${today}`, today, () => daySeparator(entry.messages[0].at, latest, this.acts.language)));
        day = today;
      }
      wanted.push(this.#entryNode(entry, newest));
    }
    this.#arrange(wanted);
  }

  #entryNode(entry, newest) {
    const sign = JSON.stringify([entry, entry.messages[0].reply_to ? this.acts.find(entry.messages[0].reply_to) : 0]);
    const node = this.#node(entry.key, sign, () => bubble(entry, this.acts));
    const { id, from, state } = entry.messages[0];
    const fresh = this.#drawn && ((from === "bot" && id > this.#newest && id <= newest) || state === "sending" || state === "waiting");
    if (fresh && !node.isConnected) node.classList.add("arriving");
    return node;
  }

  #node(key, sign, make) {
    const known = this.#nodes.get(key);
    if (known?.sign === sign) return known.node;
    const node = make();
    if (known?.node.isConnected) known.node.replaceWith(node);
    this.#nodes.set(key, { sign, node });
    return node;
  }

  #arrange(wanted) {
    const keep = new Set(wanted);
    for (const [key, { node }] of this.#nodes) {
      if (keep.has(node)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
    let at = this.list.firstChild;
    for (const node of wanted) {
      if (node === at) at = at.nextSibling;
      else this.list.insertBefore(node, at);
    }
  }

  #unread(messages) {
    const fresh = messages.filter((one) => one.from === "bot" && one.id > this.#newest).length;
    this.count.textContent = String(Number(this.count.textContent || 0) + fresh);
    this.count.hidden = false;
  }

  #moved(pinned) {
    this.down.hidden = pinned;
    if (!pinned) return;
    this.count.textContent = "";
    this.count.hidden = true;
    this.acts.seen();
  }

  /** Only the newest card is in the tab order: nobody wants to tab through last week's buttons. */
  #reachable() {
    const grids = [...this.list.querySelectorAll(".inline-buttons")];
    const last = grids.at(-1);
    for (const grid of grids) for (const button of grid.querySelectorAll(".inline-button")) button.tabIndex = grid === last ? 0 : -1;
  }

  #focusBefore() {
    const here = document.activeElement;
    const node = here && this.list.contains(here) ? here.closest(".message") : null;
    if (!node) return null;
    return { id: node.dataset.id, place: positionIn([...node.querySelectorAll(".button-row")], here), here };
  }

  /** Where the focus was, or else on the card that took the place of the one that held it. */
  #focusAfter(focus) {
    if (!focus || focus.here.isConnected) return;
    const same = this.list.querySelector(`[data-id="${CSS.escape(focus.id)}"]`);
    const holder = same ?? [...this.list.querySelectorAll(".message.with-buttons")].at(-1) ?? null;
    const rows = holder ? [...holder.querySelectorAll(".button-row")] : [];
    const [r, c] = focus.place ?? [0, 0];
    const row = rows[Math.min(r, rows.length - 1)];
    const target = (focus.place && row?.children[Math.min(c, row.children.length - 1)]) ?? holder ?? this.view;
    target.focus({ preventScroll: true });
  }

  #keys(event) {
    const here = document.activeElement;
    if (here.classList.contains("message") && ["Enter", "ContextMenu"].includes(event.key)) {
      event.preventDefault();
      this.#menu({ target: here, preventDefault() {} });
      return;
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || here.matches("textarea, input")) return;
    const nodes = [...this.list.querySelectorAll(".message")];
    const at = nodes.indexOf(here.closest(".message"));
    const next = nodes[at < 0 ? nodes.length - 1 : at + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  #menu(event) {
    const node = event.target.closest(".message");
    if (!node || event.target.closest("a, button, video, input, .inline-buttons")) return;
    const message = this.#messages.find((one) => String(one.id) === node.dataset.id);
    if (!message) return;
    event.preventDefault();
    this.acts.menu(message, node.querySelector(".more") ?? node);
  }
}
