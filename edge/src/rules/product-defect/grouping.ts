import { area, type Box, intersection, type Track } from '../../domain/index.ts';
import type { ProductCase } from './product-case.ts';

/** Fraction of a defect's box that must lie on a product for the defect to belong to it. */
const ON_PRODUCT = 0.5;

/** Defects that are judged together: at least one. */
export type Group = readonly [Track, ...Track[]];

/** Defects by the product on which they lie. Each defect on no product is a group of its own. */
export function groupByProduct(products: readonly Track[], defects: readonly Track[]): [Track | undefined, Group][] {
  const groups = new Map<Track, [Track, ...Track[]]>();
  const lone: [undefined, Group][] = [];
  for (const defect of defects) {
    const product = productUnder(products, defect.box);
    const group = product === undefined ? undefined : groups.get(product);
    if (product === undefined) lone.push([undefined, [defect]]);
    else if (group === undefined) groups.set(product, [defect]);
    else group.push(defect);
  }
  return [...groups, ...lone];
}

function productUnder(products: readonly Track[], defect: Box): Track | undefined {
  let best: Track | undefined;
  let most = ON_PRODUCT * area(defect);
  for (const product of products) {
    const shared = intersection(product.box, defect);
    // Of two with equal overlap, the one that is detected in this frame.
    if (shared < most || (shared === most && best?.missed === 0)) continue;
    best = product;
    most = shared;
  }
  return best;
}

/**
 * Whether a case is that of this product or of these defects. The track of a defect can jump to the next product, so it
 * identifies the case of another product only if that product appeared after the case's own product was last seen.
 */
export function isSame(
  subject: ProductCase,
  product: Track | undefined,
  defects: Group,
  products: readonly Track[],
): boolean {
  if (product !== undefined && subject.product === product.id) return true;
  if (product === undefined && isOnPlaceOf(subject, defects, products)) return true;
  if (!defects.some((defect) => subject.defects.has(defect.id))) return false;
  if (subject.product === undefined) return true;
  if (product !== undefined) return product.firstSeenMs > subject.productSeenMs;
  return !products.some((other) => other.id === subject.product && isDetected(other));
}

/** Whether defects on no known product lie where the case's product stood still when it was lost. */
function isOnPlaceOf({ incident, place, product }: ProductCase, defects: Group, products: readonly Track[]): boolean {
  const { box, isStill } = place;
  if (!incident.isActive || !isStill || box === undefined || products.some(({ id }) => id === product)) return false;
  return defects.some((defect) => intersection(box, defect.box) >= ON_PRODUCT * area(defect.box));
}

export function isDetected(track: Track): boolean {
  return track.missed === 0;
}
