/* The newest decision's figures, and whether they are news. */
import { now } from "./clock.js";
import { silentAfter } from "./series.js";
import { byId, clock, known, say } from "./text.js";

const TILES = ["visible", "inFlight", "running", "pending", "draining", "desired", "accepted", "answered"];
/** A supervisor that can be heard is heard by then. */
const FIRST_NEWS_MS = 10_000;

let newest = null, silent = 0;

export function start() {
  setInterval(tell, 1000);
  setTimeout(() => { if (!newest) say(byId("silent"), "Nothing was heard from the supervisor yet."); }, FIRST_NEWS_MS);
}

/** Takes all decisions, oldest first. */
export function show(decisions) {
  newest = decisions.at(-1);
  silent = silentAfter(decisions);
  TILES.forEach(name => say(byId("tile-" + name), known(newest[name])));
  tell();
}

function tell() {
  if (!newest) return;
  const at = Date.parse(newest.at), old = now() - at > 1000 * silent;
  byId("tiles").classList.toggle("old", old);
  say(byId("as-of"), "As of " + clock(at) + ".");
  say(byId("silent"), old ? "No news from the supervisor since " + clock(at) + "; these figures are old." : "");
}
