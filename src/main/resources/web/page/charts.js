/* Queue, arrivals and machines against time, drawn by uPlot (https://github.com/leeoniya/uPlot). Without it there is the table. */
import { now } from "./clock.js";
import { drawn, silentAfter, withRates } from "./series.js";
import { byId, clock, element, known, rows, say } from "./text.js";

const HEIGHT = 170;
const ROWS = 40;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

const CHARTS = [
  { id: "queue", lines: [["visible", "waiting", "--blue"], ["inFlight", "in work", "--orange"]],
    caption: at => "Queue, images: " + known(at.visible) + " waiting, " + known(at.inFlight) + " in work" },
  { id: "arrivals", lines: [["rate", "arrivals a minute", "--green"]],
    caption: at => "Arrivals, images a minute: " + (at.rate === null ? "not known yet" : Math.round(at.rate)) },
  { id: "machines", lines: [["running", "at work", "--green"], ["pending", "booting", "--orange"], ["draining", "asked to end", "--violet"], ["desired", "wanted", "--ink", [4, 4]]],
    caption: at => "Machines: " + known(at.running) + " at work, " + known(at.pending) + " booting, " + known(at.draining) + " asked to end, " + known(at.desired) + " wanted" },
];

let points = [], silent = 0, due = false, broken = false;

export function start() {
  drawing(() => CHARTS.forEach(chart => {
    make(chart);
    legend(chart);
    new ResizeObserver(() => drawing(() => chart.plot.setSize({ width: width(chart), height: HEIGHT }))).observe(byId(chart.id + "-chart"));
  }));
  byId("range").addEventListener("change", draw);
  byId("figures").addEventListener("toggle", table);
  setInterval(draw, 1000);
}

/** The colours have changed. */
export function recolour() {
  drawing(() => CHARTS.forEach(chart => {
    chart.plot.destroy();
    make(chart);
  }));
  draw();
}

/** Takes all decisions, oldest first. */
export function show(decisions) {
  points = withRates(decisions);
  silent = silentAfter(decisions);
  const newest = points.at(-1);
  CHARTS.forEach(chart => say(byId(chart.id + "-caption"), chart.caption(newest)));
  table();
  if (!due) {
    due = true;
    requestAnimationFrame(() => { due = false; draw(); });
  }
}

/** Does something with the charts, or gives them up: they are one view of what the table has too. */
function drawing(work) {
  if (broken) return;
  try {
    work();
  } catch (failure) {
    broken = true;
    reportError(failure);
    byId("no-charts").hidden = false;
    CHARTS.forEach(chart => {
      byId(chart.id + "-chart").hidden = true;
      byId(chart.id + "-legend").hidden = true;
    });
  }
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
  chart.hidden ??= new Set();
  chart.plot = new uPlot({
    width: width(chart),
    height: HEIGHT,
    cursor: { sync: { key: "flotilla" }, drag: { x: false, y: false } },
    legend: { show: false },
    hooks: { setCursor: [() => values(chart)] },
    scales: { x: { range: (plot, from, to) => [from, to] }, y: { range: (plot, from, to) => [0, Math.max(4, (to ?? 0) * 1.1)] } },
    axes: [{ ...axis, space: 80, values: marks }, { ...axis, size: 48, incrs: STEPS }],
    series: [
      {},
      ...chart.lines.map(([key, label, name, dash], at) => ({
        label, stroke: colour(name), width: 2, dash, points: { show: false }, show: !chart.hidden.has(key),
        fill: at === 0 && !dash ? colour(name).replace("rgb(", "rgba(").replace(")", ", 0.12)") : undefined,
        paths: uPlot.paths.stepped({ align: 1 }),
      })),
    ],
  }, [[], ...chart.lines.map(() => [])], byId(chart.id + "-chart"));
}

/** A button for each line, which hides and shows it, and its figure: the newest one, or the one below the pointer. */
function legend(chart) {
  const time = element("span", "at");
  const figures = chart.lines.map(([key, label, name, dash], at) => {
    const line = element("span", "line"), button = element("button", "", label), marker = element("span", "marker"), figure = element("span");
    button.type = "button";
    button.title = "Hide or show this line";
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const hide = !chart.hidden.delete(key);
      if (hide) chart.hidden.add(key);
      button.setAttribute("aria-pressed", String(!hide));
      drawing(() => chart.plot.setSeries(at + 1, { show: !hide }));
    });
    marker.style.borderTopColor = "var(" + name + ")";
    if (dash) marker.style.borderTopStyle = "dashed";
    button.prepend(marker);
    line.append(button, figure);
    byId(chart.id + "-legend").append(line);
    return figure;
  });
  byId(chart.id + "-legend").append(time);
  chart.shown = { time, figures };
}

function values(chart) {
  if (!chart.shown) return;
  const [times, ...lines] = chart.plot.data;
  const at = Math.min(chart.plot.cursor.idx ?? Infinity, times.length - 1);
  const number = value => value === null || value === undefined ? "–" : String(Math.round(value));
  chart.shown.figures.forEach((figure, line) => say(figure, number(lines[line][at])));
  say(chart.shown.time, times.length ? "at " + clock(1000 * times[at]) : "");
}

function draw() {
  if (document.hidden || !points.length) return;
  const time = now() / 1000, range = Number(byId("range").value);
  const from = range ? time - range : Math.min(points[0].time, time - 60);
  const shown = drawn(points, from, time, silent);
  drawing(() => CHARTS.forEach(chart => {
    chart.plot.batch(() => {
      chart.plot.setData([shown.map(point => point.time), ...chart.lines.map(([key]) => shown.map(point => point[key] ?? null))], false);
      chart.plot.setScale("x", { min: from, max: time });
    });
    values(chart);
  }));
}

/** For those who do not see the charts, or want the figures. */
function table() {
  if (!byId("figures").open) return;
  rows(byId("figures-rows"), points.slice(-ROWS).reverse().map(point => {
    const rate = point.rate === null ? null : Math.round(point.rate);
    return [point.n, clock(point.at), ...[point.visible, point.inFlight, rate, point.running, point.pending, point.draining, point.desired].map(known)];
  }));
}
