/** A voice note: play, pause, and a strip that shows and sets how far it is. Only one plays at a time. */

import { minutes } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const BARS = 28;
let playing = null;

/** A strip of bars that differs from note to note, made from its id: the server does not send a waveform. */
function strip(id) {
  let seed = Number.parseInt(String(id).replace(/\D/g, "") || "7", 10) * 2654435761;
  return Array.from({ length: BARS }, (_, i) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const bar = h("i");
    bar.style.height = `${25 + Math.round((seed / 2147483648) * 45 + Math.abs(Math.sin(i * 0.7)) * 30)}%`;
    return bar;
  });
}

/** The node for a voice note `{url, duration}`. */
export function player(voice, id, say) {
  const bars = strip(id);
  const time = h("small", { class: "voice-time" }, minutes(voice.duration));
  const button = h("button", { type: "button", class: "voice-play", "aria-label": say("play") }, icon("play"));
  const wave = h("div", { class: "wave", "aria-hidden": "true" }, bars);
  const node = h("div", { class: "voice" }, button, h("div", { class: "voice-body" }, wave, time));
  let sound = null;

  const show = () => {
    const going = sound !== null && !sound.paused;
    button.replaceChildren(icon(going ? "pause" : "play"));
    button.setAttribute("aria-label", say(going ? "pause" : "play"));
    const length = Number.isFinite(sound?.duration) ? sound.duration : voice.duration || 1;
    const done = sound ? sound.currentTime / length : 0;
    bars.forEach((bar, i) => bar.classList.toggle("done", i / BARS < done));
    time.textContent = minutes(done > 0 ? sound.currentTime : length);
  };
  const load = () => {
    if (sound) return sound;
    sound = new Audio(voice.url);
    for (const name of ["play", "pause", "timeupdate", "ended", "loadedmetadata"]) sound.addEventListener(name, show);
    sound.addEventListener("error", () => node.classList.add("broken"));
    return sound;
  };
  button.addEventListener("click", async () => {
    const own = load();
    if (!own.paused) {
      own.pause();
      return;
    }
    if (playing && playing !== own) playing.pause();
    playing = own;
    await own.play().catch(() => node.classList.add("broken"));
  });
  wave.addEventListener("click", (event) => {
    const own = load();
    const { left, width } = wave.getBoundingClientRect();
    if (Number.isFinite(own.duration)) own.currentTime = ((event.clientX - left) / width) * own.duration;
  });
  return node;
}
