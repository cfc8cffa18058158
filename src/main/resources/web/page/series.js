/* From decisions to what the charts draw: figures against time, with rates, and with gaps where there was no news. */

/** Arrivals are counted over this time: a decision may fall a moment after another. */
const RATE_OVER_S = 30;
/** What was seen of less time is no rate. */
const RATE_FROM_S = 10;
/** A new supervisor hears of the gateways one after the other: so long they only tell it what they had before. */
const SETTLES_S = 10;

/** Decisions that tell how often they fall. */
const GAPS = 50;
const INTERVALS = 3;
const SILENT_FROM_S = 15;
/** An interval that is not known yet. */
const USUAL_S = 10;

/** After the end of a line, where there is nothing. */
const MOMENT_S = 0.001;

const isKnown = figure => figure !== null && figure !== undefined;

/** Whether one supervisor made both, one after the other: another's numbers go on from elsewhere. */
const follows = (one, before) => one.n === before.n + 1;

const seconds = dated => Date.parse(dated.at) / 1000;

/**
 * The decisions, oldest first, with `time` in seconds and `rate`: images a minute, from how many had been accepted by then and
 * half a minute before. Another supervisor counts from the beginning; what is not known has no rate.
 */
export function withRates(decisions) {
  const points = decisions.map(one => ({ ...one, time: seconds(one), rate: null }));
  let from = 0, settled = 0;
  points.forEach((point, at) => {
    const before = points[at - 1];
    if (!before || !follows(point, before)) settled = point.time + SETTLES_S;
    const begins = !before || !isKnown(point.accepted) || !isKnown(before.accepted) || point.accepted < before.accepted;
    if (begins || point.time <= settled) from = at;
    while (from + 1 < at && points[from + 1].time <= point.time - RATE_OVER_S) from++;
    const over = point.time - points[from].time;
    if (over >= RATE_FROM_S) point.rate = 60 * (point.accepted - points[from].accepted) / over;
  });
  return points;
}

/** After how many seconds without a decision the supervisor is silent: some of the intervals in which they fall. */
export function silentAfter(decisions) {
  return Math.max(SILENT_FROM_S, INTERVALS * interval(decisions.slice(-GAPS - 1)));
}

/** A forecast is for one interval later. Without one the times between decisions tell it, but for the longest, which may have been a silence. */
function interval(last) {
  const newest = last.findLast(one => one.forecast);
  if (newest) return seconds(newest.forecast) - seconds(newest);
  const gaps = last.slice(1)
    .map((one, at) => follows(one, last[at]) ? seconds(one) - seconds(last[at]) : 0)
    .filter(gap => gap > 0)
    .sort((a, b) => b - a);
  return gaps[1] ?? gaps[0] ?? USUAL_S;
}

/**
 * The points to draw between two times: one before the left edge, so that its line comes in from there; each goes on to the next
 * one, and the last one to now, but no longer than its news holds. Then comes a point without figures, which is a gap.
 */
export function drawn(points, from, now, silent) {
  if (!points.length) return [];
  const first = points.findIndex(point => point.time >= from);
  const shown = points.slice(first < 0 ? -1 : Math.max(0, first - 1));
  return shown.flatMap((point, at) => {
    const end = shown[at + 1]?.time ?? now;
    if (end - point.time > silent) return [point, { ...point, time: point.time + silent }, { time: point.time + silent + MOMENT_S }];
    return at + 1 < shown.length || end <= point.time ? [point] : [point, { ...point, time: end }];
  });
}
