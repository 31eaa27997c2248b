import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbort } from '@lineside/kit';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { BAD, GOOD, MODEL, QUIET, ReleasePublisher, UpdateDevice } from '../../../tests/support/update-world.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { UpdateError } from './errors.ts';
import type { FileSource } from './file-source.ts';
import { reconcile } from './reconcile.ts';
import { UpdateJournal } from './update-journal.ts';

const SIGNAL = new AbortController().signal;
const FROM_REPOSITORY = { kind: 'repository' } as const;

/** A repository with version 1.0.0 and 1.1.0 of a model, and a device that has installed the first. */
async function setting() {
  const dir = await tempDir('updates-');
  const publisher = await ReleasePublisher.open(dir.join('vendor'));
  const first = await publisher.model('1.0.0');
  const repository = {
    root: await readFile(publisher.folder.metadata('1.root.json')),
    at: publisher.folder.public,
  };
  const device = await new UpdateDevice(dir.join('data'), repository).prepare();
  const record = await device.machine.install({ target: first, origin: FROM_REPOSITORY }, SIGNAL);
  expect(record).toMatchObject({ state: 'committed' });
  const second = await publisher.model('1.1.0');
  const install = (target: string) => device.machine.install({ target, origin: FROM_REPOSITORY }, SIGNAL);
  return {
    ...{ dir, publisher, repository, device, first, second, install },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

describe('a release of a model', () => {
  test('that does as well as the one before is kept, and only its own files are fetched', async () => {
    await using it = await setting();
    const fetched: string[] = [];
    const counting = (files: FileSource): FileSource => ({
      open: (sha256, ...rest) => {
        fetched.push(sha256);
        return files.open(sha256, ...rest);
      },
    });
    const device = await new UpdateDevice(it.device.data, it.repository, { files: counting }).prepare();
    const record = await device.machine.install({ target: it.second, origin: FROM_REPOSITORY }, SIGNAL);
    expect(record).toMatchObject({ state: 'committed', counter: 2 });
    expect(await device.follow()).toBe('1.1.0');
    // The model itself is the same in both versions; manifest and notes are not.
    expect(fetched).toHaveLength(2);
    expect(device.audits).toEqual(['update_shadow_promoted', 'update_trial', 'update_committed']);
    expect(record.shadow).toMatchObject({ results: 60, verdict: 'promoted' });
    expect(device.shadows).toEqual({ begun: 1, ended: 1 });
  });

  test('that does worse during its trial is taken back, and the reason is kept', async () => {
    await using it = await setting();
    it.device.behaviour.figures = (version) => (version === '1.1.0' ? BAD : GOOD);
    const record = await it.install(it.second);
    expect(record).toMatchObject({ state: 'rolled_back', reason: { code: 'update_trial_failed' } });
    expect(record.reason?.message).toContain('60 % of the frames inspected, 100 % before');
    expect(await it.device.follow()).toBe('1.0.0');
    expect(it.device.audits.slice(-3)).toEqual(['update_trial', 'update_rolling_back', 'update_rolled_back']);
  });

  test('that the shadow speaks against never reaches the line, and what was seen is kept', async () => {
    await using it = await setting();
    it.device.behaviour.shadow = () => 'it sees 60 % of what the current model sees steadily';
    const record = await it.install(it.second);
    expect(record).toMatchObject({
      ...{ state: 'failed', reason: { code: 'update_shadow_refused' } },
      shadow: { verdict: 'refused', results: 60, steady: 50, found: 49 },
    });
    expect(it.device.shadows).toEqual({ begun: 1, ended: 1 });
    expect(it.device.reloads).toHaveLength(1);
    expect(await it.device.follow()).toBe('1.0.0');
  });

  test('on a scene that turns quiet is tried until the cameras show something, and is kept then', async () => {
    await using it = await setting();
    let looks = 0;
    const reasons = new Set<string>();
    it.device.behaviour.figures = (version) => {
      if (version !== '1.1.0') return GOOD;
      looks += 1;
      void it.device.journal.read().then(({ current }) => reasons.add(current?.reason?.code ?? ''));
      return looks < 30 ? QUIET : GOOD;
    };
    const record = await it.install(it.second);
    expect(record).toMatchObject({ state: 'committed' });
    expect(record.reason).toBeUndefined();
    expect(looks).toBeGreaterThanOrEqual(30);
    expect([...reasons]).toContain('update_waits');
  });

  test.each([
    ['afterShadow', true, 'committed', 'update_not_compared'],
    ['afterShadow', false, 'rolled_back', 'update_trial_failed'],
    ['takeBack', true, 'rolled_back', 'update_trial_failed'],
    ['keep', false, 'committed', 'update_not_compared'],
  ] as const)(
    'on a scene that stays quiet up to the limit ends by updates.notCompared: %s (shadow: %s): %s',
    async (notCompared, hasShadow, state, code) => {
      await using it = await setting();
      const times = { notCompared, limitMs: 40, ...(hasShadow ? {} : { shadow: undefined }) };
      const device = await new UpdateDevice(it.device.data, it.repository, { times }).prepare();
      device.behaviour.figures = (version) => (version === '1.1.0' ? QUIET : GOOD);
      const record = await device.machine.install({ target: it.second, origin: FROM_REPOSITORY }, SIGNAL);
      expect(record).toMatchObject({ state, reason: { code } });
      expect(record.reason?.message).toContain('one showed too little to compare it by');
      expect(await device.follow()).toBe(state === 'committed' ? '1.1.0' : '1.0.0');
    },
  );

  test('is compared in shadow only when the cameras show something, and the line is watched until they do', async () => {
    await using it = await setting();
    it.device.behaviour.shownAfter = 20;
    expect(await it.install(it.second)).toMatchObject({
      ...{ state: 'committed', shadow: { verdict: 'promoted', results: 420, compared: true } },
    });
    const times = { shadow: undefined };
    const third = await it.publisher.model('1.2.0');
    const device = await new UpdateDevice(it.device.data, it.repository, { times }).prepare();
    let looks = 0;
    device.behaviour.figures = () => {
      looks += 1;
      return looks < 20 ? QUIET : GOOD;
    };
    const record = await device.machine.install({ target: third, origin: FROM_REPOSITORY }, SIGNAL);
    expect(record).toMatchObject({ state: 'committed', baseline: [{ seen: 100 }] });
  });

  test.each([
    ['afterShadow', 'failed', 'refused'],
    ['keep', 'committed', 'not_compared'],
  ] as const)('whose shadow saw nothing until its limit: %s, %s', async (notCompared, state, verdict) => {
    await using it = await setting();
    const times = { notCompared, shadow: { results: 60, limitMs: 40 } };
    const device = await new UpdateDevice(it.device.data, it.repository, { times }).prepare();
    device.behaviour.shownAfter = Number.POSITIVE_INFINITY;
    const record = await device.machine.install({ target: it.second, origin: FROM_REPOSITORY }, SIGNAL);
    expect(record).toMatchObject({ state, shadow: { verdict, compared: false } });
    expect(await device.follow()).toBe(state === 'committed' ? '1.1.0' : '1.0.0');
  });

  test('that is not wanted any more is given up in shadow, and the one that is wanted instead is installed', async () => {
    await using it = await setting();
    const stop = new AbortController();
    it.device.behaviour.shadow = () => {
      stop.abort();
      return undefined;
    };
    const wanted = { target: it.second, origin: FROM_REPOSITORY, revision: 7 };
    await expect(it.device.machine.install(wanted, stop.signal)).rejects.toThrow();
    expect((await it.device.journal.read()).current).toMatchObject({ state: 'shadow', revision: 7 });
    expect(await it.device.machine.abandon('it is not wanted any more')).toMatchObject({ state: 'failed' });
    expect(it.device.shadows.ended).toBe(it.device.shadows.begun);
    it.device.behaviour.shadow = () => undefined;
    const third = await it.publisher.model('1.2.0');
    expect(await it.install(third)).toMatchObject({ state: 'committed' });
    expect(await it.device.machine.abandon('nothing is going on')).toBeUndefined();
  });

  test('that does not prove itself on this device never reaches the line', async () => {
    await using it = await setting();
    const prove = (): never => {
      throw new UpdateError('update_golden_failed', 'golden image 1.png: the detections differ');
    };
    const device = await new UpdateDevice(it.device.data, it.repository, { prove: async () => prove() }).prepare();
    const record = await device.machine.install({ target: it.second, origin: FROM_REPOSITORY }, SIGNAL);
    expect(record).toMatchObject({ state: 'failed', reason: { code: 'update_golden_failed' } });
    expect(device.reloads).toEqual([]);
    expect(await device.follow()).toBe('1.0.0');
  });

  test('waits while a batch runs', async () => {
    await using it = await setting();
    let locked = 5;
    const reasons = new Set<string>();
    it.device.behaviour.locked = () => {
      locked -= 1;
      void it.device.journal.read().then(({ current }) => reasons.add(current?.reason?.code ?? ''));
      if (locked > 0) expect(it.device.reloads).toHaveLength(1);
      return locked > 0;
    };
    expect(await it.install(it.second)).toMatchObject({ state: 'committed' });
    expect(locked).toBeLessThanOrEqual(0);
    expect([...reasons]).toContain('update_waits');
  });

  test('for another device, or with a lower counter, is refused', async () => {
    await using it = await setting();
    const other = await it.publisher.model('1.2.0', { devices: ['line-9'] });
    expect(await it.install(other)).toMatchObject({ state: 'failed', reason: { code: 'update_not_for_this_device' } });
    expect(await it.install(it.second)).toMatchObject({ state: 'committed' });
    expect(await it.install(it.first)).toMatchObject({ state: 'failed', reason: { code: 'update_target_older' } });
    expect(await it.device.follow()).toBe('1.1.0');
  });

  test('does not replace a model that was imported or taught on the device', async () => {
    await using it = await setting();
    const data = it.dir.join('other');
    await mkdir(join(data, 'models', MODEL), { recursive: true });
    const device = await new UpdateDevice(data, it.repository).prepare();
    const record = await device.machine.install({ target: it.second, origin: FROM_REPOSITORY }, SIGNAL);
    expect(record).toMatchObject({ state: 'failed', reason: { code: 'update_local_model' } });
    expect(await readdir(join(data, 'models', MODEL))).toEqual([]);
  });

  test('can be left again without the repository, and the version before runs', async () => {
    await using it = await setting();
    await it.install(it.second);
    const offline = await new UpdateDevice(it.device.data, { ...it.repository, at: it.dir.join('nowhere') }).prepare();
    expect(await offline.machine.rollback(MODEL)).toMatchObject({ state: 'rolled_back' });
    expect(await offline.follow()).toBe('1.0.0');
    await expect(offline.machine.rollback('unknown')).rejects.toMatchObject({ code: 'update_no_previous' });
  });

  test('can be left while a newer one is in shadow, which is compared with the version before then', async () => {
    await using it = await setting();
    await it.install(it.second);
    const third = await it.publisher.model('1.2.0');
    const device = await new UpdateDevice(it.device.data, it.repository).prepare();
    device.behaviour.shownAfter = Number.POSITIVE_INFINITY;
    const going = device.machine.install({ target: third, origin: FROM_REPOSITORY, revision: 7 }, SIGNAL);
    const interrupted = expect(going).rejects.toSatisfy(isAbort);
    await waitFor('the shadow', () => device.shadows.begun === 1);
    expect(await device.machine.rollback(MODEL)).toMatchObject({ state: 'rolled_back', target: it.second });
    await interrupted;
    expect(device.shadows).toEqual({ begun: 1, ended: 1 });
    expect(await device.follow()).toBe('1.0.0');
    device.behaviour.shownAfter = 0;
    expect(await device.machine.resume(SIGNAL)).toMatchObject({ state: 'committed', target: third, revision: 7 });
    expect(await device.machine.rollback(MODEL)).toMatchObject({ state: 'rolled_back' });
    expect(await device.follow()).toBe('1.0.0');
  });

  test('can be left during its trial, and the document that wanted it knows how it ended', async () => {
    await using it = await setting();
    const { device, second } = it;
    await device.journal.change((document) => ({
      ...document,
      desired: { revision: 7, targets: [second], since: { [second]: 7 }, outcomes: {} },
    }));
    device.behaviour.figures = (version) => (version === '1.1.0' ? QUIET : GOOD);
    const going = device.machine.install({ target: second, origin: FROM_REPOSITORY, revision: 7 }, SIGNAL);
    const interrupted = expect(going).rejects.toSatisfy(isAbort);
    await waitFor('the trial', async () => (await device.follow()) === '1.1.0');
    expect(await device.machine.rollback(MODEL)).toMatchObject({
      ...{ state: 'rolled_back', revision: 7, reason: { code: 'asked' }, shadow: { verdict: 'promoted' } },
    });
    await interrupted;
    expect(await device.follow()).toBe('1.0.0');
    const { current, desired } = await device.journal.read();
    expect([current, desired?.outcomes[second]?.state]).toEqual([undefined, 'rolled_back']);
    expect(await device.machine.resume(SIGNAL)).toBeUndefined();
  });

  test('that is going on is not interrupted where there is nothing to go back to', async () => {
    await using it = await setting();
    const { device } = it;
    device.behaviour.shownAfter = 40;
    const going = it.install(it.second);
    await waitFor('the shadow', () => device.shadows.begun === 1);
    await expect(device.machine.rollback('unknown')).rejects.toMatchObject({ code: 'update_no_previous' });
    expect(await going).toMatchObject({ state: 'committed' });
    expect(device.shadows.begun).toBe(1);
  });

  test('of a repository that cannot be reached is not given up, and goes on later', async () => {
    await using it = await setting();
    let broken = true;
    const failing = (files: FileSource): FileSource => ({
      open: (...ask) => {
        if (broken) return Promise.reject(new UpdateError('update_download_failed', 'the cable is out'));
        return files.open(...ask);
      },
    });
    const device = await new UpdateDevice(it.device.data, it.repository, { files: failing }).prepare();
    const wanted = { target: it.second, origin: FROM_REPOSITORY };
    await expect(device.machine.install(wanted, SIGNAL)).rejects.toMatchObject({ code: 'update_download_failed' });
    expect((await device.journal.read()).current).toMatchObject({
      state: 'downloading',
      reason: { message: 'the cable is out' },
    });
    broken = false;
    expect(await device.machine.resume(SIGNAL)).toMatchObject({ state: 'committed', attempts: 2 });
  });
});

describe('a start of the device', () => {
  test('in the middle of a trial goes on with it once, and takes it back the second time', async () => {
    await using it = await setting();
    await it.install(it.second);
    const { history, ...rest } = await it.device.journal.read();
    const trial = { ...history[0]!, state: 'trial' as const };
    await it.device.journal.change(() => ({ ...rest, history: history.slice(1), current: trial }));
    const journal = new UpdateJournal(it.device.folder);
    expect(await reconcile(journal, it.device.bundles)).toEqual([]);
    expect((await journal.read()).current).toMatchObject({ state: 'trial', trialStarts: 1 });
    expect(await reconcile(journal, it.device.bundles)).toEqual([`${MODEL} goes back to what ran before the update`]);
    expect((await journal.read()).current).toMatchObject({
      state: 'rolling_back',
      reason: { code: 'update_interrupted' },
    });
    expect(await it.device.follow()).toBe('1.0.0');
  });

  test('with a damaged bundle goes back to the version before', async () => {
    await using it = await setting();
    await it.install(it.second);
    const pointer = await it.device.bundles.pointer(MODEL);
    if (pointer.kind !== 'update') throw new Error('no bundle is in use');
    await appendFile(join(it.device.bundles.path(pointer.bundle), 'notes.txt'), 'x');
    const repairs = await reconcile(new UpdateJournal(it.device.folder), it.device.bundles);
    expect(repairs).toHaveLength(1);
    expect(await it.device.follow()).toBe('1.0.0');
  });

  test('with a damaged state file forgets what was going on, and keeps the models', async () => {
    await using it = await setting();
    await writeFile(join(it.device.folder, 'state.json'), '{"v": 1, "curr');
    const journal = new UpdateJournal(it.device.folder);
    expect(await journal.read()).toEqual({ v: 1, history: [], bundles: {} });
    expect(await readdir(it.device.folder)).toContain('state.json.damaged');
  });
});

describe('a release of the configuration', () => {
  test('is taken by a device that is meant to take it, and goes back when the line does worse', async () => {
    await using it = await setting();
    const target = await it.publisher.configuration('1.0.0', 'line: second\n');
    expect(await it.install(target)).toMatchObject({ state: 'failed', reason: { code: 'update_not_for_this_device' } });
    it.device.configuration.series = 'line-1';
    expect(await it.install(target)).toMatchObject({ state: 'committed' });
    expect(it.device.configuration.text).toBe('line: second\n');
    const next = await it.publisher.configuration('1.1.0', 'line: third\n');
    it.device.behaviour.figures = () => (it.device.configuration.text === 'line: third\n' ? BAD : GOOD);
    expect(await it.install(next)).toMatchObject({ state: 'rolled_back' });
    expect(it.device.configuration.text).toBe('line: second\n');
  });

  test('is judged by what the line does with it, and is back only when the line runs as before', async () => {
    await using it = await setting();
    it.device.configuration.series = 'line-1';
    const target = await it.publisher.configuration('1.0.0', 'line: second\n');
    // Twenty times as long as a trial.
    it.device.behaviour.followsMs = 200;
    it.device.behaviour.figures = () => (it.device.runs === 'line: second\n' ? BAD : GOOD);
    expect(await it.install(target)).toMatchObject({ state: 'rolled_back', reason: { code: 'update_trial_failed' } });
    expect([it.device.configuration.text, it.device.runs]).toEqual(['line: first\n', 'line: first\n']);
  });

  test('that this device cannot use is refused before anything changes', async () => {
    await using it = await setting();
    Object.assign(it.device.configuration, { series: 'line-1', refused: 'cameras[0].url: is missing' });
    const target = await it.publisher.configuration('1.0.0', 'line: second\n');
    expect(await it.install(target)).toMatchObject({
      state: 'failed',
      reason: { code: 'update_configuration_refused' },
    });
    expect(it.device.configuration.text).toBe('line: first\n');
  });

  test('does not overwrite what a person changed since the last one, unless that is configured', async () => {
    await using it = await setting();
    it.device.configuration.series = 'line-1';
    await it.install(await it.publisher.configuration('1.0.0', 'line: second\n'));
    it.device.edit(`${it.device.configuration.text}status: {}\n`);
    const next = await it.publisher.configuration('1.1.0', 'line: third\n');
    expect(await it.install(next)).toMatchObject({ state: 'failed', reason: { code: 'update_local_configuration' } });
    expect(it.device.configuration.text).toBe('line: second\nstatus: {}\n');
    it.device.configuration.onLocalChange = 'replace';
    it.device.kept.length = 0;
    expect(await it.install(next)).toMatchObject({ state: 'committed', reason: { code: 'update_local_kept' } });
    expect(it.device.kept).toEqual(['line: second\nstatus: {}\n']);
  });

  test('keeps a copy of what a person had written before the first one, and says where', async () => {
    await using it = await setting();
    it.device.configuration.series = 'line-1';
    const first = await it.install(await it.publisher.configuration('1.0.0', 'line: second\n'));
    expect(first).toMatchObject({
      state: 'committed',
      reason: { code: 'update_local_kept', message: 'the file that was there before is kept in copy 1' },
    });
    expect(it.device.kept).toEqual(['line: first\n']);
    // What a release has written is kept by the releases.
    const second = await it.install(await it.publisher.configuration('1.1.0', 'line: third\n'));
    expect(second.reason).toBeUndefined();
    expect(it.device.kept).toHaveLength(1);
  });

  test('that is the file as it is there replaces nothing, so that nothing is kept', async () => {
    await using it = await setting();
    it.device.configuration.series = 'line-1';
    const same = await it.install(await it.publisher.configuration('1.0.0', 'line: first\n'));
    expect(same).toMatchObject({ state: 'committed' });
    expect([same.reason, it.device.kept]).toEqual([undefined, []]);
  });
});
