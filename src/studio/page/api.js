// The studio's HTTP interface (docs/http-api.md), nothing more.

export class ApiError extends Error {
  constructor(error) {
    super(error.message);
    this.hint = error.hint || "";
    this.about = error.about || "";
    this.code = error.code || "";
  }
}

async function failure(response) {
  try {
    return new ApiError((await response.json()).error);
  } catch {
    return new ApiError({ message: `the studio answered ${response.status}`, hint: "Is it still running?" });
  }
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch("/api/v1" + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ message: "the studio does not answer", hint: "Start it again: continuo studio." });
  }
  if (!response.ok) throw await failure(response);
  return response;
}

const json = (method, body, signal) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

export const get = async (path) => (await ask(path)).json();
export const post = async (path, body = {}) => (await ask(path, json("POST", body))).json();
export const put = async (path, body) => (await ask(path, json("PUT", body))).json();
export const remove = async (path) => (await ask(path, { method: "DELETE" })).json();

export async function upload(file) {
  const title = encodeURIComponent(file.name.replace(/\.[^.]*$/, ""));
  return (await ask(`/pieces?title=${title}`, { method: "POST", headers: { "Content-Type": "audio/midi" }, body: await file.arrayBuffer() })).json();
}

export async function sendMusic(learning, file) {
  const title = encodeURIComponent(file.name.replace(/\.[^.]*$/, ""));
  return (await ask(`/learnings/${learning}/music?title=${title}`, { method: "POST", headers: { "Content-Type": "audio/midi" }, body: await file.arrayBuffer() })).json();
}

/// Posts a work and calls `on(name, data)` for each event that it sends.
export async function work(path, body, on, signal) {
  const response = await ask(path, json("POST", body, signal));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name) => lines.find((line) => line.startsWith(name))?.slice(name.length);
      const name = field("event: "), data = JSON.parse(field("data: ") ?? "{}");
      if (name === "error") throw new ApiError(data);
      on(name, data);
    }
  }
}

export const takePath = (piece, take, rest = "") => `/pieces/${piece}/takes/${take}${rest}`;
export const exportAddress = (piece, take, extension) => `/api/v1${takePath(piece, take)}/export.${extension}`;

/// The samples of a part of a take as they arrive: calls `on(Int16Array)` with whole frames.
export async function sound(piece, take, from, seconds, on, signal) {
  const response = await ask(takePath(piece, take, `/sound.wav?from=${from.toFixed(6)}&seconds=${seconds.toFixed(6)}`), { signal });
  const reader = response.body.getReader();
  let rest = new Uint8Array(0), header = 44;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const bytes = new Uint8Array(rest.length + value.length);
    bytes.set(rest);
    bytes.set(value, rest.length);
    const from = Math.min(header, bytes.length);
    header -= from;
    const whole = (bytes.length - from) & ~3;
    if (whole > 0) on(new Int16Array(bytes.slice(from, from + whole).buffer));
    rest = bytes.slice(from + whole);
  }
}
