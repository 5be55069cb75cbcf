/** A photo seen large, over the whole page, with the others of its album a key or a tap away. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Open `photos[at]`; arrow keys turn the pages, Escape or a tap beside the picture closes. */
export function openViewer(photos, at, say) {
  let here = at;
  const image = h("img", { alt: "" });
  const count = h("span", { class: "viewer-count", role: "status" });
  const save = h("a", { class: "icon-button", download: true, "aria-label": say("download", { name: "" }).trim() }, icon("download"));
  const shut = h("button", { type: "button", class: "icon-button", "data-focus": true, "aria-label": say("close") }, icon("close"));
  const turn = (step) => {
    here = (here + step + photos.length) % photos.length;
    image.src = photos[here].url;
    image.alt = say("photoOf", { n: here + 1, total: photos.length });
    count.textContent = photos.length > 1 ? `${here + 1} / ${photos.length}` : "";
    save.href = photos[here].url;
    save.download = photos[here].name || "photo.jpg";
  };
  const pages = [["previous", "left", -1], ["next", "right", 1]].map(([key, sign, step]) =>
    h("button", { type: "button", class: `icon-button turn turn-${sign}`, "aria-label": say(key), onclick: () => turn(step) }, icon(sign)),
  );
  const head = h("header", { class: "viewer-head" }, count, save, shut);
  const dialog = h("dialog", { class: "viewer", "aria-label": say("photoOf", { n: at + 1, total: photos.length }) }, head, image);
  if (photos.length > 1) dialog.append(...pages);
  shut.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) turn(step);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  turn(0);
  dialog.showModal();
  shut.focus();
}
