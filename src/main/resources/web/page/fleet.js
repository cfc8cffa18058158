/* The machines of the fleet, and what each of them does. */
import { ask, keyChanged, Problem } from "./gateway.js";
import { byId, count, element, pause, say, since } from "./text.js";

const LOOK_EVERY_MS = 1500;

/** Looks again and again, while somebody looks at the page. */
export async function start() {
  for (;;) {
    try {
      if (!document.hidden) show((await ask("/v1/fleet")).instances);
    } catch (failure) {
      if (failure instanceof Problem && failure.isAboutTheKey) await keyChanged();
    }
    await pause(LOOK_EVERY_MS);
  }
}

function show(instances) {
  const rows = instances.map(one => {
    const row = element("tr"), state = element("span", "state", one.state);
    state.dataset.state = one.state;
    row.dataset.instance = one.instanceId;
    row.append(cell(one.appTierId ?? "–"), cell(one.instanceId), cell(state), cell(does(one), "does"), cell(one.images), cell(since(one.since)));
    return row;
  });
  byId("fleet").replaceChildren(...rows);
  byId("machines").hidden = !rows.length;
  say(byId("fleet-summary"), summary(instances));
}

function cell(content, className) {
  const made = element("td", className);
  made.append(content);
  return made;
}

function does(one) {
  const works = one.busy > 0 ? "classifies on " + count(one.busy, "classifier", "classifiers") : "";
  switch (one.state) {
    case "pending": return "boots";
    case "running": return works || "waits for work";
    case "draining": return works ? works + ", then ends" : "finishes, then ends";
    case "shutting-down": return "ends";
    default: return "nothing";
  }
}

function summary(instances) {
  const by = state => instances.filter(one => one.state === state).length;
  const parts = [["running", "at work"], ["pending", "booting"], ["draining", "asked to end"], ["shutting-down", "ending"]]
    .filter(([state]) => by(state))
    .map(([state, words]) => by(state) + " " + words);
  return parts.length ? "Machines: " + parts.join(", ") + "." : "No machine is up; the first images will start some.";
}
