/** Figures of a picture, measured in the browser on what it shows: no work for the device. */
export const BINS = 32;
const WIDTH = 320;

/** Measures an image; undefined while it shows nothing. `sharpness` is the mean difference between neighbouring pixels. */
export function figuresOf(image, canvas) {
  if (!image.naturalWidth) return undefined;
  const height = Math.max(2, Math.round((WIDTH * image.naturalHeight) / image.naturalWidth));
  Object.assign(canvas, { width: WIDTH, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0, WIDTH, height);
  return measure(context.getImageData(0, 0, WIDTH, height));
}

/** The same of pixels: RGBA, row by row. */
export function measure({ data, width, height }) {
  const luma = new Uint8Array(width * height);
  const histogram = Array.from({ length: BINS }, () => 0);
  for (let k = 0; k < luma.length; k += 1) {
    const value = 0.299 * data[4 * k] + 0.587 * data[4 * k + 1] + 0.114 * data[4 * k + 2];
    luma[k] = value;
    histogram[Math.floor((luma[k] * BINS) / 256)] += 1;
  }
  let sum = 0;
  for (let y = 0; y < height - 1; y += 1) {
    for (let x = 0; x < width - 1; x += 1) {
      const at = y * width + x;
      sum += Math.abs(luma[at + 1] - luma[at]) + Math.abs(luma[at + width] - luma[at]);
    }
  }
  const counted = luma.length;
  return {
    sharpness: sum / (2 * (width - 1) * (height - 1)),
    histogram: histogram.map((count) => count / counted),
    dark: luma.filter((value) => value < 8).length / counted,
    white: luma.filter((value) => value > 247).length / counted,
  };
}
