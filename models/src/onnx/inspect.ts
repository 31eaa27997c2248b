import { printable } from '@lineside/kit';
import { type FamilyGuess, guessFamilies } from '../families/index.ts';
import { graphFacts } from './graph-facts.ts';
import { type ExternalFile, externalFiles } from './external-weights.ts';
import { type LoadedOnnx, loadOnnx } from './load.ts';
import { type ModelHints, readHints } from './metadata.ts';
import type { OnnxModel, OnnxValue } from './model.ts';
import { type OperatorReport, reportOperators } from './operators.ts';
import { describe, readInputs } from './image-input.ts';
import { tooLarge } from '../output/index.ts';

/** What an ONNX file contains, and what follows from it. */
export interface OnnxInspection {
  readonly path: string;
  readonly bytes: number;
  readonly irVersion: number;
  /** Operator sets by domain; ONNX's own is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Dimensions without a fixed size, such as `images[0] batch`. */
  readonly dynamicAxes: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly hints: ModelHints;
  readonly nodes: number;
  readonly operators: OperatorReport;
  readonly weights: {
    readonly tensors: number;
    readonly bytes: number;
    readonly types: Readonly<Record<string, number>>;
  };
  readonly external: readonly ExternalFile[];
  /** Possible readings of the outputs, the most probable first. */
  readonly families: readonly FamilyGuess[];
  /** The outputs have open sizes and show no family before a run; the import runs the model and sees them. */
  readonly familyNeedsRun: boolean;
  /** Why it could not be imported as it is, as far as the file alone shows. */
  readonly obstacles: readonly string[];
}

/** Reads an ONNX file and describes its content; runs nothing. Throws ModelError when it is not an ONNX file. */
export async function inspectOnnx(path: string): Promise<OnnxInspection> {
  return inspectLoaded(await loadOnnx(path));
}

/** The same for a file that is in memory. */
export async function inspectLoaded(file: LoadedOnnx): Promise<OnnxInspection> {
  const { path, bytes, model } = file;
  const hints = readHints(model.metadata);
  const operators = reportOperators(model);
  const external = await externalFiles(file);
  const families = familiesOf(model, hints);
  const types = new Map<string, number>();
  for (const { type } of model.initializers) types.set(type, (types.get(type) ?? 0) + 1);
  return {
    path,
    bytes: bytes.length,
    irVersion: model.irVersion,
    opsets: Object.fromEntries([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    producer: printable(model.producer, 256),
    inputs: model.inputs,
    outputs: model.outputs,
    dynamicAxes: [...model.inputs, ...model.outputs].flatMap(openAxes),
    metadata: Object.fromEntries([...model.metadata].map(([key, value]) => [printable(key, 256), printable(value)])),
    hints,
    nodes: model.nodes.length,
    operators,
    weights: {
      tensors: model.initializers.length,
      bytes: model.initializers.reduce((sum, tensor) => sum + tensor.bytes, 0),
      types: Object.fromEntries(types),
    },
    external,
    families,
    familyNeedsRun: families.length === 0 && model.outputs.some((output) => openAxes(output).length > 0),
    obstacles: obstaclesOf(model, operators, external),
  };
}

function openAxes({ name, shape }: OnnxValue): readonly string[] {
  return shape.flatMap((size, axis) => (typeof size === 'string' ? [`${name}[${axis}] ${size}`] : []));
}

function familiesOf(model: OnnxModel, hints: ModelHints): readonly FamilyGuess[] {
  const inputs = readInputs(model);
  if ('unfit' in inputs) return [];
  const { image, sizes } = inputs;
  const [height, width] = [image.height ?? hints.size?.[0] ?? 640, image.width ?? hints.size?.[1] ?? 640];
  const { channels } = image;
  const rest = { width, height, channels, hasSizesInput: sizes !== undefined, labels: hints.names?.length };
  return guessFamilies(graphFacts(model, { ...rest, outputs: model.outputs, hints }));
}

function obstaclesOf(
  model: OnnxModel,
  operators: OperatorReport,
  external: readonly ExternalFile[],
): readonly string[] {
  const inputs = readInputs(model);
  return [
    ...('unfit' in inputs ? [inputs.unfit] : tooLarge(inputs.image)),
    ...operators.custom.map((name) => `operator ${name} is not part of ONNX Runtime`),
    ...external.flatMap(({ location, problem }) => (problem === undefined ? [] : [`${location} ${problem}`])),
    ...model.outputs
      .filter(({ type }) => ['sequence', 'map', 'string'].includes(type))
      .map((output) => `output ${describe(output)} holds no numbers`),
  ];
}
