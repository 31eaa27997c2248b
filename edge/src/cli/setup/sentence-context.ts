import { CATALOG_DIR, importedDir, listCatalog } from '@lineside/models';
import type { SentenceContext } from '../../sentences/index.ts';
import type { SetupSession } from './session.ts';

/** Labels of the models that ship and of the imported ones, by id. */
export async function modelLabels({ context }: SetupSession): Promise<ReadonlyMap<string, readonly string[]>> {
  const entries = await Promise.all([CATALOG_DIR, importedDir(context.dataDir)].map(listCatalog));
  return new Map(entries.flat().flatMap(({ id, manifest }) => (manifest === undefined ? [] : [[id, manifest.labels]])));
}

/** What sentences may name in the configuration as it is now. */
export async function sentenceContext(session: SetupSession): Promise<SentenceContext> {
  const labels = await modelLabels(session);
  const { cameras, shifts, signals } = session.config.config;
  return {
    cameras: cameras.map(({ id, zones, models }) => ({
      id,
      zones: zones.map((zone) => zone.id),
      models: models.map((model) => ({ id: model.id, labels: labels.get(model.id) ?? [] })),
    })),
    shifts: shifts.list.map(({ name }) => name),
    signals: signals.map(({ id, type }) => ({ id, type })),
  };
}
