import { boxReader } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { yoloEnd2endBoxes } from '../yolo-end2end/decode.ts';
import { yolov8Boxes } from '../yolov8/decode.ts';

/** COCO's 17 points of a person with x, y and visibility. */
const PERSON = 51;
/** More rows than this are the cells of a grid, not finished boxes. */
const FINISHED_MAX = 1_000;

/**
 * YOLOv8, v11 pose: [1, 4 + classes + points, N], boxes as in YOLOv8, then the numbers of the key points
 * (`options.keypoints`), which are not reported. [1, N, 6 + points] with `layout: anchors_first` where the graph has
 * removed the repetitions.
 */
export function yolov8Pose(options: DecoderOptions): OutputReader {
  const { output } = options.manifest;
  const keypoints = output.options?.keypoints ?? PERSON;
  const cells = boxReader(
    options,
    yolov8Boxes(options, () => keypoints),
  );
  const finished = boxReader(
    options,
    yoloEnd2endBoxes(options, () => keypoints),
  );
  const of = (shape: readonly (number | string)[] | undefined): OutputReader => {
    const [, rows, width] = shape ?? [];
    const short = typeof rows === 'number' && rows <= FINISHED_MAX;
    return output.layout === 'anchors_first' && width === 6 + keypoints && short ? finished : cells;
  };
  return {
    check: (outputs) => of(outputs[0]?.shape).check(outputs),
    read: (outputs, frame) => of(outputs[0]?.shape).read(outputs, frame),
  };
}
