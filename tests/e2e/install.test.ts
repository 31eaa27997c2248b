import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blinking } from '../support/blinking.ts';
import { changedBundle } from '../support/bundle-copies.ts';
import { cleanDebian, Container } from '../support/container.ts';
import { FROM_SOURCE, NODE, runProcess } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '../..');
const debian = await cleanDebian();
if ('missing' in debian) console.log(`the installation is not tried in a clean Debian: ${debian.missing}`);

/** Commands of docs/install.md by the first word of their heading. */
async function documented(heading: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, 'docs/install.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const blocks = [...section.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
  expect(blocks.length, heading).toBeGreaterThan(0);
  return blocks;
}

/** The sentence, camera and model of the simplest line, in place of a person's answers. */
const ANSWERS = [
  ...['--yes', '--device', 'line-1', '--line', '"Packing 1"', '--no-collector', '--model', 'defect'],
  ...['--camera', `"belt=${blinking()}"`, '--rule', '"defect at camera belt is a violation"', '--no-event'],
].join(' ');

describe.skipIf('missing' in debian)('docs/install.md in a clean Debian without a network', () => {
  let resources: AsyncDisposableStack;
  let dir: TempDir;
  let box: Container;

  const must = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await box.run(line);
    expect({ line, code, output: code === 0 ? '' : stdout + stderr }).toEqual({ line, code: 0, output: '' });
    return stdout;
  };
  const identity = async (): Promise<string> =>
    must(
      'cat /etc/lineside/lineside.yaml; stat -c "%n %U:%G %a" /etc/lineside /etc/lineside/lineside.yaml /var/lib/lineside; ' +
        'lineside journal heads --json | sed "s/.*\\"device\\":\\"\\([^\\"]*\\)\\".*\\"epoch\\":\\"\\([^\\"]*\\)\\".*/\\1 \\2/"',
    );
  const version = async (): Promise<string> =>
    (await must('sed -n s/^version=//p /opt/lineside/current/BUNDLE')).trim();

  beforeAll(async () => {
    if ('missing' in debian) return;
    resources = new AsyncDisposableStack();
    dir = resources.use(await tempDir('lineside-bundles-'));
    const [command = ''] = await documented('1. Make');
    const given = command.replace('/media/stick', dir.path).split(' ').slice(1);
    const main = join(ROOT, 'scripts/bundling/main.ts');
    const made = await runProcess(NODE, [...FROM_SOURCE, main, ...given, '--fast'], { withinMs: 600_000 });
    expect(made.code, made.stderr).toBe(0);
    await runProcess('tar', ['-xzf', dir.join('lineside-0.1.0-linux-x64.tar.gz'), '-C', dir.path]);
    const first = dir.join('lineside-0.1.0-linux-x64');
    await changedBundle(first, dir.join('0.2.0'), '0.2.0');
    await changedBundle(first, dir.join('broken'), '0.3.0', { 'edge/bin/lineside.js': 'process.exit(1);\n' });
    box = resources.use(await Container.boot(debian.root, { '/media/stick': dir.path }));
  }, 1_800_000);
  afterAll(() => resources.disposeAsync());

  it('installs, offline, and again', async () => {
    let said = '';
    for (const line of await documented('2. Install')) said = await must(line);
    expect(said).toMatch(/enabled: +lineside\.service[\s\S]*next: lineside setup[\s\S]*done: version 0\.1\.0/);
    expect(await must('id -nG lineside')).toContain('video');
    expect(await must('/tmp/lineside-0.1.0-linux-x64/install')).toMatch(/in use already/);
    expect((await box.run('ls /opt/lineside')).stdout.split('\n').filter(Boolean).sort()).toEqual(['a', 'current']);
    await must('rm -r /tmp/lineside-0.1.0-linux-x64');
  }, 600_000);

  it('sets up a line whose service is then inspecting, as its own user', async () => {
    const [setup = '', ...more] = await documented('3. Set up');
    expect([setup, more]).toEqual(['lineside setup', []]);
    await must(`${setup} ${ANSWERS}`);
    await must('systemctl start lineside');
    for (const line of await documented('4. Look')) {
      if (line === 'lineside status') {
        // 4: it is inspected and other programs of a busy machine take its time.
        const isInspected = async (): Promise<boolean> => [0, 4].includes((await box.run(line)).code ?? 1);
        await waitFor('the line to be inspected', isInspected, { withinMs: 180_000 });
      } else if (line === 'lineside doctor') {
        const { stdout } = await box.run(`${line} --json`);
        const { checks } = JSON.parse(stdout) as { checks: { code: string; check: string; verdict: string }[] };
        const failed = checks.filter(({ verdict }) => verdict === 'failure').map(({ code }) => code);
        expect(failed).toEqual([]);
        const codesOf = (name: string) => checks.flatMap(({ check, code }) => (check === name ? [code] : []));
        expect(codesOf('camera')).toContain('camera_ok');
        // On a machine with other things to do the model is slower than the camera, and the doctor says so.
        expect(['model_ok', 'model_too_slow']).toEqual(expect.arrayContaining(codesOf('model')));
        expect(codesOf('model')).not.toEqual([]);
      } else await must(line);
    }
    // Its log, from the journal of systemd.
    const log = await must('lineside logs --lines 50 --json');
    const lines = log.split('\n').filter(Boolean);
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ name: 'lineside', level: expect.any(Number), time: expect.any(Number) }),
    );
    // Lines of systemd have its own priority: that it starts the service is no error.
    const systemd = /^(\S+ \S+) (\w+) +- +(?:Starting|Started) lineside\.service/gm;
    const started = [...(await must('lineside logs --lines 5000')).matchAll(systemd)].map(([, , severity]) => severity);
    expect(started.length).toBeGreaterThan(1);
    expect(new Set(started)).toEqual(new Set(['info']));
    const warnings = await must('lineside logs --severity warn --lines 5000');
    expect(warnings).not.toMatch(/^\S+ \S+ info /m);
    expect(warnings).not.toMatch(systemd);
    // What the journal gets from now on; the restart is what there is to see.
    const follow = [
      'lineside logs --follow --lines 1 > /tmp/followed 2>&1 & follower=$!',
      'for i in $(seq 600); do [ -s /tmp/followed ] && break; sleep 0.2; done',
      'systemctl restart lineside',
      'for i in $(seq 600); do grep -q "Started lineside.service" /tmp/followed && break; sleep 0.2; done',
      'kill -INT $follower; wait $follower; echo "ended with $?"; cat /tmp/followed',
    ];
    const followed = await must(follow.join('\n'));
    expect(followed).toMatch(
      /^ended with 0\n[^]* info +- +Stopping lineside\.service[^]* info +- +Started lineside\.service/,
    );
    const elsewhere = await box.run('lineside logs --unit no-such-unit');
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      expect.stringMatching(/no-such-unit has no lines[^]*Try: /),
    ]);
    await must('test -s /usr/local/share/man/man1/lineside.1');
    const pid = (await must('systemctl show lineside --property=MainPID --value')).trim();
    expect(await must(`stat -c %U /proc/${pid}`)).toBe('lineside\n');
  }, 600_000);

  it('upgrades and goes back, keeps configuration and identity, and goes back by itself from a version that does not start', async () => {
    const before = await identity();
    expect(before).toMatch(
      /lineside\.yaml root:lineside 640[\s\S]*\/var\/lib\/lineside lineside:lineside 750[\s\S]*line-1 /,
    );
    const [upgrade = '', back = ''] = await documented('5. Upgrade');
    const bundle = '/media/stick/lineside-0.2.0-linux-x64.tar.gz';
    expect(upgrade).toContain(bundle);
    await must(upgrade.replace(bundle, '/media/stick/0.2.0'));
    expect(await version()).toBe('0.2.0');
    await must('systemctl is-active lineside');
    const broken = await box.run('/opt/lineside/current/install --bundle /media/stick/broken');
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/version 0\.3\.0 did not start; 0\.2\.0 runs again/);
    expect(await version()).toBe('0.2.0');
    await must('systemctl is-active lineside');
    await must('/opt/lineside/current/install --bundle /media/stick/lineside-0.1.0-linux-x64.tar.gz');
    expect(await version()).toBe('0.1.0');
    await must(back);
    expect(await version()).toBe('0.2.0');
    expect(await identity()).toBe(before);
  }, 900_000);

  it('removes the program and leaves the rest, which the next installation uses', async () => {
    const before = await identity();
    for (const line of await documented('6. Remove')) await must(line);
    expect((await box.run('command -v lineside; ls /opt/lineside /etc/systemd/system/lineside.service')).stdout).toBe(
      '',
    );
    expect((await stat(join(box.root, 'var/lib/lineside/journal.db'))).size).toBeGreaterThan(0);
    await must('/media/stick/0.2.0/install');
    await must('systemctl is-active lineside');
    expect(await identity()).toBe(before);
    const [collector = ''] = await documented('The collector');
    const said = await must(collector.replace('/tmp/lineside-0.1.0-linux-x64', '/media/stick/0.2.0'));
    expect(said).toMatch(/in use already[\s\S]*enabled: +lineside-collector\.service[\s\S]*missing: mosquitto/);
    expect(await must('lineside-collector --version')).toMatch(/^\d/);
    await rm(dir.join('0.2.0'), { recursive: true });
  }, 600_000);
});
