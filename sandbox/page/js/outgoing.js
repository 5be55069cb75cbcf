/**
 * What one phone is sending: in order, one at a time, kept and shown until the server has it. Without a signal it
 * waits; when the server refuses it, it stays with a way to send it again.
 */

export class Outgoing {
  #items = [];
  #serial = 0;
  #running = false;

  /**
   * @param {{changed: function(): void, sent: function(): Promise<void>, refused: function(string): void,
   *   ready: function(): boolean}} owner
   */
  constructor(owner) {
    this.owner = owner;
  }

  /** Whether something is under way, so that the chat is better drawn after it than in the middle of it. */
  get sending() {
    return this.#items.some((item) => item.state === "sending");
  }

  /** Queue `send`; `looks` is the message to show meanwhile. */
  add(looks, send) {
    this.#serial += 1;
    this.#items.push({ id: `out${this.#serial}`, looks, send, state: "waiting" });
    this.owner.changed();
    return this.run();
  }

  /** The messages to show after those of the server; `at` is the time of its last one, whose clock may be another. */
  messages(at = new Date().toISOString()) {
    return this.#items.map(({ id, looks, state }) => ({ id, at, from: "me", state, ...looks }));
  }

  retry(id) {
    const item = this.#items.find((one) => one.id === id);
    if (item) item.state = "waiting";
    this.owner.changed();
    return this.run();
  }

  discard(id) {
    this.#items = this.#items.filter((one) => one.id !== id);
    this.owner.changed();
  }

  /** Send what waits, if the phone has a signal. */
  async run() {
    if (this.#running) return;
    this.#running = true;
    try {
      let item = this.#next();
      while (item && this.owner.ready() && (await this.#deliver(item))) item = this.#next();
    } finally {
      this.#running = false;
    }
  }

  #next() {
    return this.#items.find((item) => item.state === "waiting");
  }

  /** Whether to go on with the next one: not when the server is out of reach, or the order would be lost. */
  async #deliver(item) {
    item.state = "sending";
    this.owner.changed();
    try {
      await item.send();
      this.#items = this.#items.filter((one) => one !== item);
    } catch (error) {
      const unreachable = error.status === 0;
      item.state = unreachable ? "waiting" : "failed";
      this.owner.changed();
      if (!unreachable) this.owner.refused(error.message);
      return !unreachable;
    }
    await this.owner.sent();
    return true;
  }
}
