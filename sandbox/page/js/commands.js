/** The list of the bot's commands over the writing line: opened by "/", narrowed while typing, chosen by key or tap. */

import { h } from "./dom.js";

let serial = 0;

export class CommandList {
  #shown = [];
  #at = 0;
  #all = false;

  /**
   * @param {HTMLTextAreaElement} input the writing line, which keeps the focus
   * @param {function(string): void} choose called with "/command"
   */
  constructor(input, choose, label) {
    serial += 1;
    this.id = `commands-${serial}`;
    this.input = input;
    this.choose = choose;
    this.commands = [];
    this.node = h("div", { class: "commands", role: "listbox", id: this.id, "aria-label": label, hidden: true });
    input.setAttribute("aria-controls", this.id);
    input.setAttribute("aria-autocomplete", "list");
  }

  get open() {
    return !this.node.hidden;
  }

  /** The button was pressed: show all of them, or fold them away. */
  toggle() {
    this.#all = !this.open;
    this.update();
  }

  close() {
    this.#all = false;
    this.node.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }

  /** What is written has changed. */
  update() {
    const text = this.input.value;
    const typed = /^\/(\w*)$/.exec(text);
    if (!typed && !(this.#all && text === "")) {
      this.close();
      return;
    }
    const start = typed ? typed[1].toLowerCase() : "";
    this.#shown = this.commands.filter((one) => one.command.startsWith(start));
    // "/me" means /me, not the /meeting that stands before it.
    this.#at = Math.max(
      0,
      this.#shown.findIndex((one) => one.command === start),
    );
    this.node.hidden = this.#shown.length === 0;
    this.node.replaceChildren(...this.#shown.map((one, i) => this.#option(one, i)));
    this.#mark();
  }

  /** Take a key from the writing line; true when it was meant for the list. */
  key(event) {
    if (!this.open) return false;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#at = (this.#at + step + this.#shown.length) % this.#shown.length;
      this.#mark();
    } else if (event.key === "Tab" && !event.shiftKey) {
      this.input.value = `/${this.#shown[this.#at].command} `;
      this.update();
    } else if (event.key === "Enter" && !event.shiftKey) this.#take(this.#shown[this.#at]);
    else return false;
    event.preventDefault();
    return true;
  }

  #option(one, i) {
    const props = { class: "command", role: "option", id: `${this.id}-${i}` };
    const node = h("div", props, h("b", null, `/${one.command}`), h("span", null, one.description));
    node.addEventListener("mousedown", (event) => event.preventDefault());
    node.addEventListener("click", () => this.#take(one));
    return node;
  }

  #take(one) {
    this.close();
    this.choose(`/${one.command}`);
  }

  #mark() {
    [...this.node.children].forEach((node, i) => {
      node.setAttribute("aria-selected", String(i === this.#at));
      if (i === this.#at && this.open) node.scrollIntoView({ block: "nearest" });
    });
    if (this.open) this.input.setAttribute("aria-activedescendant", `${this.id}-${this.#at}`);
  }
}
