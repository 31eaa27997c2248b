import { dice } from '../../support/dice.ts';

/** Where the power fails. `state`: before or after that state is written, or some milliseconds after it. */
export type KillPoint =
  | { readonly at: 'state'; readonly state: string; readonly when: 'before' | 'after' | 'during'; readonly ms: number }
  /** When so many bytes of a file of the release have arrived. */
  | { readonly at: 'bytes'; readonly bytes: number }
  /** When the named metadata, or the release document, has arrived. */
  | { readonly at: 'metadata'; readonly name: string };

/** What the power cut does to files that were not synced, or a bad disk to others. */
export const DAMAGES = [
  'none',
  'staging_tail',
  'staging_zeros',
  'mark',
  'metadata',
  'floor',
  'note',
  'temporary',
  'bundle_staging',
  'object',
] as const;
export type Damage = (typeof DAMAGES)[number];

/** What is served, and how the line does with it. */
export const SITUATIONS = [
  'good',
  'worse',
  'worse_in_shadow',
  'golden_fails',
  'older_repository',
  'changed_file',
  'other_keys',
  'expired',
] as const;
export type Situation = (typeof SITUATIONS)[number];

export interface UpdateCase {
  readonly number: number;
  readonly situation: Situation;
  /** One after the other, each in a process of its own; then one without. */
  readonly kills: readonly { readonly point: KillPoint; readonly damage: Damage }[];
}

const STATES = [
  'downloading',
  'verified',
  'staged',
  'shadow',
  'trial',
  'rolling_back',
  'committed',
  'rolled_back',
  'failed',
];
const METADATA = ['timestamp.json', 'snapshot.json', 'acme.json', 'targets/'];

/** Bytes of the file that every release has anew, and between two syncs of its download. */
export const FILLER_BYTES = 64 * 1024;
export const SYNC_EVERY = 4 * 1024;

/** Every state and class of bytes at least once, the rest drawn. */
export function updateCases(count: number, seed: number): readonly UpdateCase[] {
  const random = dice(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const fixed = fixedPoints();
  return Array.from({ length: count }, (_, number) => {
    const first = fixed[number % fixed.length]!;
    const second = random(3) === 0 ? [pick(fixed)] : [];
    const turned = first.at === 'state' && (first.state === 'rolling_back' || first.state === 'rolled_back');
    const failed = first.at === 'state' && first.state === 'failed';
    const others = [
      'worse',
      'worse_in_shadow',
      'golden_fails',
      'older_repository',
      'changed_file',
      'other_keys',
      'expired',
    ] as const;
    const kept = first.at === 'state' && (first.state === 'trial' || first.state === 'committed');
    const drawn = kept || random(3) > 0 ? 'good' : pick(others);
    const situation = turned ? 'worse' : failed ? 'golden_fails' : drawn;
    const kills = [first, ...second].map((point) => ({ point, damage: pick(DAMAGES) }));
    return { number, situation, kills };
  });
}

function fixedPoints(): readonly KillPoint[] {
  const states = STATES.flatMap((state): readonly KillPoint[] => [
    { at: 'state', state, when: 'before', ms: 0 },
    { at: 'state', state, when: 'after', ms: 0 },
    { at: 'state', state, when: 'during', ms: 1 },
    { at: 'state', state, when: 'during', ms: 8 },
  ]);
  const bytes = [1, 2, SYNC_EVERY - 1, SYNC_EVERY, SYNC_EVERY + 1, FILLER_BYTES / 2, FILLER_BYTES - 1, FILLER_BYTES];
  return [
    ...states,
    ...bytes.map((one): KillPoint => ({ at: 'bytes', bytes: one })),
    ...METADATA.map((name): KillPoint => ({ at: 'metadata', name })),
  ];
}
