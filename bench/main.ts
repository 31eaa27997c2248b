/**
 * npm run bench -- NAME [--quick] [--seconds N] [--minutes N] [--seed N] [--model REF] [--cameras N] [--busy N,N] [--fault TEXT] [--data DIR] [--json FILE]: prints one table and writes its JSON twin.
 */
import { parseArgs } from 'node:util';
import { codes } from './codes.ts';
import { cameras as cameraBench } from './cameras.ts';
import { decoders } from './decoders.ts';
import { health } from './health.ts';
import { inference } from './inference.ts';
import { drain } from './drain.ts';
import { journal } from './journal.ts';
import { page } from './page.ts';
import { overload } from './overload.ts';
import { plant } from './plant.ts';
import { recovery } from './recovery.ts';
import { rejects } from './rejects.ts';
import { printReport, writeReport, type Bench } from './report.ts';
import { shadow } from './shadow.ts';
import { slice } from './slice.ts';
import { startup } from './startup.ts';
import { sync } from './sync.ts';
import { teach } from './teach.ts';
import { twin } from './twin.ts';

const BENCHES: readonly Bench[] = [
  slice,
  cameraBench,
  journal,
  sync,
  drain,
  inference,
  decoders,
  codes,
  startup,
  overload,
  recovery,
  health,
  plant,
  rejects,
  twin,
  teach,
  shadow,
  page,
];

const USAGE = `Usage: npm run bench -- NAME [--quick] [--seconds N] [--minutes N] [--seed N] [--model REF] [--cameras N] [--busy N,N] [--fault TEXT] [--data DIR] [--json FILE]

${BENCHES.map((bench) => `  ${bench.name.padEnd(12)}${bench.what}`).join('\n')}

  --quick       a tenth of the work, for a look
  --seconds N   length of each measured stretch
  --minutes N   rejects: simulated time, --seed N: what it is drawn from
  --model REF   inference: this model instead, rejects: this one too, on pictures; repeat for more
  --cameras N   overload: cameras of the line
  --busy N,N    overload: busy processes beside it, an arm for each
  --fault TEXT  recovery: only faults with this in their name, and no restarts; repeat for more
  --data DIR    teach: folder with real pictures, in defect/cookies and defect/belt; codes: photographs, see its notes
                health: folder with videos of ordinary work
  --json FILE   the same table as JSON, names in lowerCamelCase

Example: npm run bench -- slice --quick --json slice.json`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    model: { type: 'string', multiple: true },
    cameras: { type: 'string' },
    busy: { type: 'string' },
    fault: { type: 'string', multiple: true },
    data: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const bench = BENCHES.find((candidate) => candidate.name === positionals[0]);
const cameras = values.cameras === undefined ? undefined : Number(values.cameras);
const busy = values.busy?.split(',').map(Number);
const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
const seed = values.seed === undefined ? undefined : Number(values.seed);
if (values.help || positionals.length === 0) {
  console.log(USAGE);
} else if (seconds !== undefined && !(seconds > 0)) {
  console.error(`Error: --seconds ${values.seconds ?? ''} is not a length of time\nTry: --seconds 5`);
  process.exitCode = 2;
} else if (minutes !== undefined && !(minutes > 0)) {
  console.error(`Error: --minutes ${values.minutes ?? ''} is not a length of time\nTry: --minutes 60`);
  process.exitCode = 2;
} else if (seed !== undefined && !Number.isInteger(seed)) {
  console.error(`Error: --seed ${values.seed ?? ''} is not a whole number\nTry: --seed 7`);
  process.exitCode = 2;
} else if (cameras !== undefined && !(Number.isInteger(cameras) && cameras > 0)) {
  console.error(`Error: --cameras ${values.cameras ?? ''} is not a number of cameras\nTry: --cameras 12`);
  process.exitCode = 2;
} else if (busy?.every((count) => Number.isInteger(count) && count >= 0) === false) {
  console.error(`Error: --busy ${values.busy ?? ''} is not a list of numbers\nTry: --busy 0,8,16`);
  process.exitCode = 2;
} else if (bench === undefined) {
  console.error(
    `Error: no bench is called ${positionals[0] ?? ''}\nTry: one of ${BENCHES.map((candidate) => candidate.name).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const models = values.model === undefined ? {} : { models: values.model };
  const log = (line: string): void => console.error(line);
  const report = await bench.run({
    quick: values.quick,
    ...(seconds && { seconds }),
    ...(minutes && { minutes }),
    ...(seed !== undefined && { seed }),
    ...models,
    ...(cameras && { cameras }),
    ...(busy && { busy }),
    ...(values.fault && { faults: values.fault }),
    ...(values.data && { data: values.data }),
    signal: stop.signal,
    log,
  });
  printReport(report);
  if (values.json !== undefined) writeReport(report, values.json);
}
