/* Small pictures of photographs: a page with hundreds of them must not hold their originals. */

/** Of a side, in pixels: twice what is shown, for screens that show more of them. */
const SIDE = 160;

let lastOne = Promise.resolve();

/**
 * A small square from the middle of an image as a file of its own; null when the browser cannot decode it. One is made at a
 * time, so that no more than one original is in memory.
 */
export function thumbnail(file) {
  const made = lastOne.then(() => make(file));
  // Whoever asked for it hears what went wrong; the next one is made in any case.
  lastOne = made.catch(() => null);
  return made;
}

async function make(file) {
  let image;
  try {
    image = await createImageBitmap(file);
  } catch {
    return null;
  }
  const side = Math.min(image.width, image.height), small = document.createElement("canvas");
  small.width = small.height = Math.min(SIDE, side);
  const context = small.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, small.width, small.height);
  image.close();
  return new Promise(done => small.toBlob(done, "image/webp", 0.8));
}
