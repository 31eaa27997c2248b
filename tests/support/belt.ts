import type { Box, Detection } from '../../edge/src/domain/index.ts';

export const BELT_PICTURE = { width: 640, height: 360 };

export interface Belt {
  /** Pixels per second, and from product to product. */
  readonly speed: number;
  readonly spacing: number;
  readonly width: number;
  /** How far a product may stand from its even place, as a fraction of the spacing, to either side; 0.1 by default. */
  readonly uneven?: number;
}

/** A belt in motion: what a detector reports `seconds` after its start, and which product each box is. */
export function belt(
  { speed, spacing, width, uneven = 0.1 }: Belt,
  dice: () => number,
  products = 200,
): (seconds: number) => Map<Detection, number> {
  const phase = dice() * spacing;
  const offsets = Array.from({ length: products }, () => (dice() - 0.5) * 2 * uneven * spacing);
  return (seconds) => {
    const seen = new Map<Detection, number>();
    for (let product = 0; product < products; product += 1) {
      const x = BELT_PICTURE.width + phase + offsets[product]! + speed * seconds - product * spacing;
      if (x < 14 - width / 2 || x > BELT_PICTURE.width + width / 2 - 14) continue;
      const waver = (): number => (dice() - 0.5) * 4;
      const left = Math.max(0, x - width / 2) + waver();
      const right = Math.min(BELT_PICTURE.width, x + width / 2) + waver();
      const box: Box = [left, 150 + waver(), right, 260 + waver()];
      seen.set({ label: 'product', classId: 0, score: 0.9, box }, product);
    }
    return seen;
  };
}
