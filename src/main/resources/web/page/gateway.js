/* Requests to the gateway that served this page, with the API key that its user gave, and what came of them. */
import { gatewayClock } from "./clock.js";

const KEPT_AS = "flotilla-api-key";
/** A question that has no answer by then is asked again. */
const LONGEST_MS = 20_000;
const KEY = /^[\x21-\x7e]+$/;

let key = stored();
/** Whether the key was good for something. */
let keyWasTaken = false;
/** The key that each response was asked for with. */
const askedWith = new WeakMap();
let waitingForKey = [];
let awayIs = () => {};
let refusedBecause = () => {};

/** An answer that is none: what RFC 9457 says about it. */
export class Problem extends Error {
  constructor(status, body, retryAfter, usedKey = "") {
    super(body.detail ? body.title + ": " + body.detail : body.title);
    this.status = status;
    this.retryAfter = retryAfter;
    this.usedKey = usedKey;
  }

  /** Whether another key might help. */
  get isAboutTheKey() {
    return this.status === 401 || this.status === 403;
  }

  static async of(response) {
    let body = { title: "the gateway answered with " + response.status };
    try {
      const told = await response.json();
      if (told.title) body = told;
    } catch {
      // A proxy's error page: its status says all that can be said.
    }
    return new Problem(response.status, body, Number(response.headers.get("Retry-After")) || 0, askedWith.get(response));
  }
}

/** A browser may forbid a page to keep anything; the key is then forgotten with the page. */
function stored() {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? "";
  } catch {
    return "";
  }
}

/** Who is told whether the gateway can be reached, and why a key is needed or does not do. */
export function watch(away, refused) {
  awayIs = away;
  refusedBecause = refused;
}

/** Uses a key from now on, or none when the text is empty. Returns what is wrong with it, or nothing. */
export function useKey(text) {
  if (text && !KEY.test(text)) return "A key has no spaces and no letters beyond those of ASCII; check it.";
  key = text;
  keyWasTaken = false;
  try {
    if (text) sessionStorage.setItem(KEPT_AS, text); else sessionStorage.removeItem(KEPT_AS);
  } catch {
    // Not kept, but used.
  }
  waitingForKey.splice(0).forEach(go => go());
  return "";
}

/** Waits for another key than the one of a problem, which may have been given while the problem was on its way. */
export const another = problem => problem.usedKey === key ? new Promise(go => waitingForKey.push(go)) : Promise.resolve();

/** As fetch, with the key. */
export async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  const sent = Date.now(), usedKey = key;
  if (usedKey) headers.set("Authorization", "Bearer " + usedKey);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (failure) {
    if (failure.name !== "AbortError") awayIs(true);
    throw failure;
  }
  awayIs(false);
  askedWith.set(response, usedKey);
  gatewayClock.told(response.headers.get("Date"), sent, Date.now());
  return response;
}

/** A response that is good, or the problem that it is. */
export async function good(response) {
  if (response.ok) {
    keyWasTaken ||= askedWith.get(response) === key;
    return response;
  }
  const problem = await Problem.of(response);
  // What came of a key that is not used any more says nothing of the one that is.
  if (problem.isAboutTheKey && problem.usedKey === key) refusedBecause(refusal(problem));
  throw problem;
}

function refusal(problem) {
  if (problem.status === 403) return "This key does not do: " + problem.message;
  if (!key) return "This gateway asks for an API key.";
  return keyWasTaken ? "This gateway does not take the key any more; give it another one." : "This gateway does not know this key; give it another one.";
}

export const ask = async path => (await good(await request(path, { signal: AbortSignal.timeout(LONGEST_MS) }))).json();
