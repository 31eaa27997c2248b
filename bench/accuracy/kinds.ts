import type { CameraDeclaration } from '@lineside/twin';

/** One kind of event that is measured: what the twin shows, and the rule that must report it, with its defaults. */
export interface MeasuredKind {
  /** Type of the rule. */
  readonly id: string;
  /** Kind of the events that the rule makes. */
  readonly eventKind: string;
  readonly models: readonly string[];
  readonly camera: CameraDeclaration;
  readonly fps: number;
  readonly periodSeconds: number;
  /** Options of the rule that are not its defaults. */
  readonly rule?: Readonly<Record<string, unknown>>;
  readonly conditions: readonly string[];
}

const EVERYWHERE = [
  'ordinary',
  'sketch',
  'gloss',
  'fabric',
  'cctv',
  'dark',
  'noisy',
  'blurred',
  'low_bitrate',
] as const;

/** Scripts put true events far enough apart that a rule's clearing time and cool-down do not join two of them. */
export const KINDS: readonly MeasuredKind[] = [
  {
    id: 'missing_headwear',
    eventKind: 'personnel_violation',
    models: ['ppe'],
    fps: 5,
    periodSeconds: 60,
    camera: {
      id: 'people',
      scene: 'people',
      visitsPerMinute: 1,
      violationRate: 0,
      visits: [
        { at: 1, seconds: 22, headwear: 'any' },
        { at: 8, seconds: 18, headwear: 'none' },
        { at: 20, seconds: 17, headwear: 'any' },
        { at: 33, seconds: 18, headwear: 'none' },
        { at: 40, seconds: 16, headwear: 'any' },
      ],
    },
    conditions: [...EVERYWHERE, 'crowded'],
  },
  {
    id: 'product_defect',
    eventKind: 'quality_issue',
    models: ['defect'],
    fps: 5,
    periodSeconds: 60,
    camera: {
      id: 'product',
      scene: 'product',
      bottlesPerMinute: 46,
      secondsInView: 6,
      defectRate: 0,
      incidents: [3, 13, 22, 34].map((at) => ({ at, kind: 'any' as const })),
    },
    conditions: [...EVERYWHERE, 'fast'],
  },
  {
    id: 'spill',
    eventKind: 'sanitation',
    models: ['sanitation'],
    fps: 5,
    periodSeconds: 60,
    camera: {
      id: 'floor',
      scene: 'floor',
      passersPerMinute: 3,
      incidents: [
        { at: 4, seconds: 20, kind: 'spill' },
        { at: 34, seconds: 20, kind: 'litter' },
      ],
    },
    conditions: [...EVERYWHERE, 'crowded'],
  },
];
