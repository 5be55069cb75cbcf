/**
 * Keeping a chat where the reader's eye is: at the newest message while they are there, still when they have scrolled
 * up. Growth from anywhere (a picture that arrives, a taller card, the keyboard that unfolds) is met the same way.
 */

import { lessMotion } from "./dom.js";

const NEAR = 48;

export class Scroll {
  #gliding = 0;
  #top = 0;

  /** @param {HTMLElement} view what scrolls @param {HTMLElement} content what grows in it */
  constructor(view, content, moved) {
    this.view = view;
    this.pinned = true;
    view.addEventListener(
      "scroll",
      () => {
        /* Only going up lets go of the end: a glide passes places that are not it, and a view that shrinks (the
           keyboard unfolds) leaves it without anybody having moved. */
        const up = view.scrollTop < this.#top - 1;
        this.#top = view.scrollTop;
        if (this.#left() <= NEAR) this.pinned = true;
        else if (up) this.pinned = false;
        moved(this.pinned);
      },
      { passive: true },
    );
    const keep = new ResizeObserver(() => this.pinned && !this.#gliding && this.#jump());
    keep.observe(view);
    keep.observe(content);
  }

  /**
   * Run `change`, which alters the content, and hold the view: at the end if it was there (gliding when `glide`), else
   * on the message that was uppermost.
   */
  hold(change, { glide = false, toEnd = false } = {}) {
    const first = this.view.scrollHeight === 0 || this.#top === 0;
    const kept = this.pinned || toEnd ? null : this.#uppermost();
    change();
    if (toEnd) this.pinned = true;
    if (this.pinned) this.toEnd(glide && !first);
    else if (kept?.node.isConnected) this.view.scrollTop += kept.node.getBoundingClientRect().top - kept.top;
  }

  toEnd(glide = true) {
    this.pinned = true;
    const left = this.#left();
    if (left <= 0) return;
    if (!glide || lessMotion() || left > this.view.clientHeight) {
      this.#jump();
      return;
    }
    clearTimeout(this.#gliding);
    /* The size observer would cut the glide short; afterwards whatever is still missing is made up. */
    this.#gliding = setTimeout(() => {
      this.#gliding = 0;
      if (this.pinned) this.#jump();
    }, 450);
    this.view.scrollTo({ top: this.view.scrollHeight, behavior: "smooth" });
  }

  #left() {
    return this.view.scrollHeight - this.view.clientHeight - this.view.scrollTop;
  }

  #jump() {
    this.view.scrollTop = this.view.scrollHeight;
    this.#top = this.view.scrollTop;
  }

  #uppermost() {
    const edge = this.view.getBoundingClientRect().top;
    for (const node of this.view.querySelectorAll(".message")) {
      const box = node.getBoundingClientRect();
      if (box.bottom > edge) return { node, top: box.top };
    }
    return null;
  }
}
