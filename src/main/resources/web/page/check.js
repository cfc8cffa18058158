/* What can be said of a file before it is sent. The gateway looks at it again, and closer. */

const KINDS = "JPEG, PNG, GIF or WebP";
/** First bytes of the kinds that are decoded; two dots are any byte. */
const SIGNATURES = ["ff d8 ff", "89 50 4e 47 0d 0a 1a 0a", "47 49 46 38", "52 49 46 46 .. .. .. .. 57 45 42 50"];
const KILOBYTE = 1024, MEGABYTE = 1024 * KILOBYTE;

/** So many bytes tell the kind. */
export const HEAD_BYTES = 12;

/**
 * What is wrong with a file, or nothing.
 *
 * size: in bytes; head: its first bytes; most: the largest size that is taken, 0 when that is not known
 */
export function fault(size, head, most) {
  if (!size) return "the file is empty; send a " + KINDS;
  if (most && size > most) return "the image is too large: " + amount(size, Math.ceil) + ", and at most " + amount(most, Math.floor) + " are taken";
  const bytes = [...head].map(byte => byte.toString(16).padStart(2, "0")).join(" ");
  return SIGNATURES.some(signature => new RegExp("^" + signature).test(bytes)) ? "" : "this is not an image that is decoded here; send a " + KINDS;
}

function amount(bytes, rounded) {
  const [unit, name] = bytes < MEGABYTE ? [KILOBYTE, " KiB"] : [MEGABYTE, " MiB"];
  return rounded(10 * bytes / unit) / 10 + name;
}
