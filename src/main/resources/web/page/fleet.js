/* The machines of the fleet, and what each of them does. */
import { now } from "./clock.js";
import { another, ask, Problem } from "./gateway.js";
import { arrange, byId, clock, count, element, pause, say, since } from "./text.js";

const LOOK_EVERY_MS = 1500;
/** One look in vain is no news. */
const OLD_AFTER_MS = 5000;

/** As what decisions and metrics count a machine of which nothing is known but its state. */
const USUAL = { pending: "pending", running: "running", draining: "draining", "shutting-down": "ending", stopped: "spare" };
/** The order and the words of the summary: those of the tiles, and what has no tile. */
const COUNTED = [["running", "at work"], ["pending", "booting"], ["draining", "asked to end"], ["silent", "silent"], ["ending", "ending"]];

/** Rows by instance: they stay while their machine does. */
const rows = new Map();
let heardAt = 0;

/** Looks again and again, while somebody looks at the page. */
export async function start() {
  for (;;) {
    try {
      if (!document.hidden) show((await ask("/v1/fleet")).instances);
    } catch (failure) {
      missed();
      if (failure instanceof Problem && failure.isAboutTheKey) await another(failure);
    }
    await pause(LOOK_EVERY_MS);
  }
}

function missed() {
  if (!heardAt) {
    say(byId("fleet-summary"), "The machines are not known yet.");
  } else if (now() - heardAt > OLD_AFTER_MS) {
    byId("machines").classList.add("old");
    say(byId("fleet-summary"), "No news of the machines since " + clock(heardAt) + "; what is shown is old.");
  }
}

function show(instances) {
  heardAt = now();
  const shown = new Map(instances.map(one => [one.instanceId, rows.get(one.instanceId) ?? row(one.instanceId)]));
  rows.clear();
  shown.forEach((one, id) => rows.set(id, one));
  instances.forEach(one => fill(rows.get(one.instanceId), one));
  arrange(byId("fleet"), [...rows.values()].map(one => one.row));
  byId("machines").hidden = !rows.size;
  byId("machines").classList.remove("old");
  say(byId("fleet-summary"), summary(instances));
}

function row(instanceId) {
  const made = element("tr"), state = element("span", "state");
  const cells = { tier: element("td"), id: element("td", "", instanceId), state: element("td"), does: element("td", "does"), images: element("td"), since: element("td") };
  made.dataset.instance = instanceId;
  cells.state.append(state);
  made.append(...Object.values(cells));
  return { ...cells, row: made, state };
}

/** Only what is another text is written, so that a selection stays. */
function fill(place, one) {
  say(place.tier, String(one.appTierId ?? "–"));
  const state = word(one);
  say(place.state, state);
  if (place.state.dataset.state !== state) place.state.dataset.state = state;
  say(place.does, does(one));
  say(place.images, String(one.images));
  say(place.since, since(one.since));
}

/** As what a machine is counted. */
export const counted = one => one.countedAs ?? USUAL[one.state] ?? one.state;

/** Its state, unless decisions and metrics count it as something else than the state would say. */
export const word = one => counted(one) === (USUAL[one.state] ?? one.state) ? one.state : counted(one);

export function does(one) {
  const works = one.busy > 0 ? "classifies on " + count(one.busy, "classifier", "classifiers") : "";
  switch (word(one)) {
    case "pending": return "boots";
    case "running": return works || "waits for work";
    case "draining":
    case "ending": return works ? works + ", then ends" : "finishes, then ends";
    case "silent": return "is not heard of";
    case "shutting-down": return "ends";
    default: return "nothing";
  }
}

export function summary(instances) {
  const by = as => instances.filter(one => counted(one) === as).length;
  const parts = COUNTED.filter(([as]) => by(as)).map(([as, words]) => by(as) + " " + words);
  return parts.length ? "Machines: " + parts.join(", ") + "." : "No machine is up; the first images will start some.";
}
