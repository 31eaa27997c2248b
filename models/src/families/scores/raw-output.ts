/** One output of one run, with its numbers as they are. */
export interface RawOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** The outputs of each trial run, one per image. */
export type Runs = readonly (readonly RawOutput[])[];

/** The output called `name` of every run. */
export function outputOfRuns(name: string | undefined, runs: Runs): readonly RawOutput[] {
  return runs.flatMap((outputs) => outputs.filter((output) => output.name === name));
}
