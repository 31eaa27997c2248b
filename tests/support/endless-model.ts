import { encodeModel } from '@lineside/models';

/**
 * A detector whose inference never ends once the mean of the frame exceeds `from` (of 255): an ONNX Loop whose
 * condition stays true. Of a darker frame, the grey one of the trial included, it reports one box with score 0.9.
 * uint8 [1,S,S,3] to float32 [1,5,1], the layout of YOLOv8.
 */
export function endlessModel(size: number, from: number): Uint8Array {
  const half = size / 2;
  return encodeModel({
    inputs: [{ name: 'images', type: 'uint8', shape: [1, size, size, 3] }],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 5, 1] }],
    constants: [
      { name: 'from', shape: [], data: Float32Array.of(from) },
      { name: 'zero', shape: [], data: Float32Array.of(0) },
      { name: 'one', shape: [], data: Float32Array.of(1) },
      { name: 'boxes', shape: [1, 5, 1], data: Float32Array.of(half, half, half, half, 0.9) },
    ],
    nodes: [
      { op: 'Cast', inputs: ['images'], outputs: ['pixels'], attributes: { to: 1 } },
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'Greater', inputs: ['mean', 'from'], outputs: ['bright'] },
      {
        op: 'Loop',
        inputs: ['', 'bright', 'zero'],
        outputs: ['turns'],
        attributes: {
          body: {
            graph: {
              name: 'body',
              inputs: [
                { name: 'iteration', type: 'int64', shape: [] },
                { name: 'on', type: 'bool', shape: [] },
                { name: 'before', type: 'float32', shape: [] },
              ],
              outputs: [
                { name: 'still_on', type: 'bool', shape: [] },
                { name: 'after', type: 'float32', shape: [] },
              ],
              nodes: [
                { op: 'Identity', inputs: ['on'], outputs: ['still_on'] },
                { op: 'Add', inputs: ['before', 'one'], outputs: ['after'] },
              ],
            },
          },
        },
      },
      { op: 'Mul', inputs: ['turns', 'zero'], outputs: ['nothing'] },
      { op: 'Add', inputs: ['boxes', 'nothing'], outputs: ['output0'] },
    ],
  });
}
