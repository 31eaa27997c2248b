import { greyAt } from './grey-plane.ts';
import type { CodePicture, Corner, FoundCode } from './picture.ts';

/** Modules of a symbol, and of the free space that it needs on the left and on the right (GS1 General Specifications, 5.2). */
const NEEDED: Readonly<Record<string, { readonly modules: number; readonly left: number; readonly right: number }>> = {
  EAN13: { modules: 95, left: 11, right: 7 },
  UPCA: { modules: 95, left: 9, right: 9 },
  EAN8: { modules: 67, left: 7, right: 7 },
};

/** Heights at which the free space is measured, as fractions of the code; the median counts. */
const LINES = [0.3, 0.4, 0.5, 0.6, 0.7];
/** Steps of a module. */
const STEP = 0.25;

/**
 * The free space beside an EAN or UPC code, as a fraction of what it needs on the side that has less, at most 1.5;
 * undefined for other codes, and where the picture ends before a mark does.
 */
export function quietZoneOf(picture: CodePicture, { symbology, corners }: FoundCode): number | undefined {
  const needed = NEEDED[symbology];
  if (needed === undefined) return undefined;
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const sides = LINES.flatMap((down) => {
    const [from, to] = [between(topLeft, bottomLeft, down), between(topRight, bottomRight, down)];
    const module: Corner = [(to[0] - from[0]) / needed.modules, (to[1] - from[1]) / needed.modules];
    const left = freeModules(picture, from, [-module[0], -module[1]], needed.left);
    const right = freeModules(picture, to, module, needed.right);
    return left === undefined || right === undefined ? [] : [Math.min(left / needed.left, right / needed.right)];
  }).toSorted((a, b) => a - b);
  return sides[Math.floor(sides.length / 2)];
}

/** Modules from the end of a code to the next mark, at most half as many again as it needs. */
function freeModules(picture: CodePicture, end: Corner, module: Corner, needed: number): number | undefined {
  const at = (modules: number): number | undefined =>
    greyAt(picture, Math.round(end[0] + module[0] * modules), Math.round(end[1] + module[1] * modules));
  // The bar at the end of the code, and the paper beside it.
  const [bar, paper] = [at(-0.5), at(1.5)];
  if (bar === undefined || paper === undefined || paper <= bar) return undefined;
  const dark = (bar + paper) / 2;
  for (let modules = 1.5; modules <= needed * 1.5; modules += STEP) {
    const grey = at(modules);
    if (grey === undefined) return modules >= needed ? modules : undefined;
    if (grey < dark) return modules;
  }
  return needed * 1.5;
}

function between([x1, y1]: Corner, [x2, y2]: Corner, part: number): Corner {
  return [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
}
