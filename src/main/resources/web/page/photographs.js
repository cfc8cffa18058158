/* Photographs that are uploaded here: one row for each, from its choice to its answer. */
import { fault, HEAD_BYTES } from "./check.js";
import { readEvents } from "./events.js";
import { another, good, Problem, request } from "./gateway.js";
import { thumbnail } from "./thumbnails.js";
import { byId, count, element, pause, say } from "./text.js";

const UPLOADS_AT_A_TIME = 3;
/** What the gateway takes in one stream. */
const MOST_IN_A_STREAM = 500;
/** New images join the stream, which is opened anew for them, no sooner than this; later while many are in it already. */
const JOIN_AFTER_MS = 400;
const JOIN_AFTER_MS_EACH = 4;
const TRY_AGAIN_MS = 2000;
/** An upload without an answer by then, and the time that its bytes take on a slow line, is tried again: its connection may be dead. */
const UPLOAD_MS = 60_000;
const SLOWEST_BYTES_A_MS = 16;
/** The upload stalled, the gateway is busy or away, or the load balancer before it says so. */
const PASSING = new Set([408, 429, 502, 503, 504]);
/** Whoever hears the page does not want to hear every one of many counts. */
const SPEAK_AFTER_MS = 700;

const UNREADABLE = "the file cannot be read";

/** The largest image that the gateway takes, in bytes; 0 when it has not said so. */
const mostBytes = Number(document.querySelector("meta[name=flotilla-max-image-size]")?.content) || 0;
const queue = [];
/** Those accepted and not answered, by id. */
const pending = new Map();
let uploading = 0, all = 0, answered = 0, failed = 0, speaking = 0;
let following = false, inStream = 0, joining = 0, stream = new AbortController();

export function start() {
  const drop = byId("drop"), files = byId("files");
  files.addEventListener("change", () => { add([...files.files]); files.value = ""; });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, event => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  // Beside the box a browser would leave the page for the photograph.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, event => event.preventDefault());
  drop.addEventListener("drop", event => { event.preventDefault(); add([...event.dataTransfer.files]); });
}

function add(files) {
  for (const file of files) {
    const row = element("li"), picture = element("img"), body = element("div");
    picture.alt = "";
    row.append(picture, body);
    byId("results").prepend(row);
    const job = { file, row, body, wrong: faultOf(file), key: randomKey(), since: 0 };
    job.wrong.then(wrong => depict(picture, wrong ? null : thumbnail(file)));
    show(job, "waiting", element("p", "note", "waits for its turn"));
    queue.push(job);
    all++;
  }
  tell();
  next();
}

/** Repeating an upload under the same key gives the same image once. (randomUUID is not there on plain HTTP.) */
const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");

function tell() {
  speaking ||= setTimeout(() => {
    speaking = 0;
    say(byId("status"), answered + " of " + all + " answered" + (failed ? ", " + count(failed, "of them an error", "of them errors") : ""));
  }, SPEAK_AFTER_MS);
}

function show(job, state, ...parts) {
  job.row.dataset.state = state;
  job.body.replaceChildren(element("p", "note", job.file.name), ...parts);
}

const note = (job, state, text) => show(job, state, element("p", "note", text));

function end(job, state, ...parts) {
  show(job, state, ...parts);
  answered++;
  if (state === "failed") failed++;
  tell();
}

const fail = (job, message) => end(job, "failed", element("p", "error", message));

function next() {
  while (uploading < UPLOADS_AT_A_TIME && queue.length) {
    uploading++;
    const job = queue.shift();
    upload(job)
      .catch(failure => fail(job, failure.message))
      .finally(() => { uploading--; next(); });
  }
}

/** Sends one image, as often as it takes: a gateway that is away or busy costs no image. */
async function upload(job) {
  const wrong = await job.wrong;
  if (wrong) throw new Error(wrong);
  job.since ||= performance.now();
  for (;;) {
    note(job, "uploading", "is uploaded");
    const form = new FormData();
    form.append("file", job.file);
    const headers = { Accept: "application/json", Prefer: "respond-async", "Idempotency-Key": job.key };
    let wait = TRY_AGAIN_MS;
    try {
      const signal = AbortSignal.timeout(UPLOAD_MS + job.file.size / SLOWEST_BYTES_A_MS);
      const response = await good(await request("/v1/classifications", { method: "POST", body: form, headers, signal }));
      taken(job, await response.json());
      return;
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 401) {
        note(job, "waiting", "waits for an API key");
        await another(failure);
        continue;
      }
      if (failure instanceof Problem && !PASSING.has(failure.status)) throw failure;
      if (!(failure instanceof Problem) && !(await isReadable(job.file))) throw new Error(UNREADABLE);
      wait = 1000 * failure.retryAfter || wait;
    }
    note(job, "waiting", "the service is busy or away; trying again");
    await pause(wait);
  }
}

/** The first bytes of a file; null when it cannot be read. */
async function head(file, bytes) {
  try {
    return new Uint8Array(await file.slice(0, bytes).arrayBuffer());
  } catch {
    return null;
  }
}

/** A browser tells a file that is gone from a gateway that is away in the same words. */
const isReadable = async file => await head(file, 1) !== null;

/** What is wrong with a file, so that it need not be sent. */
async function faultOf(file) {
  const first = await head(file, HEAD_BYTES);
  return first ? fault(file.size, first, mostBytes) : UNREADABLE;
}

/** The browser may decode less than the gateway; its row is without a picture then. */
async function depict(picture, making) {
  const small = await making;
  if (!small) {
    picture.replaceWith(element("span", "none"));
    return;
  }
  const url = URL.createObjectURL(small);
  picture.onload = picture.onerror = () => URL.revokeObjectURL(url);
  picture.src = url;
}

function taken(job, told) {
  if (told.status !== "pending") {
    conclude(job, told);
    return;
  }
  note(job, "accepted", "is accepted, and waits for its answer");
  pending.set(told.id, job);
  if (!following) {
    follow();
  } else {
    join();
  }
}

/** Opens the stream anew for images that are not in it, if it has room for them. */
function join() {
  if (joining || inStream >= MOST_IN_A_STREAM || pending.size <= inStream) return;
  joining = setTimeout(() => { joining = 0; stream.abort(); }, JOIN_AFTER_MS + JOIN_AFTER_MS_EACH * inStream);
}

/** One stream for all that have no answer yet, opened anew for those that came later and after it was lost. */
async function follow() {
  following = true;
  while (pending.size) {
    const ids = [...pending.keys()].slice(0, MOST_IN_A_STREAM);
    inStream = ids.length;
    stream = new AbortController();
    let whole = false;
    try {
      await readEvents("/v1/classifications/stream",
        { method: "POST", body: JSON.stringify({ ids }), headers: { "Content-Type": "application/json" }, signal: stream.signal },
        event => { if (event.name === "done") whole = true; else heard(event); });
      if (!whole || ids.some(id => pending.has(id))) await pause(TRY_AGAIN_MS);
    } catch (failure) {
      if (failure instanceof Problem && failure.isAboutTheKey) await another(failure);
      else if (!stream.signal.aborted) await pause(1000 * failure.retryAfter || TRY_AGAIN_MS);
    }
  }
  following = false;
}

function heard(event) {
  if (!["result", "expired", "unknown"].includes(event.name)) return;
  const told = JSON.parse(event.data), job = pending.get(told.id);
  if (!job) return;
  pending.delete(told.id);
  inStream--;
  join();
  if (event.name === "unknown") {
    fail(job, "the service does not know this image any more; send it again");
    return;
  }
  if (event.name === "expired") {
    fail(job, "its answer has expired; send it again");
    return;
  }
  conclude(job, told);
}

/** Shows an answer; one that cannot be shown is the row's own trouble. */
function conclude(job, told) {
  try {
    result(job, told);
  } catch (failure) {
    reportError(failure);
    fail(job, "its answer cannot be shown; ask for " + told.id);
  }
}

function result(job, told) {
  if (told.status === "failed") {
    fail(job, told.error.message);
    return;
  }
  const bars = told.predictions.map(prediction => {
    const bar = element("div", "bar"), track = element("span", "track"), fill = element("span", "fill");
    fill.style.width = Math.min(100, 100 * prediction.probability) + "%";
    track.append(fill);
    bar.append(element("span", "", prediction.label), track, element("span", "", (100 * prediction.probability).toFixed(1) + " %"));
    return bar;
  });
  end(job, "done", element("p", "label", told.label), ...bars, element("p", "note", times(job, told)));
}

function times(job, told) {
  const seconds = ((performance.now() - job.since) / 1000).toFixed(1) + " s from upload to answer";
  const inside = told.timings?.classify === undefined ? "" : ", " + Math.round(told.timings.classify) + " ms of it in the classifier";
  const by = told.appTierId ? ", by worker " + told.appTierId : told.workerId ? ", by " + told.workerId : "";
  return seconds + inside + by;
}
