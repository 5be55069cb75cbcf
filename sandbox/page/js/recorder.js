/** Recording a voice note with the microphone, where the browser has one and the person allows it. */

import { minutes } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

/** Whether this browser could record at all; the person may still refuse. */
export function canRecord() {
  return typeof MediaRecorder !== "undefined" && Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * Begin to record: a strip takes the place of `row` until it is sent or cancelled.
 * @param {function(File): void} done gets the recording; not called when cancelled
 * @throws {DOMException} when there is no microphone or the person refuses
 */
export async function record(row, say, done) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
  const recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
  const parts = [];
  const began = Date.now();
  const time = h("span", { class: "recording-time", role: "status" });
  const cancel = h("button", { type: "button", class: "icon-button", "aria-label": say("cancel") }, icon("trash"));
  const send = h("button", { type: "button", class: "icon-button go", "aria-label": say("send") }, icon("send"));
  const strip = h("div", { class: "composer-row recording" }, cancel, h("span", { class: "recording-dot" }), time, send);
  const tell = () => {
    time.textContent = say("recording", { time: minutes((Date.now() - began) / 1000) });
  };
  const ticking = setInterval(tell, 500);
  let wanted = false;
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    clearInterval(ticking);
    for (const track of stream.getTracks()) track.stop();
    strip.replaceWith(row);
    const type = recorder.mimeType.split(";")[0];
    if (wanted) done(new File(parts, `voice.${type.split("/")[1] || "ogg"}`, { type }));
  });
  cancel.addEventListener("click", () => recorder.stop());
  send.addEventListener("click", () => {
    wanted = true;
    recorder.stop();
  });
  tell();
  row.replaceWith(strip);
  send.focus();
  recorder.start();
}
