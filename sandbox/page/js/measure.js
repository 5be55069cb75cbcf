/** What an app knows of a recording before it sends it: how long it is, and how large its picture. */

const LONGEST_WAIT = 3000;

/**
 * Measure an audio or video file: `{duration}` in whole seconds, for video also `{width, height}` in pixels.
 * What the browser cannot tell is left out; never fails.
 */
export function measure(file) {
  const kind = file.type.split("/")[0];
  if (kind !== "audio" && kind !== "video") return Promise.resolve({});
  const node = document.createElement(kind);
  const url = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      const size = { width: node.videoWidth, height: node.videoHeight, duration: Math.round(node.duration) };
      resolve(Object.fromEntries(Object.entries(size).filter(([, value]) => Number.isFinite(value) && value > 0)));
      URL.revokeObjectURL(url);
    };
    const timer = setTimeout(done, LONGEST_WAIT);
    node.addEventListener("loadedmetadata", done, { once: true });
    node.addEventListener("error", done, { once: true });
    node.preload = "metadata";
    node.src = url;
  });
}
