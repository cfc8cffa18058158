/* The supervisor's decisions: what is remembered, then each as it falls. */
import { readEvents } from "./events.js";
import { another, ask, Problem } from "./gateway.js";
import { apart, arrange, byId, clock, count, element, known, pause } from "./text.js";

/** What the supervisor remembers, unless it is set otherwise. */
const HISTORY = 500;
const KEPT = 2000;
/** So many are listed at first, and so many more each time that earlier ones are asked for. */
const SHOWN = 10;
const TRY_AGAIN_MS = 2000;

const byNumber = new Map();
const items = new Map();
const watchers = [];
let ordered = [], last = 0, wanted = SHOWN;

/** Who is told of all decisions, oldest first, when there are new ones. */
export const onChange = watcher => watchers.push(watcher);

export async function start() {
  byId("acts").addEventListener("change", list);
  byId("earlier").addEventListener("click", () => { wanted += SHOWN; list(); });
  onChange(list);
  let hidden = new AbortController();
  document.addEventListener("visibilitychange", () => { if (document.hidden) hidden.abort(); });
  for (;;) {
    try {
      await visible();
      hidden = new AbortController();
      if (!last) take((await ask("/v1/scaling/decisions?limit=" + HISTORY)).decisions);
      await readEvents("/v1/scaling/decisions/stream",
        { headers: last ? { "Last-Event-ID": String(last) } : {}, signal: hidden.signal },
        event => { if (event.name === "decision") take([JSON.parse(event.data)]); });
    } catch (failure) {
      if (failure instanceof Problem && failure.isAboutTheKey) {
        await another(failure);
        continue;
      }
    }
    await pause(TRY_AGAIN_MS);
  }
}

/** A page that nobody looks at has no stream: a browser shares few connections to one server among all its pages. */
function visible() {
  return new Promise(done => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", look);
      done();
    };
    document.addEventListener("visibilitychange", look);
    look();
  });
}

function take(some) {
  if (!some.length) return;
  some.forEach(one => byNumber.set(one.n, one));
  // Not the highest number: another supervisor's clock may be behind.
  last = some.reduce((newest, one) => Date.parse(one.at) > Date.parse(newest.at) ? one : newest).n;
  ordered = [...byNumber.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.n - b.n).slice(-KEPT);
  if (byNumber.size > ordered.length) {
    byNumber.clear();
    ordered.forEach(one => byNumber.set(one.n, one));
  }
  watchers.forEach(watcher => apart(() => watcher(ordered)));
}

/** Items stay as they are when new ones come, so that opened details stay open. */
function list() {
  const fitting = byId("acts").checked ? ordered.filter(one => one.actions.length) : ordered;
  const shown = fitting.slice(-wanted).reverse();
  const earlier = byId("earlier"), focused = document.activeElement === earlier;
  earlier.hidden = shown.length === fitting.length;
  const before = new Map(items);
  items.clear();
  shown.forEach(one => items.set(one.n, before.get(one.n) ?? item(one)));
  arrange(byId("decisions"), [...items.values()]);
  // Who has come so far by keyboard goes on from there, and not from the top of the page.
  if (focused && earlier.hidden) byId("decisions").lastElementChild?.querySelector("summary").focus();
}

function item(one) {
  const made = element("li"), time = element("time", "", clock(one.at)), body = element("div");
  made.dataset.n = one.n;
  time.dateTime = one.at;
  body.append(
    element("p", one.actions.length ? "did" : "", one.summary),
    element("p", "note", known(one.visible) + " waiting, " + known(one.inFlight) + " in work; " + known(one.running) + " at work, "
      + known(one.pending) + " booting, " + known(one.draining) + " asked to end; " + known(one.desired) + " wanted"),
    figures(one));
  made.append(time, body);
  return made;
}

function figures(one) {
  const made = element("details"), lines = element("ul");
  const add = text => lines.append(element("li", "", text));
  made.append(element("summary", "", "Figures of decision " + one.n), lines);
  add("policy " + one.policy + (one.vote ? " wanted " + count(one.vote.desired, "machine", "machines") : " was not asked") + "; reason: " + one.reason);
  Object.entries(one.vote?.figures ?? {}).forEach(([name, figure]) => add(name + " = " + (figure === null ? "without end" : rounded(figure))));
  one.clamps.forEach(clamp => add("kept back by " + clamp));
  one.findings.forEach(finding => add("found: " + finding));
  one.actions.forEach(action => add([action.kind, action.appTierId ? "app-tier id " + action.appTierId : "", action.instanceId, action.why, action.outcome]
    .filter(Boolean).join(", ")));
  one.shadows.forEach(shadow => add("policy " + shadow.policy + " would have wanted " + known(shadow.desired)));
  return made;
}

const rounded = figure => Math.round(figure * 100) / 100;
