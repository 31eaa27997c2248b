import type { LineState, OutputReport } from '../line/index.ts';
import { packmlOf, visionStateOf } from './line-state.ts';
import type { PublishedLine, PublishedOutput } from './published.ts';

/** Whether the vision process is up and every camera delivers and has a result of each of its models. */
export function isWholeLineInspected({ vision, cameras }: LineState): boolean {
  return vision === 'up' && cameras.every((camera) => isDelivering(camera) && isInspected(camera));
}

/** The line in the form in which it is served. `wasInspecting`: all of it was inspected once since the service started. */
export function publishedLine(line: LineState, wasInspecting: boolean): PublishedLine {
  const { vision, recipes, stations, production } = line;
  const cameras = line.cameras.map((camera) => ({
    ...{ id: camera.id, isDelivering: isDelivering(camera), isInspected: isInspected(camera) },
  }));
  const outputs = line.outputs.map(publishedOutput);
  const { recipe = '', product = '' } = production ?? {};
  const packml = packmlOf(stations);
  const stopReason = stations.find(({ status }) => status === 'stopped')?.reason;
  return {
    ...visionStateOf({
      ...{ wasInspecting, isVisionUp: vision === 'up', cameras, hasRecipes: recipes.length > 0, recipe, outputs },
    }),
    ...{ recipe, product, outputs },
    ...(packml === undefined ? {} : { packml }),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
}

type Camera = LineState['cameras'][number];

function isDelivering({ state }: Camera): boolean {
  return state === 'streaming';
}

/** A result that is doubted is one; that one model of several gives none is not passed over. */
function isInspected({ inspecting, withoutResult }: Camera): boolean {
  return (inspecting === 'inspecting' || inspecting === 'degraded') && withoutResult === undefined;
}

function publishedOutput({ counts, newest, ...output }: OutputReport): PublishedOutput {
  const count = (name: string): number => counts[name] ?? 0;
  return {
    ...output,
    ...(newest === undefined ? {} : { newest: { piece: newest.piece, result: newest.result, reason: newest.reason } }),
    ...{ ok: count('ok'), nok: count('nok'), noResult: count('noResult'), rejectsDone: count('done') },
    rejectsFailed: count('late') + count('missed') + count('cancelled'),
  };
}
