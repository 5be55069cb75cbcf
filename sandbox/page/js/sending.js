/** Sending what is not words from one phone: files, albums, voice notes, places, stickers; chosen, dropped or recorded. */

import { parcels, preview } from "./attach.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { measure } from "./measure.js";
import { openSheet } from "./overlays.js";
import { canRecord, record } from "./recorder.js";
import { voiceNote } from "./samples.js";

const PREVIEW_KEPT = 60_000;

export class Sending {
  /** @param {import("./phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.screen = phone.screen;
    this.say = phone.say;
    this.language = phone.language;
    this.#dropZone();
  }

  /** Send files as they are or as pictures; the caption goes with the first message. */
  files(files, { asFile, caption }) {
    const { api, composer, outgoing } = this.phone;
    const extra = composer.takeReply();
    parcels(files, asFile).forEach(({ kind, files: group, asFile: original }, i) => {
      const words = i === 0 ? caption : "";
      const as = kind === "album" && original ? { as: "document" } : {};
      const send = async () => {
        const size = kind === "video" ? await measure(group[0]) : {};
        return api.upload(kind, group, words, { ...extra, ...as, ...size });
      };
      outgoing.add(looksOf(kind, group, words), send);
    });
  }

  text(text) {
    this.phone.sendText(text);
  }

  voice(file) {
    const { api, outgoing } = this.phone;
    outgoing.add(looksOf("voice", [file], ""), async () => api.upload("voice", [file], "", await measure(file)));
  }

  place(latitude, longitude) {
    const { api, outgoing } = this.phone;
    outgoing.add({ location: { latitude, longitude } }, () => api.location(latitude, longitude));
  }

  sticker() {
    const { api, outgoing } = this.phone;
    outgoing.add({ sticker: {} }, () => api.sticker());
  }

  /** Record a voice note, or offer what can be sent without a microphone. */
  async record() {
    try {
      if (!canRecord()) throw new DOMException("no recorder", "NotSupportedError");
      await record(this.phone.composer.row, this.say, (file) => this.voice(file));
    } catch {
      this.#withoutMicrophone();
    }
  }

  #withoutMicrophone() {
    const sample = h("button", { type: "button", class: "primary", "data-focus": true }, icon("voice"), this.say("sampleVoice"));
    const body = h("div", { class: "plain-sheet" }, h("p", null, this.say("recordRefused")), sample);
    const close = openSheet(this.screen, { title: this.say("record"), body, closeLabel: this.say("close") });
    sample.addEventListener("click", () => {
      close();
      this.voice(voiceNote());
    });
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
      const files = [...event.dataTransfer.files];
      if (files.length) preview(files, false, this);
    });
  }
}

/** What a message that is being sent looks like until the server shows its own. */
function looksOf(kind, files, caption) {
  const [file] = files;
  const size = files.reduce((sum, one) => sum + one.size, 0);
  const url = URL.createObjectURL(file);
  setTimeout(() => URL.revokeObjectURL(url), PREVIEW_KEPT);
  if (kind === "photo" || (kind === "album" && file.type.startsWith("image/"))) return { photo: { url, name: file.name }, caption };
  if (kind === "voice") return { voice: { url, duration: 0 } };
  if (kind === "video") return { video: { url }, caption };
  return { document: { url, name: file.name, size }, caption };
}
