import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Appliance, configure, startAppliance, type Status } from '../support/appliance.ts';
import { blinking, brightModel, brightRule } from '../support/blinking.ts';
import { built } from '../support/built.ts';
import { runHere } from '../support/lineside.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const DEVICE = 'line-1';

/** One fault: how it comes about, what goes on, and where its code is reported. */
interface Fault {
  readonly name: string;
  /** Nothing where the line was started with it. */
  readonly happen?: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  /** Cameras that are inspected meanwhile. */
  readonly inspected: readonly string[];
  /** Code of a finding in health, which page, `status` and /healthz show. */
  readonly health?: string;
  /** Code of the camera `right`. */
  readonly camera?: string;
  /** State of the uplink, and what its error names. */
  readonly link?: { readonly state: RegExp; readonly error?: RegExp };
  /** Code of a line of the log. */
  readonly log?: string;
  /** A line of /metrics. */
  readonly metrics?: RegExp;
  /** Code of a check of `lineside doctor`. */
  readonly doctor?: string;
  /** True when the line is as before. */
  readonly mended: (status: Status) => boolean;
}

beforeAll(built);

/** One line, started with the first two faults; then one fault after the other, each mended before the next. */
describe('no fault stops a line that could inspect', () => {
  const resources = new AsyncDisposableStack();
  const both = ['left', 'right'];
  let dir: TempDir;
  let broker: Mosquitto;
  let appliance: Appliance;
  let config: string;
  let good: Readonly<Record<string, unknown>>;

  const file = (name: string, text: string | Uint8Array) => () => writeFile(dir.join(name), text);
  const remove = (name: string) => () => rm(dir.join(name), { recursive: true });
  const changed = (change: object) => () => configure(config, { ...good, ...change });
  const uplink = (more: object = {}): object => ({
    broker: broker.url,
    username: DEVICE,
    password: '${file:./password}',
    ...more,
  });
  const restored = () => configure(config, good);
  const isGood = ({ config: { state } }: Status): boolean => state === 'good';
  /** The machine that runs the tests may be overloaded, which is reported and is no part of the fault. */
  const isQuiet = ({ health }: Status): boolean => health.warnings.every(({ code }) => code === 'overloaded');
  const isOn = ({ link }: Status): boolean => link.state === 'waiting';

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-faults-'));
    broker = resources.use(await startMosquitto({ users: { [DEVICE]: 'the-right-one' } }));
    config = dir.join('lineside.yaml');
    good = {
      device: DEVICE,
      cameras: [
        { id: 'left', url: blinking(), fps: 5, models: ['bright'] },
        {
          id: 'right',
          url: blinking().replace('color=c=black', 'color=c=${file:./colour}'),
          fps: 5,
          models: ['bright'],
        },
      ],
      models: [await brightModel(dir.path)],
      rules: both.map(brightRule),
      uplink: uplink(),
      status: { listen: '127.0.0.1:0' },
    };
    await configure(config, good);
    appliance = resources.use(await startAppliance({ config, data: dir.join('edge') }));
  });
  afterAll(() => resources.disposeAsync());

  const faults: readonly Fault[] = [
    {
      name: 'the password of the uplink is missing at the start',
      inspected: ['left'],
      health: 'secret_missing',
      link: { state: /^off$/, error: /password does not exist\. Try: create / },
      log: 'secret_missing',
      metrics: /^lineside_secret_missing\{subject="uplink password",code="secret_missing"\} 1$/m,
      doctor: 'secret_missing',
      mend: () => file('password', 'the-right-one\n')(),
      mended: isOn,
    },
    {
      name: 'the secret of one camera is missing at the start',
      inspected: ['left'],
      health: 'secret_missing',
      camera: 'secret_missing',
      log: 'secret_missing',
      metrics: /^lineside_camera_inspecting\{camera="right"\} 0$/m,
      doctor: 'secret_missing',
      mend: () => file('colour', 'black\n')(),
      mended: ({ cameras }) => cameras.every(({ inspecting }) => inspecting === 'inspecting'),
    },
    {
      name: 'there is no collector at the broker',
      inspected: both,
      link: { state: /^waiting$/ },
      metrics: /^lineside_link_up 0$/m,
      doctor: 'collector_absent',
      mend: () => Promise.resolve(),
      mended: isOn,
    },
    {
      name: 'the broker is down',
      happen: () => broker.stop(),
      inspected: both,
      health: 'broker_refused',
      link: { state: /^offline$/, error: /Try: .*uplink\.broker/ },
      log: 'broker_refused',
      metrics: /^lineside_link_problem\{code="broker_refused"\} 1$/m,
      doctor: 'broker_refused',
      mend: () => broker.start(),
      mended: isOn,
    },
    {
      name: 'the password of the uplink is wrong',
      happen: () => file('password', 'the-wrong-one\n')(),
      inspected: both,
      health: 'credentials_refused',
      link: { state: /^(connecting|offline)$/, error: /uplink\.password/ },
      log: 'credentials_refused',
      metrics: /^lineside_link_problem\{code="credentials_refused"\} 1$/m,
      doctor: 'credentials_refused',
      mend: () => file('password', 'the-right-one\n')(),
      mended: isOn,
    },
    {
      name: 'the password of the uplink goes missing while it is connected',
      happen: () => remove('password')(),
      inspected: both,
      health: 'secret_missing',
      link: { state: /^waiting$/ },
      metrics: /^lineside_secret_missing\{subject="uplink password"/m,
      doctor: 'secret_missing',
      mend: () => file('password', 'the-right-one\n')(),
      mended: isQuiet,
    },
    {
      name: 'the secret of one camera goes missing while it is inspected',
      happen: () => remove('colour')(),
      inspected: both,
      health: 'secret_missing',
      metrics: /^lineside_secret_missing\{subject="camera right"/m,
      doctor: 'secret_missing',
      mend: () => file('colour', 'black\n')(),
      mended: isQuiet,
    },
    {
      name: 'a change names a certificate that is not there',
      happen: () => changed({ uplink: uplink({ ca: './ca.pem', cert: './cert.pem', key: './key.pem' }) })(),
      inspected: both,
      health: 'config_refused',
      link: { state: /^waiting$/ },
      log: 'config_refused',
      metrics: /^lineside_config_refused 1$/m,
      doctor: 'secret_missing',
      mend: restored,
      mended: isGood,
    },
    {
      name: 'a certificate and its key are no certificate and no key',
      happen: async () => {
        for (const name of ['ca.pem', 'cert.pem', 'key.pem']) await file(name, 'nonsense\n')();
        await changed({
          uplink: uplink({
            broker: broker.url.replace('mqtt:', 'mqtts:'),
            ...{ ca: './ca.pem', cert: './cert.pem', key: './key.pem' },
          }),
        })();
      },
      inspected: both,
      health: 'broker_tls_files',
      link: { state: /^(connecting|offline)$/, error: /Try: / },
      metrics: /^lineside_link_problem\{code="broker_tls_files"\} 1$/m,
      log: 'broker_tls_files',
      doctor: 'broker_tls_files',
      mend: restored,
      mended: (status) => isGood(status) && isOn(status),
    },
    {
      name: 'a camera is not there',
      happen: () =>
        changed({
          cameras: [(good['cameras'] as object[])[0], { id: 'right', url: 'rtsp://127.0.0.1:1/x', models: ['bright'] }],
        })(),
      inspected: ['left'],
      health: 'refused',
      camera: 'refused',
      metrics: /^lineside_camera_inspecting\{camera="right"\} 0$/m,
      doctor: 'camera_refused',
      mend: restored,
      mended: ({ cameras }) => cameras.every(({ inspecting }) => inspecting === 'inspecting'),
    },
    ...[
      ['has a mistyped alias', () => writeFile(config, 'device: line-1\nmodels: *foo\n'), 'config_yaml_invalid'],
      ['has an alias inside of its own anchor', () => writeFile(config, 'a: &x\n  b: *x\n'), 'config_yaml_invalid'],
      ['is not UTF-8', () => writeFile(config, Buffer.from([0x61, 0x3a, 0x20, 0xff])), 'config_unreadable'],
      ['is gone', () => rm(config), 'config_unreadable'],
      [
        'is a folder',
        async () => {
          await rm(config, { force: true });
          await mkdir(config);
        },
        'config_unreadable',
      ],
    ].map(([name, happen, doctor]) => ({
      name: `the configuration ${String(name)}`,
      happen: happen as () => Promise<unknown>,
      inspected: both,
      health: 'config_refused',
      log: 'config_refused',
      metrics: /^lineside_config_refused 1$/m,
      doctor: String(doctor),
      mend: async () => {
        await rm(config, { recursive: true, force: true });
        await restored();
      },
      mended: isGood,
    })),
    {
      name: 'a file lies in the place of the evidence folder',
      happen: async () => {
        await rename(dir.join('edge/evidence'), dir.join('evidence-away'));
        await writeFile(dir.join('edge/evidence'), '');
      },
      inspected: both,
      health: 'evidence_unwritable',
      log: 'evidence_unwritable',
      metrics: /^lineside_journal_alarm\{code="evidence_unwritable"\} 1$/m,
      mend: async () => {
        await rm(dir.join('edge/evidence'));
        await rename(dir.join('evidence-away'), dir.join('edge/evidence'));
      },
      mended: isQuiet,
    },
  ];

  it.each(faults)('$name', async (fault) => {
    const { pid } = appliance.process;
    const logged = appliance.process.stderr.length;
    await fault.happen?.();
    try {
      const status = await appliance.until('the fault to be reported', (seen) => {
        const right = seen.cameras.find(({ id }) => id === 'right');
        const found =
          (fault.health === undefined || seen.health.warnings.some(({ code }) => code === fault.health)) &&
          (fault.camera === undefined || right?.error?.code === fault.camera) &&
          (fault.link === undefined ||
            (fault.link.state.test(seen.link.state) && (fault.link.error ?? /^/).test(seen.link.lastError ?? '')));
        return found && seen;
      });
      for (const { advice } of status.health.warnings) expect(advice).not.toBe('');
      if (fault.log !== undefined) {
        const log = fault.happen === undefined ? appliance.process.stderr : appliance.process.stderr.slice(logged);
        expect(log).toContain(`"code":"${fault.log}"`);
      }
      if (fault.metrics !== undefined) {
        expect(await (await fetch(new URL('/metrics', appliance.page))).text()).toMatch(fault.metrics);
      }
      await appliance.inspects(fault.inspected);
      const { stdout } = await runHere(['doctor', '--json', '--config', config, '--data', dir.join('edge')]);
      const doctor = JSON.parse(stdout) as { readonly checks: readonly { readonly code?: string }[] };
      if (fault.doctor !== undefined) expect(doctor.checks.map(({ code }) => code)).toContain(fault.doctor);
    } finally {
      await fault.mend();
    }
    await appliance.until('the line to be as before', fault.mended, { withinMs: 120_000 });
    await waitFor('the line to inspect', () => appliance.inspects(fault.inspected).then(() => true));
    expect(appliance.process).toMatchObject({ pid, exit: undefined });
    expect(appliance.process.stderr).not.toContain('the-right-one');
  });
});
