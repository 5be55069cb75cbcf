/** Light or dark: as the system has it, until somebody says otherwise. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { recall, remember } from "./remembered.js";

const MODES = ["auto", "light", "dark"];
const WORDS = { auto: "themeAuto", light: "themeLight", dark: "themeDark" };

/** Apply what was chosen before. */
export function applyTheme() {
  const mode = recall("theme", "auto");
  if (mode === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = mode;
  return mode;
}

/** The button that goes round system, light, dark. */
export function themeButton(say) {
  const node = h("button", { type: "button", class: "icon-button theme" });
  const show = (mode) => {
    const label = say("theme", { mode: say(WORDS[mode]) });
    node.replaceChildren(icon(mode));
    node.setAttribute("aria-label", label);
    node.title = label;
  };
  node.addEventListener("click", () => {
    const next = MODES[(MODES.indexOf(recall("theme", "auto")) + 1) % MODES.length];
    remember("theme", next === "auto" ? undefined : next);
    show(applyTheme());
  });
  show(applyTheme());
  return node;
}
