import type { CameraReport, LineReport } from '../../line/index.ts';

/** A retained document below the feed's topic. */
export interface StateTopic {
  readonly name: string;
  readonly body: object;
}

export const AVAILABILITY = 'availability';
export const ONLINE = 'online';
export const OFFLINE = 'offline';

/** The line's state as retained documents, one for the line and one for each camera and output. */
export function stateTopics(report: LineReport): readonly StateTopic[] {
  const { device, line, version, startedAtMs, healthy, problems, vision, recipes, stations, production } = report;
  const { openEvents, cameras, outputs } = report;
  const critical = openEvents.filter(({ severity }) => severity === 'critical').length;
  const counts = { open: openEvents.length, critical };
  const state = { device, line, version, startedAtMs, healthy, problems, events: counts, vision, recipes, stations };
  return [
    { name: 'state', body: { ...state, ...(production === undefined ? {} : { production }) } },
    { name: 'open-events', body: { events: openEvents } },
    ...cameras.map((camera) => ({ name: `cameras/${camera.id}`, body: cameraBody(camera) })),
    // A result is given only while the output is ready: before, nobody answers for it.
    ...outputs.map(({ newest, ...output }) => ({
      name: `outputs/${output.id}`,
      body: { ...output, result: output.readiness === 'ready' ? (newest ?? null) : null },
    })),
  ];
}

/** Without the age of the frame, which is another one each time. */
function cameraBody({
  id,
  state,
  inspecting,
  withoutResult,
  offered,
  inspected,
  skipped,
  failed,
}: CameraReport): object {
  return { id, state, inspecting, withoutResult, offered, inspected, skipped, failed };
}
