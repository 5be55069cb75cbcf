/** Making elements without a framework: the page is read as it is served, so what makes it must stay small. */

/**
 * Make an element. `on…` props become listeners, `null`, `undefined` and `false` are left out, `true` is an empty
 * attribute. Children may be nodes, strings, nested lists, or nothing.
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(2).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** Whether the person asked their system for less motion; asked anew each time, as it can change. */
export function lessMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Move the focus along `nodes` by `step`, round the ends; used by menus and button grids. */
export function focusAlong(nodes, step) {
  const list = [...nodes];
  if (!list.length) return;
  const here = list.indexOf(document.activeElement);
  list[(here + step + list.length) % list.length].focus();
}
