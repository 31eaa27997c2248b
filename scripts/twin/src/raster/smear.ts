import type { Canvas } from './canvas.ts';

/**
 * Smears what was painted over `length` pixels to the side, as motion does while the shutter is open: each pixel is the
 * mean of its neighbours, those at the two ends in part. Reaches half of that beyond what was painted.
 */
export function smeared(canvas: Canvas, length: number): void {
  const half = length / 2;
  const reach = Math.ceil(half - 0.5);
  if (reach < 1) return;
  // The pixel at the end of the window is covered in part only.
  const end = half + 0.5 - reach;
  const { width, height, pixels, spans } = canvas;
  const before = new Uint8Array(width * 3);
  for (let y = 0; y < height; y += 1) {
    const [first, last] = [spans.first[y] ?? width, spans.last[y] ?? 0];
    if (first >= last) continue;
    const [from, to] = [Math.max(0, first - reach), Math.min(width, last + reach)];
    before.set(pixels.subarray(y * width * 3, (y + 1) * width * 3));
    for (let x = from; x < to; x += 1)
      for (let c = 0; c < 3; c += 1) {
        let sum = 0;
        for (let away = -reach; away <= reach; away += 1) {
          const at = Math.max(0, Math.min(width - 1, x + away));
          sum += (before[at * 3 + c] ?? 0) * (Math.abs(away) === reach ? end : 1);
        }
        pixels[(y * width + x) * 3 + c] = sum / (2 * reach - 1 + 2 * end);
      }
    spans.add(from, y, to, y + 1);
  }
}
