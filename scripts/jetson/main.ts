/**
 * What only a Jetson can show, as one report: machine, decoders, TensorRT, engine of each model built and loaded, the
 * provider that ran it and its rate. Ends with 1 when anything is missing.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CATALOG_DIR, catalogIds } from '@lineside/models';
import { readMachine } from '../../edge/src/engines/index.ts';
import { decoderEvidence, machineEvidence } from './machine.ts';
import { modelEvidence, runtimeEvidence } from './models.ts';
import { type Evidence, lineOf } from './report.ts';

interface Wanted {
  readonly data: string | undefined;
  readonly seconds: number;
  readonly models: readonly string[];
  readonly json: string | undefined;
}

function wanted(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      model: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new RangeError(`--seconds ${values.seconds}: a number above 0`);
  return { data: values.data, seconds, models: values.model, json: values.json };
}

async function* evidence(asked: Wanted, dataDir: string, signal: AbortSignal): AsyncGenerator<Evidence, void, void> {
  const machine = await readMachine({ path: process.env['PATH'], signal });
  yield* await machineEvidence(machine);
  yield* await decoderEvidence(signal);
  yield await runtimeEvidence();
  const refs = asked.models.length > 0 ? asked.models : await catalogIds(CATALOG_DIR);
  yield* modelEvidence({ refs, dataDir, cwd: process.cwd(), machine, seconds: asked.seconds, signal });
}

async function main(asked: Wanted, signal: AbortSignal): Promise<number> {
  const temporary = asked.data === undefined ? await mkdtemp(join(tmpdir(), 'lineside-engines-')) : undefined;
  const found: Evidence[] = [];
  try {
    console.log(`Lineside on this machine, ${new Date().toISOString()}, Node ${process.versions.node}`);
    for await (const one of evidence(asked, resolve(temporary ?? asked.data ?? '.'), signal)) {
      found.push(one);
      console.log(lineOf(one));
    }
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
  const lacking = found.filter(({ verdict }) => verdict === 'missing');
  const report = {
    at: new Date().toISOString(),
    node: process.versions.node,
    ok: lacking.length === 0,
    evidence: found,
  };
  if (asked.json !== undefined) await writeFile(asked.json, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(lacking.length === 0 ? 'all of it is in order' : `${lacking.length} of ${found.length} are missing`);
  return lacking.length === 0 ? 0 : 1;
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
try {
  process.exitCode = await main(wanted(process.argv.slice(2)), stop.signal);
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}\nTry: scripts/jetson-check --help`);
    process.exitCode = 2;
  }
}
