import type { Reading } from '../reading.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** A map is at most so many times smaller than the input; detectors have coarser grids. */
const STRIDE_MOST = 8;

/** A class for each place of the image: one plane per class, or one plane with the number of the class. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const maps = facts.outputs.flatMap((output) => mapOf(facts, output) ?? []);
  // Beside the map, heads that help in training are of the same form.
  const [map] = maps.sort((a, b) => rank(a.output) - rank(b.output) || b.cells - a.cells);
  if (map === undefined || maps.length !== facts.outputs.length) return [];
  const { output, classes, layout } = map;
  const where = { outputs: [output.name], layout } as const;
  if (classes === undefined) {
    const reason = `${shown(output)}: the number of a class for each place`;
    return [{ ...where, reason, confidence: 3 }];
  }
  if (classes === 1) {
    const reason = `${shown(output)}: one map, of a class or of something unusual`;
    const named = /mask|seg/i.test(output.name);
    return [{ ...where, classes, reason, confidence: named ? 2 : 1, ...(named ? {} : { uncertain: true }) }];
  }
  if (/heat|key_?point|kpt|joint|landm|depth|offset/i.test(output.name)) return [];
  const reason = `${shown(output)}: a map for each of ${classes} classes`;
  const labels = facts.labels ?? facts.hints.names?.length;
  const sure =
    labels === classes || labels === classes - 1 || facts.hints.task === 'segment' || /seg/i.test(output.name);
  // Key points, kernels of text and normals of surfaces have the same form.
  return [{ ...where, classes, reason, ...(sure ? { confidence: 3 } : { confidence: 1, uncertain: true }) }];
}

const rank = ({ name }: GraphOutput): number => (/aux/i.test(name) ? 1 : 0);

interface MapOutput {
  readonly output: GraphOutput;
  /** Undefined where the map holds numbers of classes. */
  readonly classes: number | undefined;
  /** `attributes_first` is [1, classes, H, W]. */
  readonly layout: 'attributes_first' | 'anchors_first';
  readonly stride: number;
  readonly cells: number;
}

function mapOf({ width, height, channels }: GraphFacts, output: GraphOutput): MapOutput | undefined {
  const sizes = sizesOf(output);
  const fit = (rows: number, columns: number): number | undefined => {
    const [x, y] = [width / columns, height / rows];
    return rows > 8 && columns > 8 && x === y && x >= 1 && x <= STRIDE_MOST ? x : undefined;
  };
  const integers = /^u?int/.test(output.type);
  if (integers) {
    const rest = sizes.slice(0, -2);
    const stride = fit(sizes.at(-2) ?? -1, sizes.at(-1) ?? -1);
    if (stride === undefined || sizes.length < 2 || sizes.length > 4 || rest.some((size) => Math.abs(size) !== 1))
      return undefined;
    return { output, classes: undefined, layout: 'attributes_first', stride, cells: 1 };
  }
  if (!output.type.startsWith('float')) return undefined;
  const [, a = -1, b = -1, c = -1] = sizes.length === 3 ? [1, 1, ...sizes.slice(1)] : sizes;
  if (sizes.length !== 3 && sizes.length !== 4) return undefined;
  const first = fit(b, c);
  const last = fit(a, b);
  // Three planes of the input's size are an image.
  const image = (count: number, stride: number): boolean => count === channels && stride === 1 && count > 1;
  if (first !== undefined && a >= 1 && !(a > 1 && image(a, first)))
    return { output, classes: a, layout: 'attributes_first', stride: first, cells: b * c };
  if (last !== undefined && c >= 1 && !image(c, last))
    return { output, classes: c, layout: 'anchors_first', stride: last, cells: a * b };
  return undefined;
}
