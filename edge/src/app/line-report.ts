import type { LineEvent } from '../domain/index.ts';
import type { EventNews } from '../plant/feeds/index.ts';
import type {
  CameraReport,
  LineReport,
  LineState,
  OpenEvent,
  OutputReport,
  ProductionReport,
  StationReport,
} from '../plant/line/index.ts';
import type { CameraView, EventView, Health, OutputView, ProductionView, Snapshot } from '../status/index.ts';
import type { StationState } from './station-states.ts';

/** What describes the line without asking the database. */
export interface LineFacts extends Pick<Snapshot, 'device' | 'line' | 'version' | 'atMs' | 'startedAtMs' | 'cameras'> {
  readonly vision: Pick<Snapshot['vision'], 'state'>;
  /** Those at which products arrive. */
  readonly outputs: readonly OutputView[];
  readonly recipes: readonly { readonly id: string }[];
  readonly stations: readonly StationState[];
  readonly production: Omit<ProductionView, 'stops'> | undefined;
}

/** The line as other programs get it, by whatever protocol. */
export function lineState(facts: LineFacts): LineState {
  const { device, line, version, atMs, startedAtMs, vision, cameras, outputs, recipes, production } = facts;
  const stations = facts.stations.filter(({ of }) => of === 'line').map(stationReport);
  return {
    ...{ device, line, version, atMs, startedAtMs, vision: vision.state, recipes: recipes.map(({ id }) => id) },
    ...{ cameras: cameras.map(cameraReport), outputs: outputs.map(outputReport), stations },
    ...(production === undefined ? {} : { production: productionReport(production, stations) }),
  };
}

/** The same with what the database knows. */
export function lineReport(state: LineState, health: Health, openEvents: readonly EventView[] = []): LineReport {
  const problems = health.reasons.map(({ message }) => message);
  return { ...state, healthy: health.ok, problems, openEvents: openEvents.map(openEvent) };
}

function cameraReport({ id, state, inspecting, withoutResult, models, lastFrameAgeMs }: CameraView): CameraReport {
  const sum = (of: (counters: CameraView['models'][number]['counters']) => number): number =>
    models.reduce((total, { counters }) => total + of(counters), 0);
  const all = (reasons: Readonly<Record<string, number | undefined>>): number =>
    Object.values(reasons).reduce((total: number, count = 0) => total + count, 0);
  return {
    ...{ id, state, inspecting },
    ...{ offered: sum(({ offered }) => offered), inspected: sum(({ inspected }) => inspected) },
    ...{ skipped: sum(({ skipped }) => all(skipped)), failed: sum(({ failed }) => all(failed)) },
    ...(withoutResult === undefined ? {} : { withoutResult }),
    ...(lastFrameAgeMs === undefined ? {} : { lastFrameAgeMs: Math.round(lastFrameAgeMs) }),
  };
}

function outputReport(view: OutputView): OutputReport {
  const { id, camera, readiness, armed, connected, inTransit, counts = {}, newest } = view;
  return {
    ...{ id, camera, readiness, armed, connected, inTransit, counts },
    ...(newest === undefined ? {} : { newest }),
  };
}

function stationReport({ camera, rule, zone, status, reason }: StationState): StationReport {
  return {
    ...{ camera, rule, status },
    ...(zone === undefined ? {} : { zone }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function productionReport(view: Omit<ProductionView, 'stops'>, stations: readonly StationReport[]): ProductionReport {
  const { shift, counted, planned, perMinute, product, productName, targetWeight, batch, recipe } = view;
  return {
    ...{ shift, counted, stops: stations.filter(({ status }) => status === 'stopped').length },
    ...(planned === undefined ? {} : { planned }),
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(product === undefined ? {} : { product }),
    ...(productName === undefined ? {} : { productName }),
    ...(targetWeight === undefined ? {} : { targetWeight }),
    ...(batch === undefined ? {} : { batch }),
    ...(recipe === undefined ? {} : { recipe }),
  };
}

function openEvent({ event, kind, severity, camera, zone, rule, label, openedAtMs }: EventView): OpenEvent {
  return { ...{ event, kind, severity, camera, rule, label, openedAtMs }, ...(zone === undefined ? {} : { zone }) };
}

/** A transition as it is decided; `atMs` is wall time. */
export function eventNews({ event, camera, output }: LineEvent, atMs: number): EventNews {
  const { phase, kind, severity, zone, rule, ruleType, label, score, reason, durationMs, details } = output;
  return {
    ...{ event, phase, kind, severity, camera, rule, ruleType, label, durationMs: Math.round(durationMs), atMs },
    ...(zone === undefined ? {} : { zone }),
    ...(score === undefined ? {} : { score }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
  };
}
