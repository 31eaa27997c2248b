import type { Anomaly, Mask } from '../../domain/index.ts';
import type { Prediction } from '../../predictor/index.ts';

/** One frame as `--json` prints it. */
export interface Line {
  readonly source: string;
  readonly frame: number;
  /** Seconds. */
  readonly time: number;
  readonly status: Prediction['status'];
  readonly reason?: string;
  readonly detections: readonly ShownDetection[];
  readonly classes?: readonly { readonly label: string; readonly score: number }[];
  readonly anomaly?: ShownAnomaly;
}

type ShownAnomaly = Pick<Anomaly, 'score' | 'limit' | 'watching'>;

interface ShownDetection {
  readonly label: string;
  readonly score: number;
  readonly box: readonly number[];
  readonly mask?: Mask;
  /** Of a video or a sequence of images: the same object has the same number in all frames. */
  readonly track?: number;
}

/** A prediction with as many digits as mean something; outlines only where they are asked for. */
export function shownOf(
  prediction: Prediction,
  masks: boolean,
  tracks: readonly (number | undefined)[] = [],
): Omit<Line, 'source' | 'frame' | 'time'> {
  const detections = prediction.detections.map(({ label, score, box, mask }, n) => ({
    label,
    score: rounded(score, 4),
    box: box.map((value) => rounded(value, 2)),
    ...(masks && mask !== undefined ? { mask } : {}),
    ...(tracks[n] === undefined ? {} : { track: tracks[n] }),
  }));
  switch (prediction.status) {
    case 'no_result':
      return { status: prediction.status, reason: prediction.reason, detections };
    case 'degraded':
      return { status: prediction.status, reason: prediction.reason, detections, ...wholeOf(prediction) };
    case 'ok':
      return { status: prediction.status, detections, ...wholeOf(prediction) };
  }
}

function wholeOf({
  classes,
  anomaly,
}: Exclude<Prediction, { status: 'no_result' }>): Pick<Line, 'classes' | 'anomaly'> {
  return {
    ...(classes === undefined
      ? {}
      : { classes: classes.map(({ label, score }) => ({ label, score: rounded(score, 4) })) }),
    ...(anomaly === undefined ? {} : { anomaly: shownAnomaly(anomaly) }),
  };
}

/** Anomaly scores have any scale: digits count from the first that is not 0. */
function shownAnomaly({ score, limit, watching }: Anomaly): ShownAnomaly {
  return {
    score: Number(score.toPrecision(6)),
    ...(limit === undefined ? {} : { limit }),
    ...(watching === undefined ? {} : { watching }),
  };
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function textOf(line: Line): string {
  const found = line.detections.map(
    ({ label, score, box, track }) =>
      `${label}${track === undefined ? '' : ` #${track}`} ${score.toFixed(2)} [${box.join(', ')}]`,
  );
  const best = line.classes?.slice(0, 3).map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  const seen = [
    ...(best === undefined ? [] : [`classes ${best.join(', ')}`]),
    ...(line.anomaly === undefined ? [] : [anomalyText(line.anomaly)]),
    found.join('; ') || 'nothing',
  ];
  const what = line.status === 'no_result' ? `NOT INSPECTED (${line.reason ?? ''})` : seen.join(' | ');
  const mark = line.status === 'degraded' ? ` (degraded: ${line.reason ?? ''})` : '';
  return `${line.source} #${line.frame} ${line.time.toFixed(3)} s${mark}: ${what}`;
}

function anomalyText({ score, limit, watching }: ShownAnomaly): string {
  const state = watching === true ? ', watching only' : '';
  return `anomaly score ${score}${limit === undefined ? '' : ` (limit ${limit} MADs${state})`}`;
}
