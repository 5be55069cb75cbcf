/**
 * Hearing that a chat has changed, through one event stream for the whole desk.
 *
 * A browser opens at most six connections to a server; a stream per phone would use them all up and leave none for
 * sending.
 */

const FIRST_WAIT = 400;
const LONGEST_WAIT = 4000;

/**
 * Listen for ever.
 * @param {{changed: function(string, number): void, up: function(): void, down: function(): void}} hears
 *   `changed(phoneId, version)`; `up` whenever the server begins to answer, `down` whenever it ceases to
 */
export function listen(hears) {
  let wait = FIRST_WAIT;
  const open = () => {
    const source = new EventSource("events");
    source.addEventListener("open", () => {
      wait = FIRST_WAIT;
      hears.up();
    });
    source.addEventListener("message", (event) => {
      const { phone, version } = JSON.parse(event.data);
      /* A group has no phone of its own here. */
      if (phone !== undefined) hears.changed(String(phone), version);
    });
    /* The browser's own retry gives up on some errors and is silent about the others, so the retry is ours. */
    source.addEventListener("error", () => {
      source.close();
      hears.down();
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  open();
}
