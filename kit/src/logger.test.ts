import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('a change of the level counts for the logger and for children made before it', async () => {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL('./logger.ts', import.meta.url).href)};
    const root = createLogger('info', 'test');
    const child = root.child({ module: 'a' }).child({ camera: 'b' });
    child.debug({}, 'hidden');
    root.level = 'debug';
    child.debug({ n: 1 }, 'shown');
    root.level = 'error';
    child.warn({}, 'hidden');
    root.error({}, 'shown too');
    root.level = 'silent';
    child.error({}, 'hidden');
    process.stdout.write(root.level);
  `;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { level: 20, name: 'test', module: 'a', camera: 'b', n: 1, msg: 'shown' },
    { level: 50, name: 'test', msg: 'shown too' },
  ]);
  expect(lines).toHaveLength(2);
  expect(stdout).toBe('silent');
});
