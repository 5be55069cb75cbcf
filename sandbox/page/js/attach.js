/** What can be sent besides words: choosing it, looking at it first, and handing it to the phone to send. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu, openSheet } from "./overlays.js";
import { openPlaces } from "./places.js";
import { PICTURES, brokenPicture, largeFile, longText, textFile, voiceNote } from "./samples.js";

const ALBUM_LIMIT = 10;

/**
 * @typedef {{screen: HTMLElement, say: function, language: string, files: function(File[], object): void, voice: function(File): void,
 *   place: function(number, number): void, sticker: function(): void, text: function(string): void}} Sender
 *   `files(list, {asFile, caption})` sends what was chosen
 */

/** The menu of the attach button. @param {Sender} sender */
export function openAttach(anchor, sender) {
  const { screen, say } = sender;
  const choose = (accept, many, then) => pickFiles(accept, many).then((files) => files.length && then(files));
  openMenu(
    screen,
    anchor,
    [
      { label: say("photo"), icon: "photo", act: () => choose("image/*,video/*", true, (files) => preview(files, false, sender)) },
      { label: say("file"), icon: "file", act: () => choose("", true, (files) => preview(files, true, sender)) },
      { label: say("voice"), icon: "voice", act: () => choose("audio/*", false, ([file]) => sender.voice(file)) },
      { label: say("place"), icon: "place", act: () => openPlaces(sender) },
      { label: say("sticker"), icon: "sticker", act: () => sender.sticker() },
      { label: say("samples"), icon: "samples", act: () => openSamples(sender) },
    ],
    say("attach"),
  );
}

/** Let the person look at the files, add a caption, take some out, and send. @param {Sender} sender */
export function preview(files, asFile, sender) {
  const { say } = sender;
  const chosen = [...files];
  const pictures = chosen.every(isVisual);
  const grid = h("div", { class: "preview-grid" });
  const caption = h("textarea", { rows: "1", placeholder: say("caption"), "aria-label": say("caption"), "data-focus": true });
  const original = h("input", { type: "checkbox" });
  original.checked = asFile || !pictures;
  const go = h("button", { type: "button", class: "primary" }, icon("send"), say("send"));
  const choice = pictures && h("label", { class: "check" }, original, h("span", null, say("asFile")));
  const body = h("div", { class: "preview" }, grid, choice, h("div", { class: "preview-send" }, caption, go));
  const links = [];
  const close = openSheet(sender.screen, {
    title: say("sendItems", { n: chosen.length }),
    body,
    closeLabel: say("cancel"),
    wide: true,
    onclose: () => links.forEach((one) => URL.revokeObjectURL(one)),
  });
  const send = () => {
    close();
    sender.files(chosen, { asFile: original.checked, caption: caption.value.trim() });
  };
  const takeOut = (file, node) => {
    chosen.splice(chosen.indexOf(file), 1);
    node.remove();
    if (chosen.length) body.parentElement.querySelector("h2").textContent = say("sendItems", { n: chosen.length });
    else close();
  };
  for (const file of chosen) grid.append(tile(file, say, links, takeOut));
  go.addEventListener("click", send);
  caption.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
}

/** The chosen files as messages: `{kind, files, asFile}` each; several at once are albums of at most ten. */
export function parcels(files, asFile) {
  const original = asFile || !files.every(isVisual);
  const groups = [];
  for (let i = 0; i < files.length; i += ALBUM_LIMIT) groups.push(files.slice(i, i + ALBUM_LIMIT));
  return groups.map((group) => {
    const single = original ? "document" : group[0].type.startsWith("video/") ? "video" : "photo";
    return { kind: group.length > 1 ? "album" : single, files: group, asFile: original };
  });
}

function isVisual(file) {
  return /^(image\/(?!svg)|video\/)/.test(file.type);
}

function tile(file, say, links, takeOut) {
  const link = URL.createObjectURL(file);
  links.push(link);
  const face = file.type.startsWith("image/") ? h("img", { src: link, alt: file.name }) : h("span", { class: "tile-name" }, icon("file"), file.name);
  const label = say("remove", { name: file.name });
  const out = h("button", { type: "button", class: "icon-button", "aria-label": label }, icon("close"));
  const node = h("div", { class: "tile" }, face, out);
  out.addEventListener("click", () => takeOut(file, node));
  return node;
}

function pickFiles(accept, many) {
  return new Promise((resolve) => {
    const input = h("input", { type: "file", accept: accept || null, multiple: many, class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    const done = () => {
      resolve([...input.files]);
      input.remove();
    };
    input.addEventListener("change", done);
    input.addEventListener("cancel", done);
    document.body.append(input);
    input.click();
  });
}

/** The sheet of samples. @param {Sender} sender */
export function openSamples(sender) {
  const { say } = sender;
  let close = () => {};
  const tileOf = (key, sign, act) =>
    h("button", { type: "button", class: "sample", onclick: () => { close(); act(); } }, icon(sign), h("span", null, say(key)));
  const pictures = Object.entries(PICTURES).map(([key, make]) =>
    tileOf(key, "photo", async () => preview([await make()], false, sender)),
  );
  const album = async () => preview(await Promise.all(Object.values(PICTURES).map((make) => make())), false, sender);
  const asIs = (file, kind) => sender.files([file], { asFile: kind === "document", caption: "" });
  const body = h(
    "div",
    { class: "samples" },
    h("h3", null, say("evidence")),
    h("div", { class: "sample-grid" }, pictures, tileOf("sampleAlbum", "samples", album),
      tileOf("sampleVoice", "voice", () => sender.voice(voiceNote())), tileOf("sampleFile", "file", () => asIs(textFile(), "document"))),
    h("h3", null, say("trouble")),
    h("div", { class: "sample-grid" }, tileOf("sampleSticker", "sticker", () => sender.sticker()),
      tileOf("sampleBroken", "warn", () => asIs(brokenPicture(), "document")), tileOf("sampleLarge", "file", () => asIs(largeFile(), "document")),
      tileOf("sampleLong", "copy", () => sender.text(longText()))),
  );
  close = openSheet(sender.screen, { title: say("samples"), body, closeLabel: say("close") });
}
