/* Small things to do with text. Whatever comes from a file or from a server becomes text here, never markup. */

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

export const pause = millis => new Promise(done => setTimeout(done, millis));

/** No data is not zero. */
export const known = figure => figure === null || figure === undefined ? "unknown" : String(figure);

export const count = (number, one, many) => known(number) + " " + (number === 1 ? one : many);

export const clock = time => new Date(time).toLocaleTimeString();

/** How long ago a time was, in a word or two. */
export function since(time) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  if (seconds < 60) return seconds + " s";
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}
