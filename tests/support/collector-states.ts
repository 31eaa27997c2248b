import {
  rolloutJson,
  rolloutSummary,
  type Rollout,
  type RolloutLine,
} from '../../cloud-sync/collector/src/rollouts/index.ts';

const HOUR_MS = 3_600_000;
const EPOCH = 'e'.repeat(16);

/** One of everything that can be wrong with records, as `/api/v1/gaps` gives it. */
export function everyGap(device: string, nowMs: number): object {
  const key = { device, epoch: EPOCH, stream: 'events' };
  const atMs = nowMs - HOUR_MS;
  const hashes = { expected: 'a'.repeat(64), found: 'b'.repeat(64), times: 1 };
  const gap = { ...key, first: 4, last: 24, missing: 21, openedAtMs: atMs, requests: 2 };
  return {
    items: [
      { ...gap, id: 1, state: 'open' },
      { ...gap, id: 2, state: 'closed', stream: 'telemetry', first: 7, last: 7, requests: 1 },
      { ...gap, id: 3, state: 'declared', stream: 'media', requests: 5 },
    ],
    chainBreaks: ['prev', 'head', 'next'].map((link, n) => ({ ...key, ...hashes, link, seq: 100 + n, atMs })),
    signatures: ['forged', 'other_history', 'other_key'].map((problem, n) => ({ ...key, seq: 200 + n, problem, atMs })),
    losses: ['quota', 'disk_full', 'journal_damaged'].map((reason, n) => ({
      ...{ ...key, reason, count: 1 + 20 * n, first: 300, last: 320 + n, lastDeclaredAtMs: atMs },
    })),
    conflicts: [true, false].map((contentDiffers, n) => ({ ...key, seq: 400 + n, contentDiffers, times: 1, atMs })),
  };
}

/** Why messages were refused: every reason, once and oftener. */
export const EVERY_REFUSAL = {
  ...{ not_json: 1, too_big: 2, too_deep: 3, schema: 4, topic: 5, device_mismatch: 6, stream_mismatch: 7 },
  ...{ number_out_of_range: 8, too_many_epochs: 9 },
};

/** A device that waits with its code, and one refused for each reason, as `/api/v1/claims` gives them. */
export function everyClaim(nowMs: number): object {
  const refusals = ['claim_cancelled', 'claim_expired', 'claim_other_device', 'claim_used', 'request_invalid'];
  return {
    collector: '10.0.0.5:8981',
    items: [
      { id: 'c1', device: 'line-7', state: 'open', line: 'Packing 7', site: null, expiresAtMs: nowMs + HOUR_MS / 2 },
    ],
    history: refusals.map((detail, n) => ({
      ...{ atMs: nowMs - HOUR_MS, who: `10.0.0.${n}`, action: 'refused', device: `line-${10 + n}`, detail },
    })),
  };
}

const DEVICE_STATES = [
  ...['waiting', 'downloading', 'verified', 'staged', 'shadow', 'trial', 'rolling_back', 'committed', 'rolled_back'],
  ...['failed', 'unable_to_roll_back', 'not_applied'],
];

/** Rollouts in every state, with lines in every state, and each step in the history. */
export class EveryRollout {
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  list(): object {
    const states = ['running', 'waiting_for_approval', 'paused', 'stopped', 'failed', 'done'] as const;
    const reasons = { stopped: 'смена закончилась', failed: '2 of 3 lines of canary failed' };
    return {
      items: states.map((state) => ({
        ...rolloutSummary(this.#rollout(state)),
        reason: state === 'stopped' || state === 'failed' ? reasons[state] : null,
      })),
    };
  }

  one(): object {
    const detail = { group_succeeded: '3 of 3 lines', updating: 'trial', group_began: 'rest' } as const;
    const acts = [
      ...['created', 'pause', 'resume', 'approve', 'stopped', 'done', 'waiting_for_approval', 'group_began'],
      ...['group_succeeded', 'document_renewed', 'updating', 'committed', 'failed'],
    ];
    const said: Readonly<Record<string, string>> = detail;
    const history = acts.map((action, n) => {
      const more = said[action];
      const who = n < 5 ? 'anna' : 'collector';
      return { atMs: this.#nowMs - HOUR_MS, who, action, ...(more === undefined ? {} : { detail: more }) };
    });
    return rolloutJson(this.#rollout('running'), history);
  }

  #rollout(state: Rollout['state']): Rollout {
    const sinceMs = this.#nowMs - HOUR_MS;
    const states = ['waiting', 'offered', 'updating', 'committed', 'failed', 'withdrawn'] as const;
    const lines = [
      ...states.map((line, n): RolloutLine => ({ device: `line-${n}`, group: 0, state: line, sinceMs })),
      ...DEVICE_STATES.map(
        (deviceState, n): RolloutLine => ({
          ...{ device: `line-${20 + n}`, group: n % 2, state: 'updating', sinceMs, deviceState },
          ...(n === 1 ? { progress: { bytes: 25, of: 100 } } : {}),
          ...(n === 4 ? { shadow: '40 of 500 frames differ', reason: 'fewer results' } : {}),
        }),
      ),
    ];
    const release = {
      kind: 'model',
      id: 'ppe',
      version: '2.1.0',
      counter: 2,
      bytes: 10,
      sha256: 'a'.repeat(64),
    } as const;
    return {
      ...{ v: 1, id: `ppe-2.1.0-${state}`, change: 0, state, createdBy: 'anna', createdAtMs: sinceMs, lines },
      release: { ...release, target: 'models/acme/ppe-2.1.0.json' },
      groups: [
        { name: 'canary', soakMs: 2 * HOUR_MS },
        { name: 'rest', soakMs: 0 },
      ],
      ...{ success: 0.5, errors: 0.5, approval: 'groups', approvals: [], current: 0, reachedAtMs: this.#nowMs },
    };
  }
}
