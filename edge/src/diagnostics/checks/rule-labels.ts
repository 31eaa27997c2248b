import { CATALOG_DIR, ModelError, type ModelPlaces, resolveModel } from '@lineside/models';
import { type LoadedConfig, type Problem, problemsOf } from '../../config/index.ts';
import { labelProblems, modelsReadBy } from '../../rules/index.ts';

type Places = Omit<ModelPlaces, 'catalogDir'>;

/**
 * Labels that a rule or the privacy of a camera reads and its model does not have, and stages that could refine none, each
 * with its place in the file. A model that cannot be read, or that has no labels, is left out: the check of the models reports it.
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
  return problemsOf(loaded, [
    ...findings,
    ...(await blindCameras(loaded, places)),
    ...(await idleStages(loaded, places)),
  ]);
}

/** Cameras whose privacy is to cover people with a model that has none of the labels. */
async function blindCameras({ config }: LoadedConfig, places: Places): Promise<readonly CameraFinding[]> {
  const blind = config.cameras.map(async ({ privacy }, i) => {
    if (privacy === undefined || privacy.blur === 'none') return [];
    const { blur, model, headLabels, personLabels } = privacy;
    const known = await labelsOf(config.models.find(({ id }) => id === model)?.ref ?? model, places);
    const needed = blur === 'heads' ? [...headLabels, ...personLabels] : personLabels;
    if (known.length === 0 || needed.some((label) => known.includes(label))) return [];
    return [
      {
        code: 'privacy_label_unknown',
        path: ['cameras', i, 'privacy', 'blur'],
        message: `model ${model} has none of the labels ${needed.join(', ')}`,
        advice: `labels of ${model}: ${known.join(', ')}; name them in privacy.headLabels and privacy.personLabels`,
      },
    ];
  });
  return (await Promise.all(blind)).flat();
}

/** Stages that are to refine the labels of a model with which they have fewer than two in common. */
async function idleStages({ config }: LoadedConfig, places: Places): Promise<readonly CameraFinding[]> {
  const refOf = (model: string): string => config.models.find(({ id }) => id === model)?.ref ?? model;
  const idle = config.cameras.flatMap(({ stages }, i) =>
    stages.map(async ({ model, source, refines }, j) => {
      if (!refines) return [];
      const [own, known] = await Promise.all([model, source].map((id) => labelsOf(refOf(id), places)));
      if (own === undefined || known === undefined || own.length === 0 || known.length === 0) return [];
      if (own.filter((label) => known.includes(label)).length > 1) return [];
      return [
        {
          code: 'refine_label_unknown',
          path: ['cameras', i, 'stages', j, 'refines'],
          message: `${model} and ${source} have fewer than two labels in common, so it can correct none`,
          advice: `labels of ${model}: ${own.join(', ')}; of ${source}: ${known.join(', ')}; leave refines out, or name another model`,
        },
      ];
    }),
  );
  return (await Promise.all(idle)).flat();
}

interface CameraFinding {
  readonly code: string;
  readonly path: (string | number)[];
  readonly message: string;
  readonly advice: string;
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
