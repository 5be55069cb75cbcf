/** The phone API of the sandbox server. The only module that knows its addresses. */

/** The server answered with a refusal, or did not answer at all (`status` 0). */
export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    throw new ApiError(String(error));
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(answer?.error ?? response.statusText, response.status);
  if (answer === null) throw new ApiError("the answer is not JSON", response.status);
  return answer;
}

function post(path, body = {}, method = "POST") {
  return call(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** `{bot, phones}`; `bot` is `{id, username, name, description}` */
export const listPhones = () => call("phones");

/** Put a new phone on the desk; returns it. */
export const addPhone = (fields) => post("phones", fields);

/** What goes wrong on purpose, and the clock. */
export const control = {
  faults: () => call("faults"),
  putFaults: (settings) => post("faults", settings, "PUT"),
  noFaults: () => call("faults", { method: "DELETE" }),
  plan: (fault) => post("faults/next", { fault }),
  clock: () => call("clock"),
  advance: (seconds) => post("clock", { advance: seconds }),
  groups: () => call("groups"),
  migrate: (id) => post(`groups/${encodeURIComponent(id)}/migrate`),
  phone: (id, deed) => post(`phones/${encodeURIComponent(id)}/${deed}`),
};

/** Everything one phone can ask of the server. */
export class PhoneApi {
  constructor(id) {
    this.base = `phones/${encodeURIComponent(id)}`;
  }

  /** The chat with its newest `last` messages. */
  chat(last) {
    return call(`${this.base}/chat?last=${last}`);
  }

  text(text, extra = {}) {
    return post(`${this.base}/text`, { text, ...extra });
  }

  edit(messageId, text) {
    return post(`${this.base}/edit`, { message_id: messageId, text });
  }

  tap(messageId, data) {
    return post(`${this.base}/tap`, { message_id: messageId, data });
  }

  /** Upload files as `kind`: photo, document, voice or video (one file), or album (2 to 10). */
  upload(kind, files, caption, extra) {
    return this.#form(kind, files, caption, extra);
  }

  location(latitude, longitude) {
    return post(`${this.base}/location`, { latitude, longitude });
  }

  sticker() {
    return post(`${this.base}/sticker`);
  }

  /** Press Start; `payload` is that of a link, or undefined for the one the phone was given. */
  start(payload) {
    return post(`${this.base}/start`, payload === undefined ? {} : { payload });
  }

  block(blocked) {
    return post(`${this.base}/${blocked ? "block" : "unblock"}`);
  }

  #form(path, files, caption, extra) {
    const body = new FormData();
    for (const file of files) body.append("file", file, file.name);
    if (caption) body.append("caption", caption);
    for (const [name, value] of Object.entries(extra)) body.append(name, String(value));
    return call(`${this.base}/${path}`, { method: "POST", body });
  }
}
