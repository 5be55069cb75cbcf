/** Questions of the desk itself: whose phone to add, and on which phone a link opens. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./phone-frame.js";

/** A question over the whole desk, with a title and a way out. */
export function dialog(title, say, ...body) {
  const shut = h("button", { type: "button", class: "icon-button", "aria-label": say("close") }, icon("close"));
  const node = h("dialog", { class: "desk-dialog", "aria-label": title }, h("header", { class: "sheet-head" }, h("h2", null, title), shut), body);
  shut.addEventListener("click", () => node.close());
  node.addEventListener("click", (event) => event.target === node && node.close());
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  (node.querySelector("[data-focus]") ?? shut).focus();
  return node;
}

/** Ask for a new phone; `add({name, language, invitation})` may fail, and the question then stays. */
export function askForPhone(say, add, invitation = "") {
  const name = h("input", { required: true, maxlength: "64", autocomplete: "off", "data-focus": true });
  const language = h("select", null, h("option", { value: "zh-hans" }, "中文"), h("option", { value: "en" }, "English"));
  const link = h("input", { autocomplete: "off", value: invitation });
  const fault = h("p", { class: "fault", role: "alert" });
  const field = (key, input) => h("label", { class: "labelled" }, h("span", null, say(key)), input);
  const go = h("button", { class: "primary" }, say("add"));
  const form = h("form", { class: "desk-form" }, h("p", null, say("addPhoneWhy")));
  form.append(field("name", name), field("language", language), field("invitation", link), fault, go);
  language.value = say("language") === "语言" ? "zh-hans" : "en";
  const node = dialog(say("addPhone"), say, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      await add({ name: name.value.trim(), language: language.value, invitation: link.value });
      node.close();
    } catch (error) {
      fault.replaceChildren(error.message);
      go.disabled = false;
    }
  });
}

/** Ask on which of `phones` a link is opened. */
export function choosePhone(say, phones, { chosen, fresh }) {
  const choices = phones.map((phone) => {
    const { name, note, id } = phone.info;
    const words = h("span", { class: "tab-words" }, h("b", null, name), note && h("small", null, note));
    return h("button", { type: "button", class: "choice", onclick: () => { node.close(); chosen(phone); } }, avatar(name, id), words);
  });
  const other = h("button", { type: "button", class: "choice", onclick: () => { node.close(); fresh(); } });
  other.append(h("span", { class: "avatar" }, icon("attach")), h("b", null, say("newPhone")));
  const node = dialog(say("openOn"), say, h("div", { class: "choices" }, choices, other));
}
