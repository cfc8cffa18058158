/* Server-sent events over fetch, because an EventSource can send neither a key nor a body. */
import { good, request } from "./gateway.js";
import { apart } from "./text.js";

/** The gateway says something every 15 s; after this time of silence the connection is lost, whatever the browser believes. */
const SILENT_MS = 45_000;

/**
 * Reads a stream of events until it ends, and hands over each event with its name, data and id. Fails when the stream breaks
 * off, is refused, or is aborted; not when who hears an event fails.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function readEvents(path, options, heard) {
  const silence = new AbortController();
  const signal = AbortSignal.any([silence.signal, options.signal]);
  let timer = setTimeout(() => silence.abort(), SILENT_MS);
  try {
    const headers = { Accept: "text/event-stream", ...options.headers };
    const response = await good(await request(path, { ...options, headers, signal }));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = parser(heard);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENT_MS);
      take(value);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Takes text piece by piece, and hands over each event when its empty line has come. */
export function parser(heard) {
  let rest = "", name = "", id = "", data = [];
  const take = line => {
    if (line === "") {
      if (data.length) {
        const event = { name, id, data: data.join("\n") };
        apart(() => heard(event));
      }
      name = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (field === "id") id = value;
  };
  return text => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    lines.forEach(line => take(line.replace(/\r$/, "")));
  };
}
