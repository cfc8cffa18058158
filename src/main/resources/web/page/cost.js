/* What the fleet has used, and what that costs. */
import { another, ask, Problem } from "./gateway.js";
import { byId, clock, known, pause, rows, say } from "./text.js";

const LOOK_EVERY_MS = 10_000;
const small = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, maximumFractionDigits: 20 });
const large = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Looks again and again, while somebody looks at the page, and at once when another time is chosen. */
export async function start() {
  byId("cost-since").addEventListener("change", look);
  for (;;) {
    const refused = document.hidden ? null : await look();
    await (refused ? another(refused) : pause(LOOK_EVERY_MS));
  }
}

/** The problem, where it is about the key. */
async function look() {
  const since = byId("cost-since").value;
  try {
    const cost = await ask("/v1/cost" + (since ? "?since=" + since : ""));
    if (byId("cost-since").value === since) show(cost);
  } catch (failure) {
    // What was told last stays; it says of when it is.
    if (failure instanceof Problem && failure.isAboutTheKey) return failure;
  }
  return null;
}

function show(cost) {
  say(byId("cost-total"), amount(cost.totalCost));
  say(byId("cost-image"), amount(cost.costPerImage));
  say(byId("cost-hour"), amount(cost.costPerHour));
  say(byId("cost-idle"), cost.idleShare === null ? known(null) : small.format(cost.idleShare * 100) + " %");
  say(byId("cost-note"), "In " + cost.currency + ", " + new Date(cost.from).toLocaleString() + " to " + clock(cost.to) + ", by the configured price list: "
    + "workers' machines and requests to AWS. Records reach back to " + new Date(cost.recordsSince).toLocaleString() + "."
    + (cost.requestsComplete ? "" : " Some nodes do not tell their requests: there were more."));
  const machines = cost.costOfInstances.map(one => row((one.type || "unknown type") + (one.spot ? " on Spot" : ""), whole.format(one.seconds) + " s", one.cost));
  const requests = cost.costOfRequests.map(one => row(one.request, whole.format(one.count), one.cost));
  rows(byId("cost-rows"), [...machines, ...requests]);
}

/** No kind of machine is called like a kind of request. */
const row = (name, much, cost) => [name, name, much, amount(cost)];

function amount(value) {
  if (value === null || value === undefined) return known(value);
  return value === 0 ? "0" : (value < 1 ? small : large).format(value);
}
