import type { VisionListener } from '../pipeline/index.ts';

/** One listener that calls all of `listeners`, in their order; each has only the methods that it needs. */
export function combineListeners(listeners: readonly Partial<VisionListener>[]): VisionListener {
  const each = (call: (listener: Partial<VisionListener>) => void): void => {
    for (const listener of listeners) call(listener);
  };
  return {
    inspection: (inspection) => each((listener) => listener.inspection?.(inspection)),
    reading: (answer) => each((listener) => listener.reading?.(answer)),
    fate: (camera, model, fate, count) => each((listener) => listener.fate?.(camera, model, fate, count)),
    camera: (status) => each((listener) => listener.camera?.(status)),
    model: (status) => each((listener) => listener.model?.(status)),
    down: (reason) => each((listener) => listener.down?.(reason)),
    up: () => each((listener) => listener.up?.()),
    ended: (camera) => each((listener) => listener.ended?.(camera)),
  };
}
