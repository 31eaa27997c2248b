/** A second stage as the file has it. */
export type StageEntry = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Second stages of the catalog that correct the labels of a model, by the id of that model. */
const REFINING: Readonly<Record<string, StageEntry>> = {
  ppe: { model: 'heads', source: 'ppe', labels: ['headwear', 'bare_head'], padding: 0.3, refines: true },
};

/** The second stages with which a first setup gives these models to a camera. */
export function refiningStages(models: readonly string[]): readonly StageEntry[] {
  return models.flatMap((model) => {
    const stage = REFINING[model];
    return stage === undefined ? [] : [stage];
  });
}

/** Whether a model of the catalog only looks at detections of another one. */
export function isSecondStage(model: string): boolean {
  return Object.values(REFINING).some((stage) => stage['model'] === model);
}
