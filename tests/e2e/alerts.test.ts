import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { runHere, startLineside } from '../support/lineside.ts';
import { tempDir } from '../support/temp-dir.ts';
import { constantDetector, writeTinyBundle } from '../support/tiny-onnx.ts';
import { waitFor } from '../support/wait-for.ts';

interface Received {
  readonly id: string;
  readonly lines: readonly { readonly key: string; readonly phase: string; readonly text: string }[];
}

it('a line whose camera is dead alerts, is quiet about it after a restart, and its targets can be tried', async () => {
  await using dir = await tempDir();
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Received);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using _closed = { [Symbol.asyncDispose]: async () => void server.close() };
  const address = server.address();
  const hook = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`;
  await writeTinyBundle(dir.join('tiny'), constantDetector({ size: 64, classes: 1, boxes: [] }), {
    size: 64,
    labels: ['cap'],
  });
  const lines = [
    'device: line-1',
    'line: Packing 1',
    `cameras: [{id: belt, url: "rtsp://127.0.0.1:${await freePort()}/1", models: [tiny]}]`,
    'models: [{id: tiny, ref: ./tiny}]',
    'rules: [{id: r, type: product_defect, camera: belt, model: tiny, labels: [cap]}]',
    'status: {listen: "127.0.0.1:0"}',
    `alerts: {to: [{id: chat, url: "${hook}"}], on: [not_inspecting, camera_health], lasts: 1s, group: 1s}`,
  ];
  await writeFile(dir.join('lineside.yaml'), lines.join('\n'));
  const paths = ['--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
  const keys = (): readonly string[] => received.flatMap((one) => one.lines.map(({ phase, key }) => `${phase} ${key}`));
  const run = async (until: () => Promise<boolean> | boolean): Promise<void> => {
    await using line = await startLineside(['run', ...paths]);
    await waitFor('the line', until);
    process.kill(line.pid, 'SIGTERM');
    expect((await line.waitForExit()).code).toBe(0);
  };
  await run(() => keys().some((key) => key.startsWith('began ')));
  const before = keys();
  const listed = await runHere(['alerts', 'list', ...paths]);
  expect(listed.stdout).toMatch(/^lasts {4}/m);
  await run(async () => (await runHere(['status', '--json', ...paths])).code === 5);
  expect(keys().filter((key) => before.includes(key))).toEqual(before);

  const tried = await runHere(['alerts', 'test', '--json', ...paths]);
  expect(JSON.parse(tried.stdout)).toMatchObject({ targets: [{ id: 'chat', ok: true }] });
  expect(received.at(-1)?.lines[0]?.key).toBe('test');
  server.close();
  const failed = await runHere(['alerts', 'test', 'chat', ...paths]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^failure chat/);
  expect((await runHere(['alerts', 'test', 'nobody', ...paths])).code).toBe(2);
});
