import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runUpdates } from './run-updates.ts';

const USAGE = `Usage: npm run chaos -- updates [--cases N] [--seed N] [--json FILE]

Kills a device at every state and class of bytes of an update, damages what a power cut can damage, serves it old,
changed and forged repositories, and looks at the model that is left.

  --cases N    how many (default 200)
  --seed N     other damages and situations (default 1)
  --json FILE  the figures as JSON

Example: npm run chaos -- updates --seed 7 --json updates.json`;

/** \`npm run chaos -- updates\`; resolves to the exit code. */
export async function updatesMain(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [cases, seed] = [Number(values.cases), Number(values.seed)];
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) {
    console.error('Error: --cases and --seed are whole numbers\nTry: npm run chaos -- updates --help');
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'chaos-updates-'));
  try {
    const result = await runUpdates({ cases, seed, folder, log: (line) => console.error(line) });
    const { findings, ...figures } = result;
    console.log(JSON.stringify(figures, null, 2));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ seed, ...result }, null, 2)}\n`);
    for (const finding of findings.slice(0, 20)) console.error(`Error: ${finding}`);
    return findings.length === 0 && result.workingModel === cases ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
