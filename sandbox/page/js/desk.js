/** The desk: all phones side by side, or one at a time where there is no room; the switcher tells them apart. */

import { addPhone } from "./api.js";
import { h, lessMotion } from "./dom.js";
import { icon } from "./icons.js";
import { Phone } from "./phone.js";
import { avatar } from "./phone-frame.js";
import { askForPhone, choosePhone } from "./desk-dialogs.js";
import { recall, remember } from "./remembered.js";
import { themeButton } from "./theme.js";
import { troubleButton } from "./trouble.js";

const NARROW = matchMedia("(max-width: 799px)");

const CLOCK_TICK = 5000;

export class Desk {
  #phones = new Map();
  #tabs = new Map();
  #drawing = 0;

  /** @param {HTMLElement} root @param {object} bot @param {function} say */
  constructor(root, bot, say) {
    this.bot = bot;
    this.say = say;
    this.active = recall("active", null);
    this.tabs = h("nav", { class: "switcher", "aria-label": say("phones") });
    this.row = h("main", { class: "row" });
    this.lost = h("div", { class: "lost", role: "alert", hidden: true }, icon("warn"), h("b", null, say("lost")), h("span", null, say("lostHint")));
    const plus = h("button", { type: "button", class: "icon-button", "aria-label": say("addPhone"), title: say("addPhone") }, icon("attach"));
    plus.addEventListener("click", () => askForPhone(say, (fields) => this.#add(fields)));
    const trouble = troubleButton(say, document.documentElement.lang, () => [...this.#phones.values()].map((phone) => phone.info));
    const mark = h("div", { class: "mark" }, h("img", { src: "static/icon.svg", alt: "", width: "30", height: "30" }), h("h1", null, say("desk")));
    root.replaceChildren(h("header", { class: "top" }, mark, this.tabs, plus, trouble, themeButton(say)), this.lost, this.row);
    root.removeAttribute("aria-busy");
    this.watcher = new IntersectionObserver((seen) => this.#inView(seen), { root: this.row, threshold: 0.6 });
    NARROW.addEventListener("change", () => this.show(this.active, { move: true }));
    document.addEventListener("visibilitychange", () => this.#phones.forEach((phone) => phone.look(phone.inView)));
    document.addEventListener("keydown", (event) => this.#keys(event));
    setInterval(() => this.#phones.forEach((phone) => phone.tick()), CLOCK_TICK);
  }

  /** Lay out the server's phones: new ones come, those that are gone go. */
  lay(infos) {
    for (const info of infos) if (!this.#phones.has(String(info.id))) this.#place(info);
    const there = new Set(infos.map((info) => String(info.id)));
    for (const [id, phone] of this.#phones) if (!there.has(id)) this.#remove(id, phone);
    if (!this.#phones.has(this.active)) this.active = this.#phones.keys().next().value ?? null;
    this.show(this.active);
  }

  /** Bring one phone before the reader. */
  show(id, { move = false, focus = false } = {}) {
    const phone = this.#phones.get(id);
    if (!phone) return;
    this.active = id;
    remember("active", id);
    for (const [one, other] of this.#phones) {
      other.node.hidden = NARROW.matches && one !== id;
      other.node.classList.toggle("active", one === id);
      const tab = this.#tabs.get(one);
      tab.setAttribute("aria-current", String(one === id));
      if (one === id && NARROW.matches) tab.scrollIntoView({ block: "nearest", inline: "center" });
    }
    const behavior = lessMotion() ? "instant" : "smooth";
    if (move && !NARROW.matches) phone.node.scrollIntoView({ behavior, inline: "center", block: "nearest" });
    if (focus) phone.focus();
  }

  changed(id, version) {
    this.#phones.get(id)?.changed(version);
    return this.#phones.has(id);
  }

  up(infos) {
    this.lost.hidden = true;
    this.lay(infos);
    for (const info of infos) this.#phones.get(String(info.id)).back(info);
  }

  down() {
    this.lost.hidden = false;
  }

  #place(info) {
    const id = String(info.id);
    const phone = new Phone(info, this.bot, {
      deepLink: (url) => this.#deepLink(url),
      changed: () => this.#countUnread(),
    });
    const badge = h("span", { class: "badge", hidden: true });
    const words = h("span", { class: "tab-words" }, h("b", null, info.name), info.note && h("small", null, info.note));
    const tab = h("button", { type: "button", class: "tab", lang: phone.language }, avatar(info.name, info.id), words, badge);
    tab.addEventListener("click", () => this.show(id, { move: true, focus: !NARROW.matches }));
    phone.node.addEventListener("focusin", () => this.active !== id && this.show(id));
    phone.node.addEventListener("pointerdown", () => this.active !== id && this.show(id));
    this.#phones.set(id, phone);
    this.#tabs.set(id, tab);
    this.tabs.append(tab);
    this.row.append(phone.node);
    this.watcher.observe(phone.node);
    phone.refresh();
  }

  #remove(id, phone) {
    this.watcher.unobserve(phone.node);
    phone.node.remove();
    this.#tabs.get(id).remove();
    this.#tabs.delete(id);
    this.#phones.delete(id);
  }

  #inView(seen) {
    for (const { target, isIntersecting } of seen) this.#phones.get(target.dataset.phone)?.look(isIntersecting);
  }

  /** Once a frame at most: every drawn chat asks for it. */
  #countUnread() {
    if (this.#drawing) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      let all = 0;
      for (const [id, phone] of this.#phones) {
        const { unread } = phone;
        all += unread;
        const badge = this.#tabs.get(id).querySelector(".badge");
        badge.hidden = unread === 0;
        badge.replaceChildren(unread > 99 ? "99+" : String(unread), h("span", { class: "unseen" }, this.say("unread", { n: unread })));
      }
      document.title = all ? `(${all}) ${this.bot.name}` : this.bot.name;
    });
  }

  /** What a click on a link to this bot does: the sandbox is its own t.me. Null for any other link. */
  #deepLink(url) {
    const found = /^(?:https?:\/\/)?(?:t|telegram)\.me\/(\w+)(?:\?start=([\w-]+))?$/i.exec(url.trim());
    if (!found || found[1].toLowerCase() !== this.bot.username.toLowerCase()) return null;
    return () =>
      choosePhone(this.say, [...this.#phones.values()], {
        chosen: (phone) => this.#startOn(phone, found[2] ?? ""),
        fresh: () => askForPhone(this.say, (fields) => this.#add(fields), url),
      });
  }

  #startOn(phone, payload) {
    this.show(phone.id, { move: true });
    phone.sendStart(payload);
  }

  async #add({ name, language, invitation }) {
    const start = /(?:start=)?([\w-]+)$/.exec(invitation.trim())?.[1] ?? null;
    const info = await addPhone({ name, language_code: language, start });
    if (!this.#phones.has(String(info.id))) this.#place(info);
    this.show(String(info.id), { move: true });
  }

  #keys(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || !/^Digit[1-9]$/.test(event.code)) return;
    const id = [...this.#phones.keys()][Number(event.code.slice(5)) - 1];
    if (!id) return;
    event.preventDefault();
    this.show(id, { move: true, focus: true });
  }
}
