/** The writing line of one phone: text, replies, edits, commands, drafts. What it is given to send it hands on. */

import { summary } from "./bubble.js";
import { CommandList } from "./commands.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { recall, remember } from "./remembered.js";

const TALLEST = 132;

export class Composer {
  #reply = null;
  #editing = null;

  /**
   * @param {{id: string, say: function, botName: string, send: function(string, object): void,
   *   edit: function(object, string): void, attach: function(HTMLElement): void, record: function(): void,
   *   files: function(File[]): void, fold: function(): void, lastOwn: function(): ?object}} acts
   */
  constructor(acts) {
    this.acts = acts;
    const { say } = acts;
    this.input = h("textarea", { rows: "1", placeholder: say("write"), "aria-label": say("write"), enterkeyhint: "send" });
    this.input.value = recall(`draft.${acts.id}`, "");
    this.list = new CommandList(this.input, (command) => this.#choose(command), say("commands"));
    this.slash = button("slash", say("commands"), () => this.#slash());
    this.fold = button("keyboard", say("foldKeyboard"), () => acts.fold());
    this.attach = button("attach", say("attach"), () => acts.attach(this.attach));
    this.go = button("mic", say("record"), () => (this.#empty() ? acts.record() : this.#submit()));
    this.go.classList.add("go");
    this.bar = h("div", { class: "context-bar", hidden: true });
    const field = h("div", { class: "field" }, this.input, this.slash, this.fold);
    this.row = h("div", { class: "composer-row" }, this.attach, field, this.go);
    this.node = h("div", { class: "composer" }, this.list.node, this.bar, this.row);
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.list.close());
    this.input.addEventListener("paste", (event) => this.#paste(event));
    this.#typed();
  }

  /** The message being answered, for whatever is sent next; asking for it uses it up. */
  takeReply() {
    const reply = this.#reply;
    if (reply) this.#context(null);
    return reply ? { reply_to: reply.id } : {};
  }

  setCommands(commands) {
    this.list.commands = commands;
    this.slash.hidden = commands.length === 0;
  }

  /** Show how the reply keyboard stands: "none", "folded" or "open". */
  setKeyboard(state) {
    this.fold.hidden = state === "none";
    this.fold.setAttribute("aria-expanded", String(state === "open"));
    this.fold.setAttribute("aria-label", this.acts.say(state === "open" ? "foldKeyboard" : "showKeyboard"));
  }

  reply(message) {
    this.#editing = null;
    this.#reply = message;
    const name = message.from === "me" ? this.acts.say("you") : this.acts.botName;
    this.#context("reply", this.acts.say("replyingTo", { name }), message);
  }

  edit(message) {
    this.#reply = null;
    this.#editing = message;
    this.#context("edit", this.acts.say("editing"), message);
    const words = message.text ?? message.caption ?? "";
    this.input.value = words;
    this.#typed();
    this.input.setSelectionRange(words.length, words.length);
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  /** Draw the bar over the line; nothing to draw ends the reply or the edit. */
  #context(sign, title, message) {
    this.bar.hidden = !sign;
    if (!sign) {
      this.#reply = null;
      this.#editing = null;
      this.bar.replaceChildren();
    } else {
      const words = h("div", { class: "context-words" }, h("b", null, title), h("span", null, summary(message, this.acts.say)));
      this.bar.replaceChildren(icon(sign), words, button("close", this.acts.say("cancel"), () => this.#cancel()));
    }
    this.#typed();
    this.focus();
  }

  #cancel() {
    if (this.#editing) this.input.value = "";
    this.#context(null);
  }

  #empty() {
    return this.input.value.trim() === "" && !this.#editing;
  }

  #typed() {
    const text = this.input.value;
    const empty = this.#empty();
    if (this.go.dataset.empty !== String(empty)) {
      this.go.dataset.empty = String(empty);
      this.go.replaceChildren(icon(empty ? "mic" : "send"));
      this.go.setAttribute("aria-label", this.acts.say(empty ? "record" : "send"));
    }
    this.#grow();
    this.list.update();
    if (!this.#editing) remember(`draft.${this.acts.id}`, text || undefined);
  }

  /** Where CSS cannot size the line by its content; unseen (no height to measure) it is left alone. */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.height = "auto";
    const { scrollHeight } = this.input;
    if (scrollHeight) this.input.style.height = `${Math.min(scrollHeight, TALLEST)}px`;
  }

  #slash() {
    this.focus();
    this.list.toggle();
  }

  #choose(command) {
    this.input.value = "";
    this.#typed();
    this.acts.send(command, this.takeReply());
    this.focus();
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    if (this.#editing) {
      const message = this.#editing;
      this.#context(null);
      this.acts.edit(message, text);
    } else {
      this.#typed();
      this.acts.send(text, this.takeReply());
    }
    this.focus();
  }

  #key(event) {
    /* A key that belongs to the input method (229: Safari) chooses a character; it is not a command to us. */
    if (event.isComposing || event.keyCode === 229) return;
    if (this.list.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && !this.bar.hidden) {
      event.preventDefault();
      this.#cancel();
    } else if (event.key === "ArrowUp" && this.input.value === "") {
      const message = this.acts.lastOwn();
      if (!message) return;
      event.preventDefault();
      this.edit(message);
    }
  }

  #paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    this.acts.files(files);
  }
}

function button(sign, label, act) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: act }, icon(sign));
}
