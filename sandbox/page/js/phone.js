/** One phone: one person's chat with the bot. It draws what the server says and sends what the person does. */

import { PhoneApi } from "./api.js";
import { openAttach, parcels, preview } from "./attach.js";
import { ChatLog } from "./chat-log.js";
import { timeOf } from "./clock.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { tapName } from "./inline-buttons.js";
import { wordsOf } from "./markup.js";
import { openMenu, openSheet, showAlert, showToast } from "./overlays.js";
import { frame } from "./phone-frame.js";
import { Outgoing } from "./outgoing.js";
import { canRecord, record } from "./recorder.js";
import { recall, remember } from "./remembered.js";
import { drawKeyboard } from "./reply-keyboard.js";
import { voiceNote } from "./samples.js";
import { pageLanguage, speaker } from "./words.js";

export class Phone {
  #chat = null;
  #loading = null;
  #again = false;
  #messages = [];

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
      ready: () => !this.noSignal,
    });
    this.log = new ChatLog(this.#bubbleActs());
    this.composer = new Composer(this.#composerActs());
    this.parts = frame(this);
    this.node = this.parts.node;
    this.screen = this.parts.screen;
    this.#dropZone();
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
        this.#chat = await this.api.chat();
      } catch {
        return; /* The event stream notices a lost server, and calls back when it is there again. */
      }
      const messages = this.#chat.messages ?? [];
      this.#messages = messages.filter((one) => !one.deleted);
      this.#draw(this.toEnd);
      this.toEnd = false;
    } while (this.#again);
  }

  #draw(toEnd = false) {
    this.log.draw([...this.#messages, ...this.outgoing.messages()], { toEnd });
    this.#showState();
    this.#seen();
    this.desk.changed();
  }

  #showState() {
    const { parts, say } = this;
    const blocked = Boolean(this.#chat?.blocked ?? this.info.blocked);
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
    const typing = this.#chat?.action === "typing";
    parts.subtitle.textContent = this.noSignal ? say("noSignal") : say(typing ? "typing" : "bot");
    parts.time.textContent = timeOf(Date.now(), this.language);
    this.isBlocked = blocked;
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

  sendStart() {
    return this.outgoing.add({ text: "/start" }, () => this.api.start());
  }

  setBlocked(blocked) {
    return this.api.block(blocked).then(() => {
      this.info.blocked = blocked;
      return this.refresh();
    }, () => this.toast(this.say("tapFailed")));
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
    if (key.request_location) openAttach(this.composer.attach, this.#sender());
    else this.sendText(key.text);
  }

  #files(files, { asFile, caption }) {
    const extra = this.composer.takeReply();
    parcels(files, asFile).forEach(({ kind, files: group }, i) => {
      const words = i === 0 ? caption : "";
      const send = () => (kind === "album" ? this.api.album(group, words, extra) : this.api.upload(kind, group[0], words, extra));
      this.outgoing.add(looksOf(kind, group, words), send);
    });
  }

  async #tap(message, button) {
    const name = tapName(message.id, button.data);
    if (this.busy.has(name)) return;
    this.busy.add(name);
    this.#draw();
    try {
      const answer = await this.api.tap(message.id, button.data);
      if (answer.text && answer.alert) showAlert(this.screen, answer.text, this.say("ok"));
      else if (answer.text) this.toast(answer.text);
      else if (!answer.answered) this.toast(this.say("notAnswered"));
    } catch {
      this.toast(this.say("tapFailed"));
    }
    this.busy.delete(name);
    this.#draw();
  }

  #copy(text) {
    const done = () => this.toast(this.say("copied"));
    navigator.clipboard?.writeText(text).then(done, () => this.toast(text));
  }

  #sender() {
    const voice = (file) => this.outgoing.add(looksOf("voice", [file], ""), () => this.api.upload("voice", file));
    const place = (latitude, longitude) =>
      this.outgoing.add({ location: { latitude, longitude } }, () => this.api.location(latitude, longitude));
    return {
      screen: this.screen,
      say: this.say,
      language: this.language,
      files: (files, choice) => this.#files(files, choice),
      text: (text) => this.sendText(text),
      sticker: () => this.outgoing.add({ sticker: {} }, () => this.api.sticker()),
      voice,
      place,
    };
  }

  async #record() {
    const sender = this.#sender();
    try {
      if (!canRecord()) throw new DOMException("no recorder", "NotSupportedError");
      await record(this.composer.row, this.say, sender.voice);
    } catch {
      this.#withoutMicrophone(sender);
    }
  }

  #withoutMicrophone(sender) {
    const sample = h("button", { type: "button", class: "primary", autofocus: true }, icon("voice"), this.say("sampleVoice"));
    const body = h("div", { class: "plain-sheet" }, h("p", null, this.say("recordRefused")), sample);
    const close = openSheet(this.screen, { title: this.say("record"), body, closeLabel: this.say("close") });
    sample.addEventListener("click", () => {
      close();
      sender.voice(voiceNote());
    });
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
          own && message.text && { label: say("edit"), icon: "edit", act: () => this.composer.edit(message) },
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
      attach: (anchor) => openAttach(anchor, this.#sender()),
      record: () => this.#record(),
      files: (files) => preview(files, false, this.#sender()),
      fold: () => this.fold(),
      lastOwn: () => this.#messages.findLast((one) => one.from === "me" && one.text),
    };
  }

  #dropZone() {
    const zone = this.screen;
    const over = (on) => zone.classList.toggle("dropping", on);
    zone.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || over(false));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (event.dataTransfer.files.length) preview([...event.dataTransfer.files], false, this.#sender());
    });
  }
}

/** What a message that is being sent looks like until the server shows its own. */
function looksOf(kind, files, caption) {
  const [file] = files;
  const size = files.reduce((sum, one) => sum + one.size, 0);
  const url = URL.createObjectURL(file);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  if (kind === "photo" || (kind === "album" && file.type.startsWith("image/"))) return { photo: { url, name: file.name }, caption };
  if (kind === "voice") return { voice: { url, duration: 0 } };
  if (kind === "video") return { video: { url }, caption };
  return { document: { url, name: file.name, size }, caption };
}
