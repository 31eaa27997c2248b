import type { DataType, MetricValue } from '../../../sparkplug/index.ts';
import type { CameraReport, LineReport, OutputReport } from '../../line/index.ts';

/** One metric by its name. `null`: unknown now, which is never 0. */
export interface LineMetric {
  readonly name: string;
  readonly type: DataType;
  readonly value: MetricValue | null;
}

/** A device of the node with its metrics; the same names at each report. */
export interface LineDevice {
  readonly id: string;
  /** A camera that delivers no pictures is dead to the plant. */
  readonly alive: boolean;
  readonly metrics: readonly LineMetric[];
}

const text = (name: string, value: string | undefined): LineMetric => ({ name, type: 'String', value: value ?? null });
const flag = (name: string, value: boolean): LineMetric => ({ name, type: 'Boolean', value });
const count = (name: string, value: number | undefined): LineMetric => ({ name, type: 'Int64', value: value ?? null });
const rate = (name: string, value: number | undefined): LineMetric => ({ name, type: 'Double', value: value ?? null });

/** Metrics of the node itself. */
export function nodeMetrics({ version, healthy, problems }: LineReport): readonly LineMetric[] {
  return [
    text('Properties/Software', `Lineside ${version}`),
    flag('Healthy', healthy),
    text('Problems', problems.join('; ').slice(0, 1_000)),
  ];
}

/** The line and each of its cameras. */
export function lineDevices(report: LineReport): readonly LineDevice[] {
  return [lineDevice(report), ...report.cameras.map(cameraDevice)];
}

function lineDevice({ line, production, openEvents, outputs }: LineReport): LineDevice {
  const [newest] = openEvents;
  const metrics = [
    text('Name', line),
    text('Production/Product', production?.product),
    text('Production/Batch', production?.batch),
    text('Production/Recipe', production?.recipe),
    text('Production/Shift', production?.shift),
    count('Production/Counted', production?.counted),
    count('Production/Planned', production?.planned),
    rate('Production/Per Minute', production?.perMinute),
    count('Production/Stops', production?.stops),
    count('Events/Open', openEvents.length),
    count('Events/Critical', openEvents.filter(({ severity }) => severity === 'critical').length),
    text('Events/Newest/Kind', newest?.kind),
    text('Events/Newest/Camera', newest?.camera),
    text('Events/Newest/Label', newest?.label),
    ...outputs.flatMap(outputMetrics),
  ];
  return { id: 'line', alive: true, metrics };
}

/** A result is given only while the output is ready: before, nobody answers for it. */
function outputMetrics({ id, readiness, armed, counts, newest }: OutputReport): readonly LineMetric[] {
  const at = `Outputs/${id}`;
  const valid = readiness === 'ready' ? newest : undefined;
  return [
    flag(`${at}/Ready`, readiness === 'ready'),
    text(`${at}/Readiness`, readiness),
    flag(`${at}/Armed`, armed),
    text(`${at}/Result`, valid?.result),
    text(`${at}/Reason`, valid?.reason),
    count(`${at}/Piece`, valid?.piece),
    count(`${at}/Good`, counts['ok']),
    count(`${at}/Bad`, counts['nok']),
    count(`${at}/No Result`, counts['noResult']),
    count(`${at}/Rejects Done`, counts['done']),
    count(`${at}/Rejects Missed`, counts['missed']),
  ];
}

function cameraDevice({ id, state, inspecting, offered, inspected, skipped, failed }: CameraReport): LineDevice {
  const metrics = [
    text('Stream', state),
    text('Inspecting', inspecting),
    count('Frames/Offered', offered),
    count('Frames/Inspected', inspected),
    count('Frames/Skipped', skipped),
    count('Frames/Failed', failed),
  ];
  return { id: `camera-${id}`, alive: state === 'streaming', metrics };
}
