import { modelIdsOf, type LoadedConfig } from '../config/index.ts';
import { booleanOf } from '../domain/index.ts';
import type { Clock } from '@lineside/kit';
import type { LineUnderUpdate } from '../updates/index.ts';
import type { Inspection } from './inspection.ts';
import { LaneWatch } from './lane-watch.ts';
import { reportsObjects } from './models.ts';
import type { LineSignals } from './line-signals.ts';

export interface LineUnderUpdateParts {
  readonly loaded: () => LoadedConfig;
  readonly inspection: Inspection;
  readonly signals: LineSignals;
  readonly clock: Clock;
}

/** The running line as the update machine sees it. A bundle is used by every model of the configuration that refers to its id. */
export function lineUnderUpdate({ loaded, inspection, signals, clock }: LineUnderUpdateParts): LineUnderUpdate {
  const idsOf = (bundle: string): readonly string[] =>
    loaded().config.models.flatMap(({ id, ref }) => (ref === bundle ? [id] : []));
  const camerasOf = (bundle: string): number => {
    const ids = idsOf(bundle);
    return loaded().config.cameras.filter((camera) => modelIdsOf(camera).some((id) => ids.includes(id))).length;
  };
  return {
    uses: (bundle) => camerasOf(bundle) > 0,
    reload: async (bundle) => {
      const ids = idsOf(bundle);
      if (ids.length > 0) await inspection.rereadModels(ids);
    },
    locked: () => {
      const id = loaded().config.updates?.lockSignal;
      const signal = id === undefined ? undefined : signals.table.get(id);
      // Where nobody knows whether a batch runs, one may: nothing is swapped.
      return id !== undefined && (signal === undefined || booleanOf(signal) !== false);
    },
    watch: (bundle) => {
      const ids = bundle === undefined ? undefined : idsOf(bundle);
      return new LaneWatch(inspection.lanes, clock, {
        counts: (model) => ids?.includes(model) ?? true,
        reportsObjects: (model) => inspection.models.some((one) => one.id === model && reportsObjects(one)),
      });
    },
    failure: (bundle) => {
      const ids = idsOf(bundle);
      const refused = inspection.models.find((model) => model.state === 'refused' && ids.includes(model.id));
      if (refused?.state === 'refused') return refused.message;
      for (const { camera, models } of inspection.lanes.state().lanes) {
        const failed = models.find(({ model, status }) => ids.includes(model) && status?.state === 'failed');
        if (failed !== undefined)
          return `${camera}, ${failed.model}: ${failed.status?.reason ?? 'the model has failed'}`;
      }
      return undefined;
    },
  };
}
