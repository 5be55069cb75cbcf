/** One phone: one person's chat with the bot. It draws what the server says and sends what the person does. */

import { PhoneApi } from "./api.js";
import { openAttach, preview } from "./attach.js";
import { ChatLog } from "./chat-log.js";
import { timeOf } from "./clock.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { tapName } from "./inline-buttons.js";
import { wordsOf } from "./markup.js";
import { openMenu, showAlert, showToast } from "./overlays.js";
import { frame, showPinned } from "./phone-frame.js";
import { Outgoing } from "./outgoing.js";
import { recall, remember } from "./remembered.js";
import { drawKeyboard } from "./reply-keyboard.js";
import { Sending } from "./sending.js";
import { pageLanguage, speaker } from "./words.js";

const MESSAGES_AT_ONCE = 150;
const TYPING_LASTS = 5000;

export class Phone {
  #chat = null;
  #loading = null;
  #again = false;
  #messages = [];
  #wanted = MESSAGES_AT_ONCE;
  #typing = 0;

  /**
   * @param {object} info one of the server's phones
   * @param {object} bot `{username, name}`
   * @param {{deepLink: function(string): ?function(): void, changed: function(): void}} desk
   */
  constructor(info, bot, desk) {
    this.info = info;
    this.bot = bot;
    this.desk = desk;
    this.id = String(info.id);
    this.language = pageLanguage(info.language);
    this.say = speaker(info.language);
    this.api = new PhoneApi(this.id);
    this.busy = new Set();
    this.inView = false;
    this.noSignal = recall(`nosignal.${this.id}`, false);
    this.folded = recall(`folded.${this.id}`, false);
    this.outgoing = new Outgoing({
      changed: () => this.#draw(true),
      sent: () => this.refresh(true),
      refused: (reason) => this.toast(reason),
      ready: () => !this.noSignal,
    });
    this.log = new ChatLog(this.#bubbleActs());
    this.composer = new Composer(this.#composerActs());
    this.parts = frame(this);
    this.node = this.parts.node;
    this.screen = this.parts.screen;
    this.sending = new Sending(this);
    this.tick();
    this.#showState();
  }

  /** How many messages of the bot have come since this chat was last looked at. */
  get unread() {
    const seen = recall(`seen.${this.id}`, 0);
    return this.#messages.filter((one) => one.from === "bot" && one.id > seen).length;
  }

  /** The chat is looked at now, or no longer. */
  look(inView) {
    this.inView = inView;
    this.#seen();
  }

  focus() {
    const { start, unblock } = this.parts;
    const button = [start, unblock].find((one) => one.offsetParent !== null);
    if (button) button.focus({ preventScroll: true });
    else this.composer.focus();
  }

  /** The server answers again: fetch what was missed and send what waits. */
  back(info) {
    if (info) this.info = info;
    this.refresh();
    this.outgoing.run();
  }

  /** Set the clock in the status bar. */
  tick() {
    this.parts.time.textContent = timeOf(Date.now(), this.language);
  }

  /** Something has changed at the server; `version` is undefined when that is not known. */
  changed(version) {
    if (version === undefined || !this.#chat || version !== this.#chat.version) this.refresh();
  }

  /** Fetch and draw the chat; calls that come meanwhile are answered by one more fetch. */
  refresh(toEnd = false) {
    if (this.noSignal || this.outgoing.sending) return Promise.resolve();
    this.toEnd ||= toEnd;
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#fetch().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #fetch() {
    do {
      this.#again = false;
      try {
        this.#chat = await this.api.chat(this.#wanted + 1);
      } catch {
        return; /* The event stream notices a lost server, and calls back when it is there again. */
      }
      this.#messages = this.#chat.messages.slice(-this.#wanted);
      this.#whileTyping();
      this.#draw(this.toEnd);
      this.toEnd = false;
    } while (this.#again);
  }

  /** "Typing" ends by itself, and no event tells of it. */
  #whileTyping() {
    clearTimeout(this.#typing);
    if (this.#chat.action) this.#typing = setTimeout(() => this.refresh(), TYPING_LASTS);
  }

  #earlier() {
    this.#wanted += MESSAGES_AT_ONCE;
    this.refresh();
  }

  #draw(toEnd = false) {
    const messages = [...this.#messages, ...this.outgoing.messages(this.#messages.at(-1)?.at)];
    this.log.draw(messages, { toEnd, more: this.#chat?.messages.length > this.#wanted });
    this.#showState();
    this.#seen();
    this.desk.changed();
  }

  #showState() {
    const { parts, say } = this;
    const blocked = (this.#chat?.phone ?? this.info).blocked;
    const empty = this.#chat !== null && !this.#messages.length && !this.outgoing.messages().length;
    const keys = drawKeyboard(parts.keyboard, this.#chat?.keyboard, (key) => this.#press(key));
    const talking = !blocked && !empty;
    parts.node.toggleAttribute("data-loaded", this.#chat !== null);
    parts.empty.hidden = !empty;
    parts.startBar.hidden = !empty || blocked;
    parts.blockBar.hidden = !blocked;
    this.composer.node.hidden = !talking;
    parts.keyboard.hidden = !talking || !keys || this.folded;
    this.composer.setKeyboard(keys ? (this.folded ? "folded" : "open") : "none");
    this.composer.setCommands(this.#chat?.commands ?? []);
    parts.note.hidden = !this.noSignal;
    parts.signal.replaceChildren(icon(this.noSignal ? "nosignal" : "signal"), icon("battery"));
    parts.subtitle.textContent = say(this.noSignal ? "noSignal" : this.#chat?.action ? "typing" : "bot");
    parts.emptyText.textContent = this.#chat?.description || say("emptyText", { name: this.bot.name });
    showPinned(parts.pinned, this.#pinned(), this.log, say);
    this.isBlocked = blocked;
  }

  #pinned() {
    const id = this.#chat?.pinned?.at(-1);
    return this.#messages.find((one) => one.id === id) ?? null;
  }

  #seen() {
    if (!this.inView || !this.log.scroll.pinned || document.hidden) return;
    const newest = Math.max(0, ...this.#messages.filter((one) => one.from === "bot").map((one) => one.id));
    if (newest <= recall(`seen.${this.id}`, 0)) return;
    remember(`seen.${this.id}`, newest);
    this.desk.changed();
  }

  /* --- what the person does ------------------------------------------------------------------------------------ */

  sendText(text, extra = {}) {
    const looks = { text, forwarded: extra.forwarded, reply_to: extra.reply_to };
    return this.outgoing.add(looks, () => this.api.text(text, extra));
  }

  /** Press Start, or open a link that carries `payload`. */
  sendStart(payload) {
    return this.outgoing.add({ text: `/start ${payload ?? ""}`.trim() }, () => this.api.start(payload));
  }

  setBlocked(blocked) {
    return this.api.block(blocked).then(() => this.refresh(), () => this.toast(this.say("tapFailed")));
  }

  setSignal(noSignal) {
    this.noSignal = noSignal;
    remember(`nosignal.${this.id}`, noSignal || undefined);
    this.#showState();
    if (!noSignal) this.outgoing.run().then(() => this.refresh());
  }

  fold(folded = !this.folded) {
    this.folded = folded;
    remember(`folded.${this.id}`, folded || undefined);
    this.#showState();
  }

  toast(text) {
    showToast(this.parts.toasts, text);
  }

  #press(key) {
    if (key.request_location) openAttach(this.composer.attach, this.sending);
    else this.sendText(key.text);
  }

  async #tap(message, button) {
    const name = tapName(message.id, button.data);
    if (this.busy.has(name)) return;
    this.busy.add(name);
    this.log.showBusy();
    try {
      const answer = await this.api.tap(message.id, button.data);
      if (answer.text && answer.alert) showAlert(this.screen, answer.text, this.say("ok"));
      else if (answer.text) this.toast(answer.text);
      else if (!answer.answered) this.toast(this.say("notAnswered"));
    } catch {
      this.toast(this.say("tapFailed"));
    }
    this.busy.delete(name);
    this.log.showBusy();
  }

  #copy(text) {
    /* Without https (a phone in the same network) there is no clipboard: show what was to be copied. */
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    copying.then(() => this.toast(this.say("copied")), () => this.toast(text));
  }

  #menu(message, anchor) {
    const { say } = this;
    const words = wordsOf(message);
    const own = message.from === "me";
    const waits = message.state === "failed" || message.state === "waiting";
    const items = waits
      ? [
          { label: say("resend"), icon: "send", act: () => this.outgoing.retry(message.id) },
          { label: say("discard"), icon: "trash", danger: true, act: () => this.outgoing.discard(message.id) },
        ]
      : [
          { label: say("reply"), icon: "reply", act: () => this.composer.reply(message) },
          own && words && { label: say("edit"), icon: "edit", act: () => this.composer.edit(message) },
          words && { label: say("copy"), icon: "copy", act: () => this.#copy(words) },
          words && { label: say("forward"), icon: "forward", act: () => this.sendText(words, { forwarded: true }) },
        ];
    if (message.state !== "sending") openMenu(this.screen, anchor, items, say("actions"));
  }

  #bubbleActs() {
    return {
      say: this.say,
      shown: this.say("shown"),
      language: this.language,
      botName: this.bot.name,
      busy: this.busy,
      tap: (message, button) => this.#tap(message, button),
      copy: (text) => this.#copy(text),
      link: (url) => this.desk.deepLink(url),
      command: (text) => this.sendText(text),
      find: (id) => this.#messages.find((one) => one.id === id),
      jump: (id) => this.log.jump(id),
      menu: (message, anchor) => this.#menu(message, anchor),
      seen: () => this.#seen(),
      earlier: () => this.#earlier(),
    };
  }

  #composerActs() {
    return {
      id: this.id,
      say: this.say,
      botName: this.bot.name,
      send: (text, extra) => this.sendText(text, extra),
      edit: (message, text) =>
        this.api.edit(message.id, text).then(() => this.refresh(), () => this.toast(this.say("editFailed"))),
      attach: (anchor) => openAttach(anchor, this.sending),
      record: () => this.sending.record(),
      files: (files) => preview(files, false, this.sending),
      fold: () => this.fold(),
      lastOwn: () => this.#messages.findLast((one) => one.from === "me" && one.text),
    };
  }
}
