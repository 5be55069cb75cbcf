/** Begins: finds the phones, lays them on the desk, and listens. */

import { listPhones } from "./api.js";
import { listen } from "./changes.js";
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { applyTheme } from "./theme.js";
import { pageLanguage, speaker } from "./words.js";

const TRY_AGAIN = 1500;

async function firstAnswer(root, say) {
  for (;;) {
    try {
      return await listPhones();
    } catch {
      root.replaceChildren(h("div", { class: "first-lost", role: "alert" }, h("b", null, say("lost")), h("p", null, say("lostHint"))));
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
    }
  }
}

async function main() {
  applyTheme();
  const say = speaker(navigator.language);
  document.documentElement.lang = pageLanguage(navigator.language);
  const root = document.getElementById("desk");
  const { bot, phones } = await firstAnswer(root, say);
  const desk = new Desk(root, bot, say);
  desk.lay(phones);
  const relay = async () => {
    try {
      desk.up((await listPhones()).phones);
    } catch {
      desk.down();
      setTimeout(relay, TRY_AGAIN);
    }
  };
  listen({
    changed: (id, version) => desk.changed(id, version) || relay(),
    up: relay,
    down: () => desk.down(),
  });
}

main();
