import { encodeNode, encodeTensor, encodeValue, type GraphConstant, type GraphNode } from './encode-model.ts';
import { GRAPH, type OnnxModel, type OnnxValue } from './model.ts';
import { withGraph } from './prepare.ts';
import { delimited } from './wire.ts';

/** What is added behind a graph, and the inputs and outputs that it then has instead of its own. */
export interface Appended {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly GraphConstant[];
}

/** The model with more nodes behind its own; everything of its own but inputs and outputs is copied byte by byte. */
export function appendNodes(model: OnnxModel, { inputs, outputs, nodes, constants }: Appended): Uint8Array {
  const border = new Set<number>([GRAPH.input, GRAPH.output, GRAPH.valueInfo]);
  const graph = Buffer.concat([
    ...model.graphFields.filter(({ number }) => !border.has(number)).map(({ raw }) => raw),
    ...nodes.map((node) => delimited(GRAPH.node, encodeNode({ name: node.outputs[0] ?? '', ...node }))),
    ...constants.map((constant) => delimited(GRAPH.initializer, encodeTensor(constant))),
    ...inputs.map((value) => delimited(GRAPH.input, encodeValue(value))),
    ...outputs.map((value) => delimited(GRAPH.output, encodeValue(value))),
  ]);
  return withGraph(model, graph);
}
