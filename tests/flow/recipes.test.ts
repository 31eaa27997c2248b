import { readFile, writeFile } from 'node:fs/promises';
import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { Subscriber } from 'zeromq';
import { z } from 'zod';
import { configure, startAppliance } from '../support/appliance.ts';
import { blinking, brightModel } from '../support/blinking.ts';
import { runHere } from '../support/lineside.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const Report = z.object({
  rules: z.array(z.object({ rule: z.string(), counts: z.record(z.string(), z.number()) })),
  recipe: z.object({ recipe: z.string().optional(), product: z.string().optional(), source: z.string() }),
});

it('a recipe chosen by signal or command changes the rule, items are counted by product, and both survive a restart', async () => {
  await using dir = await tempDir();
  await writeFile(dir.join('plan.csv'), 'product;name;count\n500;Large;40\n');
  await using broker = await startMosquitto();
  const feed = `ipc://${dir.join('feed')}`;
  const config = await configure(dir.join('line.yaml'), {
    device: 'line-1',
    cameras: [{ id: 'scale', url: blinking(), fps: 5, models: ['bright'] }],
    models: [await brightModel(dir.path)],
    signals: [
      { id: 'weight-1', unit: 'g' },
      { id: 'product', type: 'text' },
    ],
    rules: [
      { id: 'weights', type: 'weight', camera: 'scale', signal: 'weight-1', nominal: 500 },
      { id: 'belt-cleaning', type: 'cleaning', camera: 'scale', model: 'bright', labels: ['defect'] },
    ],
    recipes: [
      { id: 'large', product: '500', rules: { weights: { nominal: 500 } } },
      { id: 'small', product: '250', rules: { weights: { nominal: 250 } } },
    ],
    production: {
      productSignal: 'product',
      planFrom: { url: `file:${dir.join('plan.csv')}`, every: '200ms' },
      actualsTo: [{ url: `file:${dir.join('actuals.csv')}`, every: '200ms' }],
    },
    feeds: [
      { id: 'programs', url: `zmq+${feed}`, zeromq: { topics: ['health', 'detections', 'frames'] } },
      { id: 'site', url: broker.url, mqtt: { commands: ['recipe'] } },
    ],
    status: { listen: '127.0.0.1:0' },
  });
  const data = dir.join('data');
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runHere([...args, '--data', data, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const report = async () => Report.parse(JSON.parse(await run('production')));
  const countsOf = async () => (await report()).rules.find(({ rule }) => rule === 'weights')?.counts ?? {};
  {
    await using line = await startAppliance({ config, data });
    await line.inspects(['scale'], 1);
    await run('signal', 'set', 'product', '500');
    await waitFor('the recipe large', async () => (await report()).recipe.recipe === 'large');
    for (const weight of ['500', '501', '470']) await run('signal', 'set', 'weight-1', weight);
    await waitFor('three items', async () => (await countsOf())['weighed'] === 3);
    expect(await countsOf()).toMatchObject({ weighed: 3, t1: 1 });
    const status = await runHere(['status', '--data', data]);
    // The plan of the file is beside what was made, here and in the file that goes out.
    await waitFor('the actuals', async () =>
      /,500,0,40\r\n/.test(await readFile(dir.join('actuals.csv'), 'utf8').catch(() => '')),
    );
    expect(status.stdout).toMatch(/^making .*: 0 of 40 planned, \d+ by now, product 500, recipe large$/m);
    expect(JSON.parse(await run('cleaning', 'confirm', 'belt-cleaning', '--by', 'M. Fischer'))).toEqual({
      confirmed: [{ rule: 'belt-cleaning', camera: 'scale' }],
    });
    await run('recipe', 'set', 'small');
    expect((await report()).recipe).toMatchObject({ recipe: 'small', source: 'command' });
    await run('signal', 'set', 'weight-1', '250');
    await waitFor('the fourth item', async () => (await countsOf())['weighed'] === 4);
    // 250 g are half of the weight before and the nominal weight now.
    expect(await countsOf()).toMatchObject({ weighed: 4, t1: 1 });
    await line.stop();
  }
  {
    await using line = await startAppliance({ config, data });
    await line.inspects(['scale'], 1);
    expect((await report()).recipe).toMatchObject({ recipe: 'small', product: '250' });
    expect(await countsOf()).toMatchObject({ weighed: 4, t1: 1 });
    await feedsOf({ feed, broker: broker.url }, async () => (await report()).recipe.recipe);
    await line.stop();
  }
});

/** What other programs read of the running line, and the recipe that one of them chooses. */
async function feedsOf(
  at: { readonly feed: string; readonly broker: string },
  recipe: () => Promise<string | undefined>,
): Promise<void> {
  const heard = new Map<string, { readonly body: string; readonly jpeg: Uint8Array | undefined }>();
  const socket = new Subscriber();
  const client = await mqtt.connectAsync(at.broker);
  try {
    socket.connect(at.feed);
    socket.subscribe('');
    void (async () => {
      for await (const [topic, body, jpeg] of socket) heard.set(String(topic), { body: String(body), jpeg });
    })();
    await waitFor('health, detections and a picture', () =>
      ['health', 'detections/scale/bright', 'frames/scale'].every((topic) => heard.has(topic)),
    );
    expect([...(heard.get('frames/scale')?.jpeg ?? [])].slice(0, 2)).toEqual([0xff, 0xd8]);
    expect(heard.get('health')?.body).toContain('"recipe":"small"');
    await client.publishAsync('lineside-plant/line-1/command/recipe', 'large', { qos: 1 });
    await waitFor('the recipe that was chosen by MQTT', async () => (await recipe()) === 'large');
    await waitFor('the recipe in the feed', () => heard.get('health')?.body.includes('"recipe":"large"'));
  } finally {
    socket.close();
    await client.endAsync();
  }
}
