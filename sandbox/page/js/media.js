/** What a bubble can carry besides words: pictures, albums, files, video, places, stickers. */

import { bytes } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { player } from "./player.js";
import { openViewer } from "./viewer.js";

const LONGEST_SIDE = 300;
const FLATTEST = 0.5;
const TALLEST = 1.4;

/** The node for what `message` carries, or null when it is only words. */
export function mediaOf(message, say) {
  if (message.photo) return picture(message, [message], say);
  if (message.video) return film(message.video, say);
  if (message.voice || message.audio) return player(message.voice ?? message.audio, message.id, say);
  if (message.document) return paper(message.document, say);
  if (message.location) return spot(message.location, say);
  if (message.sticker) return h("div", { class: "sticker" }, message.sticker.emoji || "👍");
  if (message.contact) return h("div", { class: "words" }, `${say("contact")}: ${message.contact.first_name ?? ""}`);
  return null;
}

/** The pictures of an album as one grid: pairs and triples share a row, so that no row is left with a hole. */
export function albumGrid(messages, say) {
  const visual = messages.every((one) => one.photo || one.video);
  if (!visual) return h("div", { class: "album-list" }, messages.map((one) => mediaOf(one, say)));
  const label = say("album");
  const cells = messages.map((one) => (one.photo ? picture(one, messages, say) : film(one.video, say)));
  return h("div", { class: `album album-${Math.min(messages.length, 10)}`, role: "group", "aria-label": label }, cells);
}

function picture(message, album, say) {
  const { url, width, height } = message.photo;
  const shape = width && height ? Math.min(Math.max(height / width, FLATTEST), TALLEST) : 0.75;
  const image = h("img", { src: url, alt: message.photo.name || say("photo"), draggable: "false", decoding: "async" });
  const open = () => {
    const photos = album.filter((one) => one.photo).map((one) => one.photo);
    openViewer(photos, photos.indexOf(message.photo), say);
  };
  const button = h("button", { type: "button", class: "picture", "aria-label": say("openPhoto"), onclick: open }, image);
  const wide = width && height ? Math.min(width, LONGEST_SIDE, LONGEST_SIDE / shape) : LONGEST_SIDE;
  button.style.setProperty("--shape", `1 / ${shape}`);
  button.style.setProperty("--wide", `${Math.max(Math.round(wide), 120)}px`);
  image.addEventListener("error", () => button.classList.add("broken"), { once: true });
  return button;
}

function film(video, say) {
  return h("video", { class: "video", src: video.url, controls: true, preload: "metadata", "aria-label": say("video") });
}

function paper(file, say) {
  const name = file.name || "file";
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  const props = { class: "paper", href: file.url, download: name, "aria-label": say("download", { name }) };
  const face = h("span", { class: "paper-face" }, ending ? ending.toUpperCase() : icon("file"));
  const words = h("span", { class: "paper-words" }, h("b", null, name), h("small", null, bytes(file.size)));
  return h("a", props, face, words);
}

/** A drawn ground, not a map: tiles would need the network. */
function spot(location, say) {
  const text = `${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`;
  const map = h("div", { class: "map", "aria-hidden": "true" }, icon("place"));
  return h("div", { class: "spot" }, map, h("div", { class: "spot-words" }, h("b", null, say("location")), h("small", null, text)));
}
