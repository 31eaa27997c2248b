/** What a command's exit code means, the same for every program and command. */
export const EXIT = {
  ok: 0,
  /** The command did its work and found problems, or a part of it failed. */
  problems: 1,
  /** Wrong options, wrong input, or a configuration that cannot be used. */
  badInput: 2,
  /** Something this machine must have is missing: Node, FFmpeg, a writable data folder, the service. */
  environment: 3,
  /** `status`, `coverage`: a part is not or was not inspected, or its results are to be doubted. */
  degraded: 4,
  /** `status`, `coverage`: nothing is or was inspected, or nobody knows. */
  notInspecting: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The codes for people, in the order of their numbers. */
export const EXIT_MEANINGS: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.ok, 'done, and nothing is wrong'],
  [EXIT.problems, 'done, and problems were found; or a part of the work failed'],
  [EXIT.badInput, 'wrong options or input, or a configuration that cannot be used'],
  [
    EXIT.environment,
    'something is missing on this machine: Node, FFmpeg, a writable data folder, a secret, the service, a build',
  ],
  [EXIT.degraded, 'status, coverage: a part is not or was not inspected, or nobody knows of a part'],
  [EXIT.notInspecting, 'status, coverage: nothing is or was inspected, or nobody knows'],
];
