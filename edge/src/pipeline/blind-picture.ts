import type { CameraStatus, Inspection, PictureProblem } from '../domain/index.ts';

/**
 * Problems with which a picture shows nothing of the line, and the reason why there is no result. What a model reports of
 * such a picture is noise, and that it reports nothing does not mean that all is well. A blurred or moved picture shows something.
 */
const BLINDING = {
  frozen: 'picture_frozen',
  dark: 'picture_dark',
  overexposed: 'picture_overexposed',
  covered: 'picture_covered',
} as const satisfies Partial<Record<PictureProblem, string>>;

/** Whether the camera shows nothing of the line. */
export function isBlind(status: CameraStatus | undefined): boolean {
  return reasonOf(status) !== undefined;
}

/** The inspection, or `no_result` where the camera shows nothing. */
export function unlessBlind(inspection: Inspection, status: CameraStatus | undefined): Inspection {
  const reason = reasonOf(status);
  if (reason === undefined || inspection.result.status === 'no_result') return inspection;
  return { ...inspection, result: { status: 'no_result', reason } };
}

function reasonOf(status: CameraStatus | undefined): (typeof BLINDING)[keyof typeof BLINDING] | undefined {
  const problems: readonly PictureProblem[] = status?.picture?.problems ?? [];
  const [reason] = problems.flatMap((problem) =>
    problem === 'blurred' || problem === 'moved' ? [] : [BLINDING[problem]],
  );
  return reason;
}
