/**
 * A device in a process that may be killed: waits for one line of JSON with its orders, starts as a device does, installs or goes
 * on, and prints one line of JSON when it is over. Kills itself where the orders say so.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { reconcile, UpdateError, UpdateJournal, type UpdateRecord } from '../../../edge/src/updates/index.ts';
import { BAD, GOOD, UpdateDevice } from '../../support/update-world.ts';
import { type KillPoint, type Situation, SYNC_EVERY } from './cases.ts';

/** What the process is to do. */
export interface Orders {
  readonly data: string;
  readonly at: string;
  readonly root: string;
  readonly target: string;
  readonly situation: Situation;
  readonly kill?: KillPoint;
}

/** What came of it. */
export interface Outcome {
  readonly state: string;
  readonly code?: string;
  readonly fetched: number;
  /** From the decision to go back until the version before runs; absent where nothing was taken back. */
  readonly rollbackMs?: number;
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}

/** Prints at once: the process may end before a stream is written. */
function print(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

class KillingJournal extends UpdateJournal {
  readonly #kill: KillPoint | undefined;
  backSinceMs: number | undefined;
  rollbackMs: number | undefined;
  #state = '';

  constructor(folder: string, kill: KillPoint | undefined) {
    super(folder);
    this.#kill = kill;
  }

  override async put(record: UpdateRecord): Promise<UpdateRecord> {
    const { state } = record;
    const isNew = state !== this.#state;
    this.#state = state;
    const kill = isNew && this.#kill?.at === 'state' && this.#kill.state === state ? this.#kill : undefined;
    if (kill?.when === 'before') die();
    await super.put(record);
    if (isNew) print({ state });
    if (kill?.when === 'after') die();
    if (kill?.when === 'during') setTimeout(die, kill.ms);
    if (state === 'rolling_back') this.backSinceMs ??= performance.now();
    if (state === 'rolled_back' && this.backSinceMs !== undefined)
      this.rollbackMs = performance.now() - this.backSinceMs;
    return record;
  }
}

async function run({ data, at, root, target, situation, kill }: Orders): Promise<Outcome> {
  let fetched = 0;
  const journal = new KillingJournal(join(data, 'updates'), kill);
  const notePath = join(data, 'updates', 'note.json');
  const device = await new UpdateDevice(
    data,
    { root: await readFile(root), at },
    {
      journal,
      syncEvery: SYNC_EVERY,
      note: {
        read: () => {
          try {
            return readFileSync(notePath, 'utf8');
          } catch {
            return undefined;
          }
        },
        write: (text) => {
          const file = openSync(notePath, 'w');
          writeSync(file, text);
          fsyncSync(file);
          closeSync(file);
        },
      },
      prove: async () => {
        if (situation === 'golden_fails') throw new UpdateError('update_golden_failed', 'the detections differ');
        return {};
      },
      source: (source) => ({
        fetch: async (name, ...rest) => {
          const bytes = await source.fetch(name, ...rest);
          if (kill?.at === 'metadata' && name.includes(kill.name)) die();
          return bytes;
        },
      }),
      files: (files) => ({
        open: async (...ask) => {
          const part = await files.open(...ask);
          return {
            ...part,
            body: (async function* () {
              let arrived = part.from;
              for await (const piece of part.body) {
                // In small pieces, so that a cut falls between any two bytes that are written.
                for (let from = 0; from < piece.byteLength; from += 1_000) {
                  let some = piece.subarray(from, from + 1_000);
                  const dies = kill?.at === 'bytes' && arrived + some.byteLength >= kill.bytes;
                  if (dies) some = some.subarray(0, Math.max(0, kill.bytes - arrived));
                  arrived += some.byteLength;
                  fetched += some.byteLength;
                  print({ fetched: some.byteLength });
                  yield some;
                  if (dies) die();
                }
              }
            })(),
          };
        },
      }),
    },
  ).prepare();
  await reconcile(journal, device.bundles);
  await device.follow();
  device.behaviour.figures = (version) => (situation === 'worse' && version === '1.1.0' ? BAD : GOOD);
  const speaksAgainst = situation === 'worse_in_shadow' ? 'it sees less than the current model' : undefined;
  device.behaviour.shadow = () => speaksAgainst;
  const signal = new AbortController().signal;
  const resumed = await device.machine.resume(signal);
  const document = await journal.read();
  const known = resumed ?? document.history.find((one) => one.target === target);
  const record = known ?? (await device.machine.install({ target, origin: { kind: 'repository' } }, signal));
  return {
    state: record.state,
    fetched,
    ...(record.reason === undefined ? {} : { code: record.reason.code }),
    ...(journal.rollbackMs === undefined ? {} : { rollbackMs: journal.rollbackMs }),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    print({ outcome: await run(JSON.parse(line) as Orders) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
    print({ outcome: { state: 'waiting', code, fetched: 0 }, error: String(error) });
  }
}
