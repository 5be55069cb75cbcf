/** The page's own line icons, 24 × 24, drawn with the text colour. Decoration only: the button carries the name. */

const PATHS = {
  attach: ["M12 5v14", "M5 12h14"],
  send: ["M12 19V6", "m6 11 6-6 6 6"],
  mic: ["M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3z", "M6.5 11.5a5.5 5.5 0 0 0 11 0", "M12 17v3"],
  keyboard: ["M4 7.5h16v9H4z", "M7.5 10.5h.01", "M10.5 10.5h.01", "M13.5 10.5h.01", "M16.5 10.5h.01", "M8.5 13.5h7"],
  slash: ["M14.5 5.5 9.5 18.5"],
  more: ["M12 6h.01", "M12 12h.01", "M12 18h.01"],
  close: ["m7 7 10 10", "M17 7 7 17"],
  down: ["m6.5 10 5.5 5.5 5.5-5.5"],
  left: ["m14 6-6 6 6 6"],
  right: ["m10 6 6 6-6 6"],
  reply: ["M10 7 5 12l5 5", "M5.5 12H14a5 5 0 0 1 5 5v1"],
  forward: ["m14 7 5 5-5 5", "M18.5 12H10a5 5 0 0 0-5 5v1"],
  edit: ["M5 19h3.5L18 9.5 14.5 6 5 15.5z", "m12.5 8 3.5 3.5"],
  copy: ["M9 9h10v10H9z", "M15 9V5H5v10h4"],
  photo: ["M4 6.5h16v12H4z", "m4.5 16 4.5-4 4 3.5 3-2.5 4 3.5", "M15 10h.01"],
  file: ["M7 4h7l4 4v12H7z", "M14 4v4h4"],
  place: ["M12 20s6-5.6 6-10a6 6 0 0 0-12 0c0 4.4 6 10 6 10z", "M12 10h.01"],
  sticker: ["M12 4a8 8 0 1 0 8 8", "M12 4c4.5 0 8 3.5 8 8-4 .5-8-3.5-8-8z", "M9 13.5c1.5 2 4.5 2 6 0"],
  voice: ["M6 10v4", "M9 7.5v9", "M12 5v14", "M15 8.5v7", "M18 10.5v3"],
  samples: ["M5 8h11v11H5z", "M8 8V5h11v11h-3"],
  play: ["M9 6.5v11l8.5-5.5z"],
  pause: ["M9 7v10", "M15 7v10"],
  block: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "m6.5 6.5 11 11"],
  signal: ["M6 15v3", "M10 12v6", "M14 9v9", "M18 6v12"],
  nosignal: ["M6 15v3", "M10 12v6", "M14 14v4", "M18 10v8", "m5 5 14 14"],
  battery: ["M4 9h14v7H4z", "M20.5 11.5v2", "M6.5 11.5v2", "M9.5 11.5v2", "M12.5 11.5v2"],
  clock: ["M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z", "M12 8.5V12l2.5 2"],
  tick: ["m6 12.5 4 4 8-9"],
  warn: ["M12 8v5", "M12 16h.01", "M12 4 3.5 19h17z"],
  link: ["M9 7h8v8", "m17 7-9.5 9.5"],
  pin: ["M9 4h6l-1 6 3 3H7l3-3z", "M12 13v7"],
  auto: ["M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z", "M12 4.5v15", "M14.5 8v8", "M17 9.5v5"],
  light: ["M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z", "M12 3.5v1", "M12 19.5v1", "M3.5 12h1", "M19.5 12h1",
    "m6 6 .7.7", "m17.3 17.3.7.7", "m18 6-.7.7", "m6.7 17.3-.7.7"],
  dark: ["M18.5 14.5A7.5 7.5 0 0 1 9.5 5.5a7.5 7.5 0 1 0 9 9z"],
  download: ["M12 5v10", "m7.5 11 4.5 4.5 4.5-4.5", "M6 19h12"],
  trash: ["M5.5 7.5h13", "M9.5 7.5V5h5v2.5", "m7 7.5 1 12h8l1-12"],
};

const SVG = "http://www.w3.org/2000/svg";

/** Draw the icon `name`; an unknown name is a mistake in the page and throws. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
