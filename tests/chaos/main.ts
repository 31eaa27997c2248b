/**
 * npm run chaos -- [--minutes N] [--seed N] [--scenario NAME]... [--json FILE]: breaks everything between journal and
 * collector in a seeded order and counts every event number. Ends with 1 when one is unexplained or double, or when the
 * control arm loses nothing.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { controlArm } from './kill-storm.ts';
import { printTable } from './table.ts';
import { runScenario } from './run-scenario.ts';
import { type ScenarioResult, type Skipped } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { updatesMain } from './updates/main.ts';

const USAGE = `Usage: npm run chaos -- [--minutes N] [--seed N] [--scenario NAME]... [--json FILE]

${SCENARIOS.map(({ name, what }) => `  ${name.padEnd(18)}${what}`).join('\n')}

  --minutes N      about so long all of it may take (default 3); draining comes on top
  --seed N         another order of strikes, at other moments (default 1)
  --scenario NAME  only this one; repeat for more
  --json FILE      the table as JSON

npm run chaos -- updates --help: power cuts during updates of models.

Example: npm run chaos -- --minutes 10 --seed 7 --json chaos.json`;

if (process.argv[2] === 'updates') process.exit(await updatesMain(process.argv.slice(3)));
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string', multiple: true },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const unknown = (values.scenario ?? []).filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (values.help) console.log(USAGE);
else if (!(minutes > 0) || !Number.isInteger(seed) || unknown.length > 0) {
  const wrong = unknown.length > 0 ? `no scenario is called ${unknown.join(', ')}` : 'minutes and seed are numbers';
  console.error(`Error: ${wrong}\nTry: npm run chaos -- --help`);
  process.exitCode = 2;
} else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const chosen = SCENARIOS.filter(({ name }) => values.scenario?.includes(name) ?? true);
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const log = (line: string): void => console.error(line);
  const results: (ScenarioResult | Skipped)[] = [];
  let control: ScenarioResult | undefined;
  for (const scenario of chosen) {
    const seconds = (minutes * 60 * scenario.share) / shares;
    console.error(`${scenario.name}: ${seconds.toFixed(0)} s`);
    results.push(await runScenario((folder) => scenario.run({ seconds, seed, folder, log })));
    if (scenario.name !== 'kill storm') continue;
    control = await runScenario((folder) => controlArm({ seconds, seed, folder, log }));
  }
  const ran = results.flatMap((result) => ('skipped' in result ? [] : [result]));
  printTable(results, control);
  if (values.json !== undefined) {
    const skipped = results.filter((result) => 'skipped' in result);
    const reported = {
      minutes,
      seed,
      scenarios: ran,
      skipped,
      control: control && { ...control, lost: control.unexplained },
    };
    writeFileSync(values.json, `${JSON.stringify(reported, null, 2)}\n`);
  }
  const wrong = ran.filter(({ unexplained, doubleRows, findings }) => unexplained + doubleRows + findings.length > 0);
  for (const { name, findings } of wrong) console.error(`Error: ${name}: ${findings.slice(0, 10).join('; ')}`);
  const blind = control?.unexplained === 0;
  if (blind) console.error('Error: the control arm lost nothing, so this run proves nothing\nTry: more --minutes');
  return wrong.length === 0 && !blind;
}
