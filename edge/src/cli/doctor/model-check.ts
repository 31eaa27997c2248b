import { CATALOG_DIR, ModelError, resolveModel } from '@lineside/models';
import type { ModelConfig } from '../../config/index.ts';
import { type Check, ok, trouble } from './check.ts';

/** One model: found, whole, and able to look at a picture on this machine. */
export function modelCheck(model: ModelConfig, baseDir: string): Check {
  const subject = model.id;
  return {
    name: 'model',
    subject,
    deadlineMs: 60_000,
    run: async () => {
      try {
        const handle = await resolveModel(model.ref, { catalogDir: CATALOG_DIR, baseDir });
        return [ok('model', handle.onnxPath, subject)];
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        return error.problems.map((problem) =>
          trouble('failure', {
            code: problem.code,
            subject,
            message: `${problem.where === '' ? model.ref : problem.where}: ${problem.message}`,
            meaning: 'no camera is inspected by this model',
            advice: problem.advice,
          }),
        );
      }
    },
  };
}
