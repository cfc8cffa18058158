/* Requests to the gateway that served this page, with the API key that its user gave, and what came of them. */

const KEPT_AS = "flotilla-api-key";
/** A question that has no answer by then is asked again. */
const LONGEST_MS = 20_000;
const KEY = /^[\x21-\x7e]+$/;

let key = stored();
let waitingForKey = [];
let awayIs = () => {};
let refusedBecause = () => {};

/** An answer that is none: what RFC 9457 says about it. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail ? body.title + ": " + body.detail : body.title);
    this.status = status;
    this.retryAfter = retryAfter;
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
    return new Problem(response.status, body, Number(response.headers.get("Retry-After")) || 0);
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
  try {
    if (text) sessionStorage.setItem(KEPT_AS, text); else sessionStorage.removeItem(KEPT_AS);
  } catch {
    // Not kept, but used.
  }
  waitingForKey.splice(0).forEach(go => go());
  return "";
}

export const keyChanged = () => new Promise(go => waitingForKey.push(go));

/** As fetch, with the key. */
export async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key) headers.set("Authorization", "Bearer " + key);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (failure) {
    if (failure.name !== "AbortError") awayIs(true);
    throw failure;
  }
  awayIs(false);
  return response;
}

/** A response that is good, or the problem that it is. */
export async function good(response) {
  if (response.ok) return response;
  const problem = await Problem.of(response);
  if (problem.status === 401) refusedBecause(key ? "This gateway does not know this key." : "This gateway asks for an API key.");
  if (problem.status === 403) refusedBecause("This key does not do: " + problem.message);
  throw problem;
}

export const ask = async path => (await good(await request(path, { signal: AbortSignal.timeout(LONGEST_MS) }))).json();
