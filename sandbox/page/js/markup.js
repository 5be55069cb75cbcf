/**
 * Words in a bubble: Telegram's HTML made into safe nodes, and plain text with its links found.
 *
 * The HTML is parsed into a document of its own, where nothing runs and nothing loads, and is then copied tag by tag:
 * what is not on Telegram's list never reaches the page, whatever a bot sends.
 */

import { h } from "./dom.js";

const TAGS = { b: "b", strong: "b", i: "i", em: "i", u: "u", ins: "u", s: "s", strike: "s", del: "s" };
const DROPPED = new Set(["script", "style", "template", "iframe", "object", "noscript", "title", "textarea"]);
const SAFE_LINK = /^(https?|mailto|tel):/i;
const FOUND = /(https?:\/\/[^\s<>"'，。；、）】」》]+)|(?<![^\s（(，。：:、；;])(\/[a-z][a-z0-9_]{0,31})(?![\w/@.-])/gi;

/**
 * Safe nodes for Telegram HTML.
 * @param {string} html
 * @param {{link: function(string): ?function(): void, command: function(string): void, shown: string}} acts
 *   `link` may claim an address and return what happens on a click (deep links), `command` runs a tapped /command.
 */
export function fromHtml(html, acts) {
  return copy(parsed(html), acts);
}

/** Nodes for plain text. */
export function fromText(text, acts) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(FOUND)) {
    nodes.push(text.slice(done, match.index));
    nodes.push(match[1] ? link(match[1], [match[1]], acts) : command(match[2], acts));
    done = match.index + match[0].length;
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== "");
}

/** The words of a message without any markup, for quotes, labels and copying. */
export function wordsOf(message) {
  const html = message.text_html ?? message.caption_html;
  if (!html) return message.text ?? message.caption ?? "";
  return parsed(html).textContent;
}

function parsed(html) {
  return new DOMParser().parseFromString(`<!doctype html><body>${html}`, "text/html").body;
}

function copy(parent, acts) {
  return [...parent.childNodes].flatMap((node) => {
    if (node.nodeType === Node.TEXT_NODE) return fromText(node.data, acts);
    return node.nodeType === Node.ELEMENT_NODE ? element(node, acts) : [];
  });
}

function element(node, acts) {
  const name = node.localName;
  if (DROPPED.has(name)) return [];
  if (name in TAGS) return [h(TAGS[name], null, copy(node, acts))];
  switch (name) {
    case "a":
      return [link(node.getAttribute("href") ?? "", [node.textContent], acts)];
    case "code":
      return [h("code", null, node.textContent)];
    case "pre":
      return [h("pre", { tabindex: "0" }, node.textContent)];
    case "blockquote":
      return [h("blockquote", null, copy(node, acts))];
    case "tg-spoiler":
      return [spoiler(copy(node, acts), acts)];
    case "span":
      return node.classList.contains("tg-spoiler") ? [spoiler(copy(node, acts), acts)] : copy(node, acts);
    case "br":
      return ["\n"];
    default:
      return copy(node, acts);
  }
}

function link(href, children, acts) {
  const act = acts.link(href);
  if (act) return h("button", { type: "button", class: "link", onclick: act }, children);
  if (!SAFE_LINK.test(href)) return h("span", null, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, children);
}

function command(name, acts) {
  return h("button", { type: "button", class: "link command-link", onclick: () => acts.command(name) }, name);
}

function spoiler(children, acts) {
  const inner = h("span", { class: "spoiler-text" }, children);
  const node = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": acts.shown }, inner);
  const show = () => {
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show, { once: true });
  node.addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && show());
  return node;
}
