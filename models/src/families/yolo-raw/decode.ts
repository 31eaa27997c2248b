import { wrongCount } from '../decoding/bad-output.ts';
import { boxReader } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { grids } from '../decoding/grid.ts';
import { anchorHeads } from './anchor-heads.ts';
import { distanceHeads } from './distance-heads.ts';
import { objectHeads } from './object-heads.ts';

/**
 * The heads of a one-stage detector before its box decoding, as exports for other chips leave them. Strides are
 * `options.strides`, 8, 16, 32 when left out; each output may be [1, A, rows, columns] or [1, cells, A]. How many
 * outputs the manifest names per stride decides the kind:
 *
 * - 1 with `options.anchors`: YOLOv5, v7; 1 without: YOLOv8 and its successors, distances and classes in one;
 * - 2: YOLOv8 and its successors, all distances, then all classes;
 * - 3: YOLOX, all classes, then all objectness, then all boxes;
 * - 4: YuNet, the same with landmarks, which are not read.
 */
export function yoloRaw(options: DecoderOptions): OutputReader {
  const { output, input } = options.manifest;
  const { strides = [8, 16, 32], anchors } = output.options ?? {};
  const heads = grids(input, strides);
  const perStride = (output.names?.length ?? 1) / heads.length;
  switch (perStride) {
    case 1:
      return boxReader(options, anchors === undefined ? distanceHeads(options, heads, 1) : anchorHeads(options, heads));
    case 2:
      return boxReader(options, distanceHeads(options, heads, 2));
    case 3:
    case 4:
      return boxReader(options, objectHeads(options, heads, perStride === 4 ? 'root' : 'product'));
    default: {
      const wanted = `1 to 4 for each of the strides ${strides.join(', ')}`;
      return { check: (outputs) => wrongCount(outputs, wanted), read: () => wrongCount([], wanted) };
    }
  }
}
