import { z } from 'zod';
import { openEventReader } from '../../edge/src/events/index.ts';
import { openJournalReader } from '../../edge/src/journal/index.ts';

const Reasons = z.record(z.string(), z.number());
const Verdicts = z.object({ good: z.number(), wrong: z.number(), unreadable: z.number(), missing: z.number() });
const Counters = z.object({ offered: z.number(), inspected: z.number(), skipped: Reasons, failed: Reasons });

/** The appliance's own figures after it has stopped. */
export const Stopped = z.object({
  snapshot: z.object({
    cameras: z.array(
      z.object({
        id: z.string(),
        models: z.array(
          z.object({
            model: z.string(),
            counters: Counters,
            packChecks: z.array(z.object({ packs: Verdicts })).optional(),
          }),
        ),
      }),
    ),
    models: z.array(z.object({ id: z.string(), provider: z.string().optional(), results: z.number() })),
  }),
});
export type Stopped = z.infer<typeof Stopped>;

const Devices = z.object({
  items: z.array(
    z.object({
      device: z.string(),
      reported: z
        .object({
          updates: z
            .object({ updates: z.array(z.object({ target: z.string(), state: z.string(), since: z.number() })) })
            .optional(),
        })
        .nullable(),
      streams: z.array(
        z.object({
          epoch: z.string(),
          stream: z.string(),
          stored: z.number(),
          declaredLost: z.number(),
          highest: z.number(),
        }),
      ),
    }),
  ),
});

export interface CameraAccount {
  readonly id: string;
  readonly offered: number;
  readonly inspected: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
}

/** The accounts of a run. `unexplained`: numbers of the journal that are neither at the collector, queued, nor declared. */
export interface Accounts {
  readonly cameras: readonly CameraAccount[];
  readonly models: Readonly<Record<string, { readonly provider: string; readonly results: number }>>;
  readonly events: Readonly<Record<string, number>>;
  /** Packs whose codes and dates were read, by verdict; absent where no camera reads. */
  readonly codes?: z.infer<typeof Verdicts>;
  readonly journal: number;
  readonly committed: number;
  readonly queued: number;
  readonly declaredLost: number;
  readonly unexplained: number;
  /** Releases that came from the collector in this run: in force, and taken back or refused. */
  readonly updates: { readonly applied: number; readonly rolledBack: number };
}

export interface AccountSources {
  readonly journalPath: string;
  readonly collectorUrl: string;
  readonly device: string;
  readonly stopped: Stopped;
  /** Wall ms; events before it belong to an earlier run on the same data. */
  readonly sinceMs: number;
}

/** Compares the appliance's journal with what the collector has stored, number by number per stream. */
export async function settleAccounts(sources: AccountSources): Promise<Accounts> {
  const { streams: stored, updates } = await deviceAtCollector(sources);
  const reader = openJournalReader(sources.journalPath);
  try {
    const sums = { journal: 0, committed: 0, queued: 0, declaredLost: 0, unexplained: 0 };
    for (const [stream, stats] of Object.entries(reader.stats())) {
      const there = stored.get(`${reader.epoch}/${stream}`) ?? { stored: 0, declaredLost: 0, highest: 0 };
      const issued = stats.next - 1;
      const above = issued - there.highest; // not there at all: each of them must still be held here
      const holes = there.highest - there.stored - there.declaredLost;
      sums.journal += issued;
      sums.committed += there.stored;
      sums.queued += stats.queued;
      sums.declaredLost += there.declaredLost;
      sums.unexplained += Math.abs(holes) + Math.max(0, above - stats.queued);
    }
    const events = eventsByKind(sources);
    const codes = codesOf(sources.stopped);
    const facts = { cameras: camerasOf(sources.stopped), models: modelsOf(sources.stopped), events };
    return { ...facts, ...(codes && { codes }), ...sums, updates };
  } finally {
    reader.close();
  }
}

function eventsByKind({ journalPath, sinceMs }: AccountSources): Record<string, number> {
  const reader = openEventReader(journalPath);
  try {
    const counts: Record<string, number> = {};
    for (const event of reader.events({ since: sinceMs })) {
      if (event.openedAtMs >= sinceMs) counts[event.kind] = (counts[event.kind] ?? 0) + 1;
    }
    return counts;
  } finally {
    reader.close();
  }
}

interface DeviceAtCollector {
  readonly streams: ReadonlyMap<string, { stored: number; declaredLost: number; highest: number }>;
  readonly updates: Accounts['updates'];
}

async function deviceAtCollector(sources: AccountSources): Promise<DeviceAtCollector> {
  const response = await fetch(`${sources.collectorUrl}/api/v1/devices`, { signal: AbortSignal.timeout(5_000) });
  const { items } = Devices.parse(await response.json());
  const device = items.find((item) => item.device === sources.device);
  const updates = (device?.reported?.updates?.updates ?? []).filter(({ since }) => since >= sources.sinceMs);
  const ended = (...states: string[]): number => updates.filter(({ state }) => states.includes(state)).length;
  return {
    streams: new Map((device?.streams ?? []).map((row) => [`${row.epoch}/${row.stream}`, row])),
    updates: { applied: ended('committed'), rolledBack: ended('rolled_back', 'failed', 'unable_to_roll_back') },
  };
}

function camerasOf({ snapshot }: Stopped): CameraAccount[] {
  return snapshot.cameras.map(({ id, models }) => ({
    id,
    offered: sum(models.map(({ counters }) => counters.offered)),
    inspected: sum(models.map(({ counters }) => counters.inspected)),
    skipped: addUp(models.map(({ counters }) => counters.skipped)),
    failed: addUp(models.map(({ counters }) => counters.failed)),
  }));
}

function codesOf({ snapshot }: Stopped): Accounts['codes'] {
  const checks = snapshot.cameras.flatMap(({ models }) => models.flatMap(({ packChecks = [] }) => packChecks));
  if (checks.length === 0) return undefined;
  const total = (verdict: keyof z.infer<typeof Verdicts>): number => sum(checks.map(({ packs }) => packs[verdict]));
  return { good: total('good'), wrong: total('wrong'), unreadable: total('unreadable'), missing: total('missing') };
}

function modelsOf({ snapshot }: Stopped): Accounts['models'] {
  return Object.fromEntries(
    snapshot.models.map(({ id, provider, results }) => [id, { provider: provider ?? 'none', results }]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function addUp(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const reasons of all) {
    for (const [reason, count] of Object.entries(reasons)) total[reason] = (total[reason] ?? 0) + count;
  }
  return total;
}

const KINDS = ['personnel_violation', 'quality_issue', 'sanitation'];

/** What is wrong with the accounts, in words; empty when all is well. */
export function complaints(accounts: Accounts): readonly string[] {
  return [
    ...accounts.cameras
      .filter((camera) => camera.inspected === 0)
      .map((camera) => `camera ${camera.id} inspected nothing`),
    ...accounts.cameras
      .filter(
        (camera) =>
          camera.offered !== camera.inspected + sum(Object.values(camera.skipped)) + sum(Object.values(camera.failed)),
      )
      .map((camera) => `camera ${camera.id}: offered is not inspected + skipped + failed`),
    ...KINDS.filter((kind) => (accounts.events[kind] ?? 0) === 0).map((kind) => `no event of kind ${kind}`),
    ...(accounts.codes?.good === 0 ? ['no pack was read as good'] : []),
    ...(accounts.codes?.wrong === 0 ? ['neither the wrong date nor the wrong label was found'] : []),
    ...(accounts.unexplained === 0 ? [] : [`${accounts.unexplained} records are unexplained`]),
  ];
}
