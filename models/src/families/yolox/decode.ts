import { impossibleScore, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { boxReader } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { allCells, grids } from '../decoding/grid.ts';
import { scoredRows } from '../decoding/scored-rows.ts';
import { checkTable, walk } from '../decoding/shapes.ts';
import { yolov5 } from '../yolov5/decode.ts';

/**
 * YOLOX (Ge et al. 2021): [1, N, 5 + classes], cells of the strides one after the other, row by row. Per cell: middle
 * relative to the cell's corner and logarithm of the size, both in strides; objectness; one score per class. With
 * `options.gridDecoded` the graph gives boxes in pixels of the input already, as YOLOv5's does.
 */
export function yolox(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { output, input, labels } = manifest;
  if (output.options?.gridDecoded === true) return yolov5(options);
  const layout = output.layout ?? 'anchors_first';
  const classes = labels.length;
  const heads = grids(input, output.options?.strides ?? [8, 16, 32]);
  return boxReader(options, {
    overlaps: 'suppress',
    check: (outputs) => {
      const [table] = outputs;
      if (table === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      const bad = checkTable(table, { layout, fixed: 5, classes });
      if (bad !== undefined) return bad;
      const rows = table.shape[layout === 'anchors_first' ? 1 : 2];
      if (typeof rows !== 'number' || rows === allCells(heads)) return undefined;
      const strides = heads.map(({ stride }) => stride).join(', ');
      return wrongShape(
        table,
        `${allCells(heads)} boxes for ${input.width}x${input.height} pixels and strides ${strides}`,
        'Name the strides in the manifest (`output.options.strides`), or say that boxes are in pixels (`gridDecoded`).',
      );
    },
    collect: ([table], candidates) => {
      const { data, shape } = table!;
      const way = walk(shape, layout);
      const { step, stride: apart } = way;
      let head = 0;
      let first = 0;
      const range = scoredRows(data, { way, object: 4, first: 5, classes, score }, (row, classId, value) => {
        while (row - first >= heads[head]!.cells) first += heads[head++]!.cells;
        const { stride, columns } = heads[head]!;
        const cell = row - first;
        const at = row * apart;
        const cx = ((cell % columns) + data[at]!) * stride;
        const cy = (Math.floor(cell / columns) + data[at + step]!) * stride;
        const width = Math.exp(data[at + 2 * step]!) * stride;
        candidates.addCentred(row, classId, value, cx, cy, width, Math.exp(data[at + 3 * step]!) * stride);
      });
      return range === undefined ? undefined : impossibleScore(...range);
    },
  });
}
