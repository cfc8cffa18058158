/* Small things that all parts of the page need. Whatever comes from a file or from a server becomes text here, never markup. */
import { now } from "./clock.js";

export const byId = id => document.getElementById(id);

/** A new element. */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Sets a text only when it is another one: live regions speak at every change. */
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** Gives a place these children in this order; those that are there already stay as they are, with focus and selection. */
export function arrange(place, children) {
  const wanted = new Set(children);
  [...place.children].filter(child => !wanted.has(child)).forEach(child => child.remove());
  children.forEach((child, at) => { if (place.children[at] !== child) place.insertBefore(child, place.children[at] ?? null); });
}

/**
 * Gives the body of a table these lines in this order, each a key of its own and the texts of its cells. A row stays while its key
 * does, with focus and selection, and only what is another text is written.
 */
export function rows(body, lines) {
  const before = new Map([...body.rows].map(row => [row.dataset.key, row]));
  arrange(body, lines.map(([key, ...texts]) => {
    const row = before.get(String(key)) ?? element("tr");
    row.dataset.key = key;
    texts.forEach((text, at) => say(row.cells[at] ?? row.insertCell(), text));
    return row;
  }));
}

/** Does something whose failure is shown on the console and keeps nothing else from going on. */
export function apart(work) {
  try {
    work();
  } catch (failure) {
    reportError(failure);
  }
}

export const pause = millis => new Promise(done => setTimeout(done, millis));

/** No data is not zero. */
export const known = figure => figure === null || figure === undefined ? "unknown" : String(figure);

export const count = (number, one, many) => known(number) + " " + (number === 1 ? one : many);

export const clock = time => new Date(time).toLocaleTimeString();

/** How long ago a time of the gateways was, in a word or two. */
export function since(time) {
  const seconds = Math.max(0, Math.round((now() - Date.parse(time)) / 1000));
  if (seconds < 60) return seconds + " s";
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}
