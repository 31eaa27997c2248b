import type { ModelManifest, OutputLayout } from '@lineside/models';
import { tooLarge } from '../domain/index.ts';
import { InferenceError } from './errors.ts';
import type { ModelIo, TensorInfo } from './model-io.ts';

/** As Ultralytics' exports expect: centred, grey 114. */
const LETTERBOX = { anchor: 'center', fill: 114 } as const;
const THRESHOLDS = { score: 0.25, iou: 0.45 } as const;

/**
 * A manifest for an ONNX file that came without one, from its inputs and outputs: RGB, centred letterbox with grey 114,
 * float32 divided by 255. Without labels, classes are numbered.
 *
 * @throws InferenceError `model_shape` or `model_labels` when the file does not contain enough.
 */
export function deriveManifest(io: ModelIo, labels?: readonly string[]): ModelManifest {
  const [input, ...moreInputs] = io.inputs;
  const [output, ...moreOutputs] = io.outputs;
  if (input === undefined || moreInputs.length > 0) {
    throw new InferenceError('model_shape', `the model has ${io.inputs.length} inputs; one image is expected`);
  }
  if (output === undefined || moreOutputs.length > 0) {
    throw new InferenceError(
      'model_shape',
      `the model has ${io.outputs.length} outputs; one table of boxes is expected`,
    );
  }
  const { classes, layout } = readOutput(output, labels?.length);
  return {
    input: { name: input.name, ...readInput(input), color: 'rgb', letterbox: LETTERBOX },
    output: { name: output.name, family: 'yolov8', layout },
    labels: labels ?? Array.from({ length: classes }, (_, index) => `class${index}`),
    thresholds: THRESHOLDS,
  };
}

function readInput(input: TensorInfo): Pick<ModelManifest['input'], 'type' | 'layout' | 'width' | 'height'> {
  const { type, shape } = input;
  const found = `input ${input.name} is ${type} [${shape.join(', ')}]`;
  if (type !== 'uint8' && type !== 'float32') throw new InferenceError('model_shape', found);
  const layout = shape[1] === 3 ? 'nchw' : 'nhwc';
  const [height, width] = layout === 'nchw' ? [shape[2], shape[3]] : [shape[1], shape[2]];
  const packed = layout === 'nchw' || shape[3] === 3;
  if (shape.length !== 4 || !packed || typeof width !== 'number' || typeof height !== 'number') {
    throw new InferenceError('model_shape', `${found}: no fixed [1, 3, height, width] or [1, height, width, 3]`);
  }
  const [large] = tooLarge({ width, height });
  if (large !== undefined) throw new InferenceError('model_shape', large, { advice: 'Export it for a smaller input.' });
  return { type, layout, width, height };
}

function readOutput(output: TensorInfo, labels: number | undefined): { classes: number; layout: OutputLayout } {
  const [, first, second] = output.shape;
  const found = `output ${output.name} is ${output.type} [${output.shape.join(', ')}]`;
  if (output.type !== 'float32' || output.shape.length !== 3) throw new InferenceError('model_shape', found);
  if (typeof first !== 'number' || typeof second !== 'number') {
    throw new InferenceError('model_shape', `${found}: its size is not fixed`);
  }
  // A file does not name its axes. Labels decide; without them, there are more boxes than attributes.
  const layout: OutputLayout =
    labels === undefined
      ? first <= second
        ? 'attributes_first'
        : 'anchors_first'
      : first !== 4 + labels && second === 4 + labels
        ? 'anchors_first'
        : 'attributes_first';
  const classes = (layout === 'attributes_first' ? first : second) - 4;
  if (classes < 1) throw new InferenceError('model_shape', `${found}: no table of boxes`);
  if (labels !== undefined && labels !== classes) {
    throw new InferenceError('model_labels', `${found}: ${classes} classes, but there are ${labels} labels`);
  }
  return { classes, layout };
}
