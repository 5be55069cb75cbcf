/** Sending a place: from a list, from the browser, or typed. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openSheet } from "./overlays.js";

const PLACES = [
  [{ "zh-CN": "杭州 · 余杭", en: "Hangzhou · Yuhang" }, 30.41875, 120.29942],
  [{ "zh-CN": "杭州 · 萧山", en: "Hangzhou · Xiaoshan" }, 30.18505, 120.26458],
  [{ "zh-CN": "宁波 · 北仑", en: "Ningbo · Beilun" }, 29.89907, 121.84433],
  [{ "zh-CN": "北京 · 西城", en: "Beijing · Xicheng" }, 39.91231, 116.36611],
];

/** @param {import("./attach.js").Sender} sender */
export function openPlaces(sender) {
  const { say } = sender;
  const fault = h("p", { class: "fault", role: "alert" });
  const list = PLACES.map(([names, latitude, longitude]) => {
    const props = { type: "button", class: "place", onclick: () => send(latitude, longitude) };
    const numbers = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
    return h("button", props, icon("place"), h("span", null, names[sender.language] ?? names.en), h("small", null, numbers));
  });
  const here = h("button", { type: "button", class: "place" }, icon("pin"), h("span", null, say("myPlace")));
  here.addEventListener("click", () => {
    const refuse = () => fault.replaceChildren(say("myPlaceRefused"));
    if (!navigator.geolocation) refuse();
    else navigator.geolocation.getCurrentPosition(({ coords }) => send(coords.latitude, coords.longitude), refuse);
  });
  const [latitude, longitude] = ["latitude", "longitude"].map((key) =>
    h("input", { inputmode: "decimal", "aria-label": say(key), placeholder: say(key), autocomplete: "off" }),
  );
  const form = h("form", { class: "place-form" }, latitude, longitude, h("button", { class: "primary" }, say("send")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [north, east] = [Number(latitude.value), Number(longitude.value)];
    const typed = latitude.value.trim() && longitude.value.trim();
    if (typed && Math.abs(north) <= 90 && Math.abs(east) <= 180) send(north, east);
    else fault.replaceChildren(say("outOfRange"));
  });
  const body = h("div", { class: "places" }, here, h("h3", null, say("samplePlaces")), list, form, fault);
  const close = openSheet(sender.screen, { title: say("place"), body, closeLabel: say("close") });
  const send = (north, east) => {
    close();
    sender.place(north, east);
  };
}
