import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { MODEL, ReleasePublisher, UpdateDevice } from '../../../tests/support/update-world.ts';
import { reconcile, UpdateJournal, type UpdateRecord } from '../updates/index.ts';
import { rollBackWithoutLine } from './roll-back.ts';

/** A device with version 1.1.0, which replaced 1.0.0. */
async function setting() {
  const dir = await tempDir();
  const publisher = await ReleasePublisher.open(dir.join('vendor'));
  const root = await readFile(publisher.folder.metadata('1.root.json'));
  const device = await new UpdateDevice(dir.join('data'), { root, at: publisher.folder.public }).prepare();
  const install = async (version: string): Promise<UpdateRecord> => {
    const wanted = { target: await publisher.model(version), origin: { kind: 'repository' as const } };
    return device.machine.install(wanted, new AbortController().signal);
  };
  await install('1.0.0');
  const record = await install('1.1.0');
  expect(record).toMatchObject({ state: 'committed' });
  return { device, record, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

test('a stopped line goes back from a trial that the stop has interrupted, and the next start takes the version before', async () => {
  await using it = await setting();
  const { journal, bundles, data, folder } = it.device;
  await journal.change((document) => ({
    ...document,
    current: { ...it.record, state: 'trial', revision: 3 },
    desired: { revision: 3, targets: [it.record.target], since: { [it.record.target]: 3 }, outcomes: {} },
  }));
  expect(await rollBackWithoutLine(data, MODEL)).toMatchObject({ state: 'rolled_back', from: it.record.bundle });
  const after = new UpdateJournal(folder);
  expect(await reconcile(after, bundles)).toEqual([]);
  expect(await it.device.follow()).toBe('1.0.0');
  const { current, desired } = await after.read();
  expect([current, desired?.outcomes[it.record.target]?.state]).toEqual([undefined, 'rolled_back']);
});

test.each(['downloading', 'shadow', 'trial'] as const)(
  'a stopped line that goes back keeps what the stop has interrupted about another model (%s)',
  async (state) => {
    await using it = await setting();
    const { release } = it.record;
    if (release?.kind !== 'model') throw new Error('no model was installed');
    const named = {
      target: 'models/acme/other-1.0.0.json',
      bundle: 'other-1.0.0',
      release: { ...release, id: 'other' },
    };
    const other = { ...it.record, ...named, state };
    await it.device.journal.change((document) => ({ ...document, current: other }));
    expect(await rollBackWithoutLine(it.device.data, MODEL)).toMatchObject({ state: 'rolled_back' });
    expect(await it.device.follow()).toBe('1.0.0');
    expect((await new UpdateJournal(it.device.folder).read()).current).toMatchObject({ target: other.target, state });
    await expect(rollBackWithoutLine(it.device.data, 'unknown')).rejects.toMatchObject({ code: 'update_no_previous' });
  },
);
