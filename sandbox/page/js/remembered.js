/** What this browser remembers between reloads: choices and drafts, never messages (those are the server's). */

const PREFIX = "xundu.";

/** The remembered value of `key`, or `fallback`; unreadable storage (private mode) counts as empty. */
export function recall(key, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

/** Remember `value` (`undefined` forgets); full or forbidden storage only costs the memory, not the page. */
export function remember(key, value) {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    /* The page works the same without a memory. */
  }
}
