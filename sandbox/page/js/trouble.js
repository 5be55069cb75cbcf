/** The trouble panel: what can be made to go wrong, by hand. Everything it does, the control API does for scripts. */

import { control } from "./api.js";
import { dayOf, timeOf } from "./clock.js";
import { dialog } from "./desk-dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { troubleSpeaker } from "./trouble-words.js";

const KINDS = ["lost_reply", "reset", "http_500", "slow"];
const LEVELS = { calm: 0, rough: 0.02, stormy: 0.08 };
const SHARES = { duplicate_update: 0.1, reorder_updates: 0.1 };
const NEXT = ["lost_reply", "reset", "http_500", "flood", "hang"];
const STEPS = { minutes: 180, hour: 3600, day: 86400, week: 7 * 86400 };
const DEEDS = ["offline", "online", "block", "unblock", "deactivate", "activate"];
const LOOK_AGAIN = 1000;

/** The button in the bar of the desk; `phones()` are the phones on it. */
export function troubleButton(say, language, phones) {
  const tell = troubleSpeaker(language);
  const node = h("button", { type: "button", class: "icon-button", "aria-label": tell("title"), title: tell("title") }, icon("warn"));
  node.addEventListener("click", () => openPanel(say, tell, language, phones()));
  return node;
}

function openPanel(say, tell, language, phones) {
  let settings = {};
  let changes = 0; // what was asked before a change, or while it is under way, is out of date when it comes
  let under = 0;
  const fault = h("p", { class: "fault", role: "alert" });
  const level = h("select", { "data-focus": true }, ["calm", "rough", "stormy", "own"].map((one) => h("option", { value: one }, tell(one))));
  const strict = h("input", { type: "checkbox" });
  const updates = h("input", { type: "checkbox" });
  const time = h("span", { class: "trouble-now" });
  const counts = h("p", { class: "trouble-counts", role: "status" });
  const button = (label, act) => h("button", { type: "button", class: "pill", onclick: () => attempt(act).then(() => look()) }, label);
  const group = (key, ...body) => h("fieldset", { class: "trouble-group" }, h("legend", null, tell(key)), body);
  const moving = h("div", { class: "pills" });
  const groups = group("groups", moving);
  groups.hidden = true; // until there are any: they are made by the control API
  const whose = h("select", { "aria-label": tell("phone") }, phones.map((one) => h("option", { value: one.id }, one.name)));

  const attempt = async (doing) => {
    try {
      await doing();
      fault.replaceChildren();
    } catch (error) {
      fault.replaceChildren(error.message);
    }
  };
  const show = (state) => {
    settings = state.settings;
    const found = Object.keys(LEVELS).find((one) => KINDS.every((kind) => settings[kind] === LEVELS[one]));
    level.value = found ?? "own";
    strict.checked = settings.strict;
    updates.checked = settings.duplicate_update > 0 || settings.reorder_updates > 0;
    const told = Object.entries(state.counts).map(([name, count]) => `${name} ${count}`);
    const waiting = state.updates.waiting ? [tell("waiting", { n: state.updates.waiting })] : [];
    counts.replaceChildren([...told, ...waiting].join(" · ") || tell("nothing"));
  };
  const look = () =>
    attempt(async () => {
      const asked = changes;
      const state = await control.faults();
      if (asked === changes && !under) show(state);
      const { groups: found } = await control.groups();
      const movable = found.filter((one) => one.kind === "group" && !one.moved_to);
      groups.hidden = !movable.length;
      if (movable.length !== moving.childElementCount) {
        moving.replaceChildren(...movable.map((one) => button(one.title, () => control.migrate(one.id))));
      }
      const { now } = await control.clock();
      time.replaceChildren(`${dayOf(now, language)} ${timeOf(now, language)}`);
    });
  const put = async (changed) => {
    settings = { ...settings, ...changed };
    changes += 1;
    under += 1;
    await attempt(async () => {
      const asked = changes;
      const state = await control.putFaults(settings);
      if (asked === changes) show(state);
    });
    under -= 1;
    changes += 1;
  };
  const check = (key, input) => h("label", { class: "trouble-check" }, input, h("span", null, tell(key)));

  level.addEventListener("change", () => {
    const share = LEVELS[level.value];
    if (share !== undefined) put(Object.fromEntries(KINDS.map((kind) => [kind, share])));
  });
  strict.addEventListener("change", () => put({ strict: strict.checked }));
  updates.addEventListener("change", () => put(Object.fromEntries(Object.entries(SHARES).map(([kind, share]) => [kind, updates.checked ? share : 0]))));

  const row = (...buttons) => h("div", { class: "pills" }, buttons);
  const form = h("div", { class: "desk-form trouble" }, h("p", null, tell("why")));
  form.append(
    h("label", { class: "labelled" }, h("span", null, tell("network")), level),
    check("strict", strict),
    check("updates", updates),
    group("next", row(NEXT.map((kind) => button(tell(kind), () => control.plan(kind))))),
    group("clock", time, row(Object.entries(STEPS).map(([key, seconds]) => button(tell(key), () => control.advance(seconds))))),
    group("phone", h("div", { class: "labelled" }, whose), row(DEEDS.map((deed) => button(tell(deed), () => control.phone(whose.value, deed))))),
    groups,
    group("so", counts),
    fault,
    h("button", { type: "button", class: "primary", onclick: () => attempt(() => control.noFaults()).then(look) }, tell("calmDown")),
  );
  const node = dialog(tell("title"), say, form);
  look();
  const again = setInterval(look, LOOK_AGAIN);
  node.addEventListener("close", () => clearInterval(again));
}
