import { expect, it } from 'vitest';
import { z } from 'zod';
import { configure, startAppliance } from '../support/appliance.ts';
import { blinking, brightModel } from '../support/blinking.ts';
import { runHere } from '../support/lineside.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const Report = z.object({
  rules: z.array(z.object({ rule: z.string(), counts: z.record(z.string(), z.number()) })),
  recipe: z.object({ recipe: z.string().optional(), product: z.string().optional(), source: z.string() }),
});

it('a recipe chosen by signal or command changes the rule, items are counted by product, and both survive a restart', async () => {
  await using dir = await tempDir();
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
    production: { productSignal: 'product' },
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
    expect(status.stdout).toMatch(/^making .*: 0 counted, product 500, recipe large$/m);
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
    await line.stop();
  }
});
