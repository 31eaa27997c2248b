import type { Truth, TrueEvent } from '../../edge/src/event-accuracy/index.ts';
import { BELT, FLOOR, type MeasuredScene, PEOPLE, PLANT_SIGNALS, PRODUCT, STATION } from './scenes.ts';
import {
  cleanedEvents,
  emptyEvents,
  incidentEvents,
  occupiedEvents,
  overdueEvents,
  passageEvents,
  slowEvents,
} from './scene-truths.ts';
import { stopEvents, weightEvents } from './plant-truths.ts';

/** One sort of events that a rule reports, and what must be reported. */
export interface MeasuredReports {
  /** What the events report of their subject, where the rule reports several conditions. */
  readonly condition?: string;
  /** The rule's own delay. Default: its `minDuration`. */
  readonly delayMs?: number;
  readonly truths: (truth: Truth) => readonly TrueEvent[];
}

/** A rule as it is configured, and its events. Options that are not given are the defaults. */
export interface MeasuredRule {
  readonly id: string;
  readonly type: string;
  /** The one scene of its kind on which it runs. Default: all of them. */
  readonly scene?: MeasuredScene;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether what it counts is measured, one report for each item, in place of its events. */
  readonly counts?: boolean;
  readonly reports: readonly MeasuredReports[];
}

/** One kind of event that is measured. */
export interface MeasuredKind {
  /** Type of the rules. */
  readonly id: string;
  /** Kind of the events that the rules make. */
  readonly eventKind: string;
  readonly scenes: readonly MeasuredScene[];
  readonly rules: readonly MeasuredRule[];
}

const SECOND = 1000;

export const KINDS: readonly MeasuredKind[] = [
  byIncident('missing_headwear', 'personnel_violation', PEOPLE),
  byIncident('product_defect', 'quality_issue', PRODUCT),
  byIncident('spill', 'sanitation', FLOOR),
  byIncident('ppe', 'personnel_violation', PEOPLE),
  {
    id: 'occupancy',
    eventKind: 'personnel_violation',
    scenes: [STATION],
    rules: [
      {
        id: 'forbidden',
        type: 'occupancy',
        options: { zone: 'robot' },
        reports: [{ truths: occupiedEvents({ zone: 'robot', people: 1 }) }],
      },
      {
        id: 'too_many',
        type: 'occupancy',
        options: { max: 1 },
        reports: [{ truths: occupiedEvents({ people: 2 }) }],
      },
    ],
  },
  {
    id: 'operation_time',
    eventKind: 'production',
    scenes: [STATION],
    rules: [
      {
        id: 'operation',
        type: 'operation_time',
        options: { zone: 'bench', max: '6s' },
        reports: [
          { condition: 'running', truths: occupiedEvents({ zone: 'bench', people: 1 }) },
          { condition: 'too_long', delayMs: 6 * SECOND, truths: occupiedEvents({ zone: 'bench', people: 1 }) },
        ],
      },
    ],
  },
  {
    id: 'cleaning',
    eventKind: 'sanitation',
    scenes: [STATION],
    rules: [
      {
        id: 'cleaning',
        type: 'cleaning',
        options: { zone: 'wash', minDuration: '4s', clearAfter: '5s', interval: '50s' },
        reports: [
          { condition: 'cleaned', truths: cleanedEvents },
          { condition: 'overdue', delayMs: 0, truths: overdueEvents(4 * SECOND, 50 * SECOND) },
        ],
      },
    ],
  },
  {
    id: 'count',
    eventKind: 'production',
    scenes: [BELT],
    rules: [{ id: 'count', type: 'count', counts: true, reports: [{ delayMs: 0, truths: passageEvents }] }],
  },
  {
    id: 'rate',
    eventKind: 'production',
    scenes: [BELT],
    rules: [
      {
        id: 'rate',
        type: 'rate',
        options: { window: '20s', minRate: 30, minDuration: '3s', clearAfter: '3s', coolDown: '3s' },
        reports: [{ truths: slowEvents(20 * SECOND, 30) }],
      },
    ],
  },
  {
    id: 'downtime',
    eventKind: 'production',
    scenes: [BELT, PLANT_SIGNALS],
    rules: [
      {
        id: 'downtime',
        type: 'downtime',
        scene: BELT,
        options: { noProductFor: '8s' },
        reports: [{ truths: emptyEvents(8 * SECOND) }],
      },
      {
        id: 'stop',
        type: 'downtime',
        scene: PLANT_SIGNALS,
        options: { stateSignal: 'state', reasonSignal: 'stop_reason' },
        reports: [{ truths: stopEvents }],
      },
    ],
  },
  {
    id: 'weight',
    eventKind: 'quality_issue',
    scenes: [PLANT_SIGNALS],
    rules: [
      {
        id: 'weight',
        type: 'weight',
        options: { signal: 'weight', nominal: 500 },
        reports: (['under_t2', 'over', 't1_fraction', 'average_under'] as const).map((condition) => ({
          ...{ condition, delayMs: 0, truths: weightEvents(condition) },
        })),
      },
    ],
  },
];

/** A kind whose true events are the incidents of the twin's camera. */
function byIncident(type: string, eventKind: string, scene: MeasuredScene): MeasuredKind {
  return { id: type, eventKind, scenes: [scene], rules: [{ id: type, type, reports: [{ truths: incidentEvents }] }] };
}

/** All rules that run on a scene, whichever kind is measured: so that one replay serves every kind. */
export function rulesOn(scene: MeasuredScene): readonly MeasuredRule[] {
  return KINDS.flatMap((kind) => rulesOfKind(kind, scene));
}

/** The rules of one kind on one of its scenes. */
export function rulesOfKind({ scenes, rules }: MeasuredKind, scene: MeasuredScene): readonly MeasuredRule[] {
  return scenes.includes(scene) ? rules.filter((rule) => rule.scene === undefined || rule.scene === scene) : [];
}
