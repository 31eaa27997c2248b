/**
 * Writes every document and schema that is generated from the code: `npm run docs`. With `--check` it writes nothing and
 * exits with 1 when one of them does not agree with the code.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accuracyDocument } from './docs/accuracy.ts';
import { architectureDocument } from './docs/architecture.ts';
import { cliDocument, manualPages } from './docs/cli.ts';
import { configurationDocument, configurationSchema } from './docs/configuration.ts';
import { doctorDocument } from './docs/doctor.ts';
import { errorsDocument } from './docs/errors.ts';
import { feedSchema } from './docs/feeds.ts';
import { metricsDocument } from './docs/metrics.ts';
import type { GeneratedFile } from './docs/generated-file.ts';
import { manifestSchema, modelsDocument } from './docs/models.ts';
import { protocolDocument, protocolSchemas } from './docs/protocol.ts';
import { rulesDocument } from './docs/rules.ts';
import { vocabularyModule } from './docs/vocabulary.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const files: readonly GeneratedFile[] = [
  configurationDocument(),
  configurationSchema(),
  feedSchema(),
  manifestSchema(),
  await rulesDocument(ROOT),
  vocabularyModule(),
  await modelsDocument(ROOT),
  await protocolDocument(ROOT),
  ...protocolSchemas(),
  await errorsDocument(ROOT),
  await cliDocument(),
  ...(await manualPages()),
  doctorDocument(),
  metricsDocument(),
  await accuracyDocument(ROOT),
  await architectureDocument(ROOT),
];

const check = process.argv.includes('--check');
let stale = 0;
for (const file of files) {
  const path = join(ROOT, file.path);
  const before = await readFile(path, 'utf8').catch(() => '');
  if (before === file.text) continue;
  stale += 1;
  if (check) {
    console.error(`${file.path} does not agree with the code: ${firstDifference(before, file.text)}`);
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.text);
    console.log(`wrote ${file.path}`);
  }
}
if (check && stale > 0) {
  console.error('Try: npm run docs, then commit what changed');
  process.exitCode = 1;
} else {
  console.log(`${files.length} generated files, ${check ? 'all' : files.length - stale} as they were`);
}

function firstDifference(before: string, after: string): string {
  if (before === '') return 'it is missing';
  const [old, now] = [before.split('\n'), after.split('\n')];
  const line = now.findIndex((text, i) => text !== old[i]);
  const at = line === -1 ? now.length : line;
  return `line ${at + 1} should be "${now[at] ?? ''}" and is "${old[at] ?? ''}"`;
}
