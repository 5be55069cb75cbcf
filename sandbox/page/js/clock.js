/** Times as people read them. Never "today": the sandbox owns its clock, the browser has another. */

/** The moment of a message as a Date; `at` is ISO 8601, or seconds since 1970 as the Bot API counts. */
export function moment(at) {
  return typeof at === "number" ? new Date(at < 1e11 ? at * 1000 : at) : new Date(at);
}

const known = new Map();

function format(language, options) {
  const key = language + JSON.stringify(options);
  if (!known.has(key)) known.set(key, new Intl.DateTimeFormat(language, options));
  return known.get(key);
}

/** `14:02` */
export function timeOf(at, language) {
  return format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment(at));
}

/** `10月21日 周三`, `Wed, 21 October`; the year only when it is not `latest`'s. */
export function dayOf(at, language, latest) {
  const date = moment(at);
  const otherYear = latest && moment(latest).getFullYear() !== date.getFullYear();
  const locale = language === "en" ? "en-GB" : language;
  const options = { month: "long", day: "numeric", weekday: "short", ...(otherYear && { year: "numeric" }) };
  return format(locale, options).format(date);
}

/** A key that is equal for moments of the same local day. */
export function dayKey(at) {
  return moment(at).toDateString();
}

/** `1:05` */
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** `2.4 MB` */
export function bytes(size) {
  if (!size) return "";
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${Math.round(size / 1024)} KB`;
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}
