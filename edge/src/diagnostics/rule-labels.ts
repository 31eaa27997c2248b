import { CATALOG_DIR, ModelError, type ModelPlaces, resolveModel } from '@lineside/models';
import { type LoadedConfig, type Problem, problemsOf } from '../config/index.ts';
import { labelProblems, modelsReadBy } from '../rules/index.ts';
import { type Check, ok, trouble } from './check.ts';

type Places = Omit<ModelPlaces, 'catalogDir'>;

/**
 * Labels that a rule of the configuration reads and its model does not have, each with its place in the file. A model
 * that cannot be read, or that has no labels, is left out: the check of the models reports it.
 */
export async function ruleLabelProblems(loaded: LoadedConfig, places: Places): Promise<readonly Problem[]> {
  const { config } = loaded;
  const labels = new Map<string, readonly string[]>();
  const read = config.models.filter(({ id }) => config.rules.some((rule) => modelsReadBy(rule).includes(id)));
  for (const { id, ref } of read) labels.set(id, await labelsOf(ref, places));
  const known = (model: string): readonly string[] | undefined =>
    labels.get(model)?.length === 0 ? undefined : labels.get(model);
  const findings = config.rules.flatMap((rule, i) =>
    labelProblems(rule, known).map(({ option, message, advice }) => ({
      ...{ code: 'rule_label_unknown', path: ['rules', i, option], message, advice },
    })),
  );
  return problemsOf(loaded, findings);
}

async function labelsOf(ref: string, places: Places): Promise<readonly string[]> {
  try {
    const handle = await resolveModel(ref, { catalogDir: CATALOG_DIR, ...places });
    return handle.manifest?.labels ?? handle.labels ?? [];
  } catch (error) {
    if (error instanceof ModelError) return [];
    throw error;
  }
}

/** Whether the models have the labels that the rules read. */
export function ruleLabelCheck(loaded: LoadedConfig, places: Places): Check {
  return {
    name: 'rules',
    deadlineMs: 20_000,
    run: async () => {
      const problems = await ruleLabelProblems(loaded, places);
      if (problems.length === 0) return [ok('rules', 'the models have the labels that the rules read')];
      return problems.map(({ code, path, message, advice }) =>
        trouble('failure', {
          code,
          subject: loaded.config.rules[Number(/\d+/.exec(path)?.[0])]?.id,
          message: `${path}: ${message}`,
          meaning: 'objects with this label open no event',
          advice,
        }),
      );
    },
  };
}
