import { readFile, writeFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { Desired, Reported } from '@lineside/protocol';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { deviceList } from '../../cloud-sync/collector/src/http/device-list.ts';
import { openRolloutDesk, rolloutJson, Rollouts } from '../../cloud-sync/collector/src/rollouts/index.ts';
import { SqliteStore } from '../../cloud-sync/collector/src/store/index.ts';
import { DesiredReleases } from '../../edge/src/app/desired-releases.ts';
import { updateReport } from '../../edge/src/app/update-report.ts';
import { conflictInBrief, updatesView } from '../../edge/src/app/updates-view.ts';
import { loadConfig } from '../../edge/src/config/index.ts';
import { updatesCheck } from '../../edge/src/diagnostics/checks/index.ts';
import { runCheck } from '../../edge/src/diagnostics/index.ts';
import { healthOf } from '../../edge/src/status/index.ts';
import { StatusWorld } from '../support/status-world.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ReleasePublisher, UpdateDevice } from '../support/update-world.ts';
import { waitFor } from '../support/wait-for.ts';

const Devices = z.array(z.object({ device: z.string(), reported: Reported }));
const OVER = ['committed', 'rolled_back', 'failed'];

/** A device of which all but the line is real, and the store, rollouts and views of a collector; JSON goes between them as by the broker. */
async function bothEnds(at: { readonly path: string; join(...parts: string[]): string }) {
  const publisher = await ReleasePublisher.open(at.join('collector'));
  const root = publisher.folder.metadata('1.root.json');
  const repository = { root: await readFile(root), at: publisher.folder.public };
  const device = await new UpdateDevice(at.join('data'), repository).prepare();
  device.configuration.series = 'line-1';
  const wanted: { target: string; revision: number }[] = [];
  const desired = new DesiredReleases({
    ...{ journal: device.journal, bundles: device.bundles, log: silentLogger, changed: async () => undefined },
    want: (target, revision) => void wanted.push({ target, revision }),
  });
  const report = async () =>
    updateReport(await device.journal.read(), await device.bundles.pointers(), [], device.configuration.text);

  const store = SqliteStore.open(at.join('collector'));
  await store.credentials.save({ device: 'line-1', hash: 'none', createdAtMs: 0 });
  const settings = { releases: at.join('collector', 'releases'), rollouts: { approval: 'none' as const } };
  const desk = openRolloutDesk({ config: settings, store, clock: systemClock });
  const rollouts = new Rollouts({
    ...{ store: store.rollouts, clock: systemClock, log: silentLogger, isOnline: () => true },
    reports: () => store.records.devices(),
    publish: (_device, document) => {
      desired.receive(Desired.parse(JSON.parse(JSON.stringify(document))));
      return true;
    },
  });
  const say = async (): Promise<void> => {
    await desired.review();
    const status = desired.status();
    const document = { v: 1, t: Date.now(), queue: {}, pictures: 0, drainPerS: 0, updates: await report() };
    const reported = Reported.parse({ ...document, ...(status && { desired: status }) });
    await store.devices.saveReported('line-1', JSON.stringify(reported), Date.now());
  };
  return {
    device,
    /** Publishes a configuration and rolls it out; gives the rollout as the collector's API and page show it. */
    release: async (version: string, text: string): Promise<object> => {
      const target = await publisher.configuration(version, text);
      const groups = [{ name: 'line', devices: ['line-1'] }];
      const wish = { target, groups, soakMs: 0, success: 1, errors: 0, by: { name: 'anna', proven: true } };
      const { id } = await desk.start(wish);
      await rollouts.turn();
      const { revision } = await waitFor(`${target} to be wanted`, () => wanted.find((one) => one.target === target));
      const origin = { kind: 'repository' } as const;
      const done = await device.machine.install({ target, origin, revision }, AbortSignal.timeout(600_000));
      expect(OVER).toContain(done.state);
      await say();
      await rollouts.turn();
      return rolloutJson(await desk.get(id), await desk.history(id));
    },
    /** What the device shows: `update status`, the warnings of its page, and its doctor. */
    here: async () => {
      const shown = updatesView({
        ...{ configured: true, document: await device.journal.read(), pointers: await device.bundles.pointers() },
        ...{ waiting: [], progress: undefined, desired: desired.status(), report: await report() },
      });
      const updateConflict = conflictInBrief(await report());
      const snapshot = { ...new StatusWorld(at.path).snapshot(), ...(updateConflict && { updateConflict }) };
      const yaml = at.join('line.yaml');
      await writeFile(yaml, `device: line-1\nupdates: {customer: acme, root: ${root}, repository: ${repository.at}}\n`);
      const check = updatesCheck(await loadConfig(yaml, { catalog: [], env: {} }), device.data);
      const how = { clock: systemClock, signal: AbortSignal.timeout(600_000), slow: () => undefined };
      return { shown, warnings: healthOf(snapshot).warnings, doctor: await runCheck(check, how) };
    },
    /** What the collector's list of devices shows. */
    there: async () => {
      await say();
      const links = { of: () => ({ link: 'online', sinceMs: 0, identityConflict: false }) as const };
      const [row] = Devices.parse(await deviceList({ records: store.records, links, clock: systemClock }));
      return row?.reported;
    },
    close: () => store.close(),
  };
}

it('a configuration that a person has changed on the device is not overwritten, and device and collector both say so', async () => {
  await using dir = await tempDir('conflict-');
  const ends = await bothEnds(dir);
  try {
    const first = { state: 'done', lines: [{ device: 'line-1', state: 'committed' }] };
    expect(await ends.release('1.0.0', 'line: first\n')).toMatchObject(first);
    expect(await ends.here()).toMatchObject({ shown: { configuration: { changed: false } }, warnings: [] });

    const changed = 'line: first\n# looked at by anna\n';
    ends.device.edit(changed);
    // Before any release contradicts it, both ends know of the change.
    expect(await ends.there()).toMatchObject({ updates: { configuration: { version: '1.0.0', changed: true } } });
    expect((await ends.here()).warnings).toEqual([]);

    const why = 'the file is not what config/acme/line-1-1.0.0.json has written';
    const refused = { device: 'line-1', state: 'failed', deviceState: 'failed', reason: why };
    expect(await ends.release('1.1.0', 'line: second\n')).toMatchObject({ state: 'failed', lines: [refused] });
    expect(ends.device.configuration.text).toBe(changed);
    const target = 'config/acme/line-1-1.1.0.json';
    const reason = { code: 'update_local_configuration', message: why };
    const updates = [{ target, state: 'failed', reason }, { state: 'committed' }];
    expect(await ends.there()).toMatchObject({ updates: { configuration: { changed: true }, updates } });
    const { shown, warnings, doctor } = await ends.here();
    expect(shown).toMatchObject({ configuration: { version: '1.0.0', changed: true } });
    expect(shown.history[0]).toMatchObject({ version: '1.1.0', state: 'failed', reason });
    expect(warnings).toMatchObject([{ code: 'configuration_conflict', args: { target } }]);
    expect(doctor).toMatchObject([{ code: 'updates_refused', message: expect.stringContaining(why) }]);

    // The file as it is here, released, overwrites nothing: that ends the conflict, and the next release is taken again.
    expect(await ends.release('1.2.0', changed)).toMatchObject(first);
    expect(await ends.here()).toMatchObject({ shown: { configuration: { changed: false } }, warnings: [] });
    expect(await ends.there()).toMatchObject({ updates: { configuration: { version: '1.2.0', changed: false } } });
    expect(await ends.release('1.3.0', 'line: third\n')).toMatchObject(first);
    expect(ends.device.configuration.text).toBe('line: third\n');
  } finally {
    await ends.close();
  }
});
