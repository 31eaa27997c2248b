import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { type Appliance, configure, startAppliance, Status } from '../support/appliance.ts';
import { blinking, brightModel, brightRule } from '../support/blinking.ts';
import { built, LINESIDE } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { runHere } from '../support/lineside.ts';
import { NODE, runProcess } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

interface Reported {
  readonly error: { readonly code: string; readonly message: string; readonly advice: string };
}

let dir: TempDir;

beforeAll(built);
beforeEach(async () => {
  dir = await tempDir('lineside-config-');
});
afterEach(() => dir[Symbol.asyncDispose]());

async function goodConfig(change: object = {}): Promise<Readonly<Record<string, unknown>>> {
  return {
    device: 'line-1',
    cameras: [{ id: 'lamp', url: blinking(), fps: 5, models: ['bright'] }],
    models: [await brightModel(dir.path)],
    rules: [brightRule('lamp')],
    status: { listen: '127.0.0.1:0' },
    ...change,
  };
}

describe('a first start that cannot be', () => {
  async function refused(config: string | object, env: Readonly<Record<string, string>> = {}, data = dir.join('edge')) {
    const path = dir.join('lineside.yaml');
    if (typeof config === 'string') await writeFile(path, config);
    else await configure(path, config);
    const args = [LINESIDE, 'run', '--config', path, '--data', data, '--json'];
    const { code, stdout, stderr } = await runProcess(NODE, args, { env, withinMs: 40_000 });
    const { error } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Reported;
    expect(stderr).toContain(`Error: ${error.message.split('\n')[0] ?? ''}`);
    expect(stderr).toContain(`Try: ${error.advice}`);
    return { code, error, stdout, stderr };
  }

  it('ends with 2 and every mistake, with its line, for a configuration that cannot be used', async () => {
    const { code, error } = await refused(
      'device: line-1\ncameras:\n  - {id: a, url: 7, colour: red}\nrules: nothing\n',
    );
    expect(code).toBe(2);
    expect(error.code).toBe('config_invalid');
    expect(error.message).toMatch(/lineside\.yaml:3:.*url[\s\S]*colour[\s\S]*lineside\.yaml:4:.*rules/);
  });

  it('ends with 2 where there is no file, and where it is no YAML', async () => {
    const gone = await runProcess(NODE, [
      LINESIDE,
      'run',
      '--config',
      dir.join('gone.yaml'),
      '--data',
      dir.join('edge'),
    ]);
    expect(gone).toMatchObject({ code: 2, stdout: '' });
    expect(gone.stderr).toMatch(/Error: .*no such file[\s\S]*Try: /);
    const { code, error } = await refused('device: line-1\n\tcameras: []\n');
    expect([code, error.code]).toEqual([2, 'yaml_invalid']);
  });

  it('ends with 3 where the data folder is a file', async () => {
    await writeFile(dir.join('edge'), 'not a folder');
    const { code, error } = await refused(await goodConfig());
    expect([code, error.code]).toEqual([3, 'data_folder_unwritable']);
    expect(error.message).toContain(dir.join('edge'));
  });

  it('ends with 3 where another appliance runs on the same data folder', async () => {
    const config = await configure(dir.join('first.yaml'), await goodConfig());
    await using first = await startAppliance({ config, data: dir.join('edge') });
    const { code, error, stderr } = await refused(await goodConfig({ line: 'Another' }));
    expect([code, error.code]).toEqual([3, 'journal_locked']);
    // The configuration has nothing to do with it.
    expect(stderr).not.toContain('configuration is refused');
    await first.inspects(['lamp']);
    await first.stop();
  });
});

it('starts with the last good configuration of the version before, whose keys have other names now', async () => {
  const config = await configure(dir.join('lineside.yaml'), await configOfTheVersionBefore());
  await mkdir(dir.join('edge/config'), { recursive: true });
  await copyFile(config, dir.join('edge/config/last-good.yaml'));
  await using appliance = await startAppliance({ config, data: dir.join('edge') });
  await appliance.inspects(['lamp']);
  const { config: state } = await appliance.status();
  expect(state.state).toBe('last_good');
  expect(state.problem).toMatch(/minDuration[\s\S]*deliveredRetention/);
  await appliance.stop();
  expect(await readFile(dir.join('edge/config/last-good.yaml'), 'utf8')).toContain('minDuration');
});

/** The good configuration with keys as they were named before. */
async function configOfTheVersionBefore(): Promise<object> {
  const { rules, ...good } = (await goodConfig()) as { readonly rules: readonly object[] };
  return {
    ...good,
    rules: rules.map((rule) => ({ ...rule, longerThan: '1s' })),
    storage: { keepDelivered: '10d' },
  };
}

describe('a first start without the secret of its only camera', () => {
  it.each(['env:NOT_SET', 'file:./no-such-password', 'credential:none'])(
    'starts all the same, and names the missing secret beside the camera: %s',
    async (name) => {
      const cameras = [{ id: 'lamp', url: `rtsp://line:\${${name}}@127.0.0.1:1/x`, models: ['bright'] }];
      const config = await configure(dir.join('lineside.yaml'), await goodConfig({ cameras }));
      await using appliance = await startAppliance({ config, data: dir.join('edge') });
      const { health } = await appliance.until('the camera to be failed', (status) =>
        status.cameras[0]?.state === 'failed' ? status : undefined,
      );
      expect(health.ok).toBe(false);
      const warning = health.warnings.find(({ code }) => code === 'secret_missing');
      expect(warning?.message).toContain(name);
      expect(appliance.logged('a secret cannot be read')[0]).toMatchObject({ code: 'secret_missing' });
      await appliance.stop();
    },
  );
});

describe('a running line whose configuration is changed', () => {
  let appliance: Appliance;
  let config: string;

  beforeEach(async () => {
    config = await configure(dir.join('lineside.yaml'), await goodConfig());
    appliance = await startAppliance({ config, data: dir.join('edge') });
    await appliance.inspects(['lamp']);
  });
  afterEach(() => appliance[Symbol.asyncDispose]());

  /** It still inspects, reports `problem`, and has not been stopped by it. */
  async function goesOn(problem: RegExp): Promise<void> {
    const { config: state, health } = await appliance.until('the problem', (status) =>
      status.config.state === 'last_good' ? status : undefined,
    );
    expect(state.problem).toMatch(problem);
    const warning = health.warnings.find(({ code }) => code === 'config_refused');
    expect(warning?.message).toMatch(problem);
    expect(warning?.advice).toContain(`lineside config check --config ${config}`);
    expect(appliance.logged('configuration is refused')).not.toEqual([]);
    await appliance.inspects(['lamp']);
    expect(appliance.process.exit).toBeUndefined();
  }

  it('goes on as it was while the file is bad, and takes it up when it is good again', async () => {
    await writeFile(config, 'device: line-1\ncameras: nonsense\n');
    await goesOn(/cameras/);
    // A restart in this state, a power cut for instance, still inspects.
    await appliance.stop();
    appliance = await startAppliance({ config, data: dir.join('edge') });
    await goesOn(/cameras/);
    await configure(config, await goodConfig({ line: 'Packing 2' }));
    await appliance.until('the good file to be in force', (status) => status.config.state === 'good');
    await appliance.inspects(['lamp']);
    await appliance.stop();
    expect(verifyJournal(journalPath(dir.join('edge'))).findings).toEqual([]);
  });

  it('goes on as it was where the new file needs a secret that is not there', async () => {
    const uplink = { broker: 'mqtt://127.0.0.1:1', username: 'line-1', password: '${file:./no-such-password}' };
    await configure(config, await goodConfig({ uplink }));
    await goesOn(/no-such-password/);
    // A secret may come later than the file that names it.
    await writeFile(dir.join('no-such-password'), 'here-i-am\n');
    await appliance.until('the good file to be in force', ({ config: { state }, link }) => {
      return state === 'good' && link.state !== 'off';
    });
    expect(appliance.process.stderr).not.toContain('here-i-am');
    await appliance.inspects(['lamp']);
  });

  it('goes back to what it was where the new file names another box', async () => {
    await configure(config, await goodConfig({ device: 'line-2' }));
    await goesOn(/line-1[\s\S]*line-2|line-2[\s\S]*line-1/);
  });

  it('inspects without its page where the address is taken, and serves it once it is free', async () => {
    const taken = await takenPort();
    await configure(config, await goodConfig({ status: { listen: `127.0.0.1:${taken.port}` } }));
    const reported = await waitFor('the log entry', () => appliance.logged('no status page')[0], { withinMs: 20_000 });
    expect(reported).toMatchObject({
      code: 'status_address',
      advice: expect.stringContaining('status.listen') as string,
    });
    const inspected = async (): Promise<number> => {
      const { stdout } = await runHere(['status', '--json', '--data', dir.join('edge')]);
      return Status.parse(JSON.parse(stdout)).cameras[0]?.models[0]?.counters.inspected ?? 0;
    };
    const before = await waitFor('an inspection', inspected);
    await waitFor('more inspections', async () => (await inspected()) > before + 3);
    await taken[Symbol.asyncDispose]();
    await waitFor('the page', () => appliance.page.endsWith(`:${taken.port}`), { withinMs: 40_000 });
    await appliance.inspects(['lamp']);
  });

  it('applies a valid change, keeps its journal and reports no problem', async () => {
    const port = await freePort();
    await configure(config, await goodConfig({ line: 'Packing 3', status: { listen: `127.0.0.1:${port}` } }));
    await waitFor('the new page', () => appliance.page.endsWith(`:${port}`));
    expect((await appliance.status()).config.state).toBe('good');
    await appliance.inspects(['lamp']);
    await appliance.stop();
    const { stdout } = await runHere(['journal', 'verify', '--data', dir.join('edge'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  });
});

/** Somebody else's port. */
async function takenPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const close = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { port, [Symbol.asyncDispose]: close };
}
