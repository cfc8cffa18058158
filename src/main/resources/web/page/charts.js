/* Queue, arrivals and machines against time, drawn by uPlot (https://github.com/leeoniya/uPlot). */
import { byId, clock, element, known } from "./text.js";

const HEIGHT = 170;
const ROWS = 40;
/** Arrivals are counted over this time: a decision may fall a moment after another. */
const RATE_OVER_S = 30;
/** What was seen of less time is no rate. */
const RATE_FROM_S = 10;
/** A line ends this long after the last decision. */
const STALE_S = 60;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

const CHARTS = [
  { id: "queue", lines: [["visible", "waiting", "--blue"], ["inFlight", "in work", "--orange"]],
    caption: at => "Queue, images: " + known(at.visible) + " waiting, " + known(at.inFlight) + " in work" },
  { id: "arrivals", lines: [["rate", "arrivals a minute", "--green"]],
    caption: at => "Arrivals, images a minute: " + (at.rate === null ? "not known yet" : Math.round(at.rate)) },
  { id: "machines", lines: [["running", "at work", "--green"], ["pending", "booting", "--orange"], ["draining", "ending", "--violet"], ["desired", "wanted", "--ink", [4, 4]]],
    caption: at => "Machines: " + known(at.running) + " at work, " + known(at.pending) + " booting, " + known(at.draining) + " ending, " + known(at.desired) + " wanted" },
];

let points = [], due = false;

export function start() {
  for (const chart of CHARTS) {
    make(chart);
    new ResizeObserver(() => chart.plot.setSize({ width: width(chart), height: HEIGHT })).observe(byId(chart.id + "-chart"));
  }
  byId("range").addEventListener("change", draw);
  byId("figures").addEventListener("toggle", table);
  setInterval(draw, 1000);
}

/** The colours have changed. */
export function recolour() {
  for (const chart of CHARTS) {
    chart.plot.destroy();
    make(chart);
  }
  draw();
}

/** Takes all decisions, oldest first. */
export function show(decisions) {
  points = decisions.map(one => ({ ...one, time: Date.parse(one.at) / 1000 }));
  addRates(points);
  const newest = points.at(-1);
  CHARTS.forEach(chart => byId(chart.id + "-caption").textContent = chart.caption(newest));
  table();
  if (!due) {
    due = true;
    requestAnimationFrame(() => { due = false; draw(); });
  }
}

/**
 * Images a minute, from how many had been accepted by now and half a minute ago. Another supervisor counts from the beginning;
 * what is not known has no rate.
 */
function addRates(all) {
  let from = 0;
  all.forEach((point, at) => {
    const before = all[at - 1];
    if (!before || point.accepted === null || before.accepted === null || point.accepted < before.accepted) from = at;
    while (from + 1 < at && all[from + 1].time <= point.time - RATE_OVER_S) from++;
    const seconds = point.time - all[from].time;
    point.rate = seconds >= RATE_FROM_S ? 60 * (point.accepted - all[from].accepted) / seconds : null;
  });
}

/** Hours and minutes, with seconds where two marks would read alike. */
function marks(plot, times) {
  const near = times.length > 1 && times[1] - times[0] < 60;
  const options = { hour: "2-digit", minute: "2-digit", second: near ? "2-digit" : undefined };
  return times.map(time => new Date(1000 * time).toLocaleTimeString([], options));
}

const width = chart => Math.max(200, byId(chart.id + "-chart").clientWidth);

/** A colour of the page as the canvas takes it. */
function colour(name) {
  const probe = element("span");
  probe.style.color = "var(" + name + ")";
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

function make(chart) {
  const ink = colour("--faint"), grid = { stroke: colour("--line"), width: 1 };
  const font = "12px system-ui, sans-serif";
  const axis = { stroke: ink, grid, ticks: grid, font };
  const number = (plot, value) => value === null || value === undefined ? "–" : String(Math.round(value));
  chart.plot = new uPlot({
    width: width(chart),
    height: HEIGHT,
    cursor: { sync: { key: "flotilla" }, drag: { x: false, y: false } },
    scales: { x: { range: (plot, from, to) => [from, to] }, y: { range: (plot, from, to) => [0, Math.max(4, (to ?? 0) * 1.1)] } },
    axes: [{ ...axis, space: 80, values: marks }, { ...axis, size: 48, incrs: STEPS }],
    series: [
      { label: "At", value: (plot, time) => time === null || time === undefined ? "–" : clock(1000 * time) },
      ...chart.lines.map(([, label, name, dash], at) => ({
        label, stroke: colour(name), width: 2, dash, value: number, points: { show: false },
        fill: at === 0 && !dash ? colour(name).replace("rgb(", "rgba(").replace(")", ", 0.12)") : undefined,
        paths: uPlot.paths.stepped({ align: 1 }),
      })),
    ],
  }, [[], ...chart.lines.map(() => [])], byId(chart.id + "-chart"));
}

function draw() {
  if (document.hidden || !points.length) return;
  const now = Date.now() / 1000, range = Number(byId("range").value);
  const from = range ? now - range : Math.min(points[0].time, now - 60);
  // One point before the left edge, so that its line comes in from there.
  const first = Math.max(0, points.findIndex(point => point.time >= from) - 1);
  const shown = points.at(-1).time < from ? [points.at(-1)] : points.slice(first);
  const end = Math.min(now, shown.at(-1).time + STALE_S);
  const drawn = end > shown.at(-1).time ? [...shown, { ...shown.at(-1), time: end }] : shown;
  for (const chart of CHARTS) {
    chart.plot.batch(() => {
      chart.plot.setData([drawn.map(point => point.time), ...chart.lines.map(([key]) => drawn.map(point => point[key] ?? null))], false);
      chart.plot.setScale("x", { min: from, max: now });
    });
    // Without a pointer on the chart its legend has the newest figures.
    if (!(chart.plot.cursor.left >= 0)) chart.plot.setLegend({ idx: drawn.length - 1 });
  }
}

/** For those who do not see the charts, or want the figures. */
function table() {
  if (!byId("figures").open) return;
  byId("figures-rows").replaceChildren(...points.slice(-ROWS).reverse().map(point => {
    const row = element("tr");
    const rate = point.rate === null ? null : Math.round(point.rate);
    [clock(point.at), known(point.visible), known(point.inFlight), known(rate), known(point.running), known(point.pending), known(point.draining), known(point.desired)]
      .forEach(text => row.append(element("td", "", text)));
    return row;
  }));
}
