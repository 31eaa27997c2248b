import { createLogger } from '@lineside/kit';
import type { LoadedConfig } from '../config/index.ts';
import type { ModelRuntime } from '../diagnostics/index.ts';
import type { Context } from './context.ts';

/** How the service runs each model: the provider that is expected, and the engine that is built. Builds nothing. */
export async function modelRuntimes(
  { io, dataDir }: Context,
  { config, baseDir }: LoadedConfig,
): Promise<(modelId: string) => ModelRuntime> {
  const { engineKeeper, expectedOf, findModels } = await import('../app/index.ts');
  const { readMachine } = await import('../engines/index.ts');
  const { importedDir } = await import('@lineside/models');
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const needsModels = machine.trtexec !== undefined && machine.tensorrt !== undefined;
  const models = needsModels ? await findModels(config, { baseDir, importedDir: importedDir(dataDir) }) : [];
  const tools = { clock: io.clock, logger: createLogger('silent') };
  const keeper = await engineKeeper({ config, dataDir, models, machine, ...tools });
  return (modelId) => {
    const [expect, engine] = [expectedOf(config, modelId), keeper?.wrapperOf(modelId)];
    return { ...(expect && { expect }), ...(engine !== undefined && { engine }) };
  };
}
