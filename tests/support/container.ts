import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commandLineOf, descendantsOf, runProcess, startProcess, type TestProcess } from './processes.ts';
import { tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

const MIRROR = 'http://deb.debian.org/debian';
const RELEASE = 'bookworm';
/** Made once for a machine; the name says what is in it. */
const KEPT = process.env['LINESIDE_TEST_ROOT'] ?? `/var/cache/lineside-tests/${RELEASE}-systemd-ffmpeg`;
/** A busy mirror or machine is a reason to leave the test out. */
const STEP_WITHIN_MS = 240_000;

/** A clean Debian with systemd and what docs/install.md gets from the distribution; `missing` says why there is none. */
export async function cleanDebian(): Promise<{ readonly root: string } | { readonly missing: string }> {
  if (process.getuid?.() !== 0) return { missing: 'only root can make and start a system' };
  for (const program of ['debootstrap', 'systemd-nspawn', 'nsenter']) {
    const { code } = await runProcess('sh', ['-c', `PATH=$PATH:/usr/sbin; command -v ${program}`]);
    if (code !== 0) return { missing: `there is no ${program}` };
  }
  if (existsSync(KEPT)) return { root: KEPT };
  const making = `${KEPT}.making-${process.pid}`;
  await mkdir(dirname(KEPT), { recursive: true });
  const problem = await make(making);
  if (problem !== undefined) {
    await rm(making, { recursive: true, force: true });
    return { missing: `no Debian from ${MIRROR}: ${problem}` };
  }
  await rename(making, KEPT);
  return { root: KEPT };
}

/** Makes a clean Debian; what was wrong where there is none in time. */
async function make(folder: string): Promise<string | undefined> {
  const includes = '--include=systemd,systemd-sysv,dbus,ca-certificates';
  const install =
    'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ffmpeg';
  const steps: readonly (readonly string[])[] = [
    ['debootstrap', '--variant=minbase', includes, RELEASE, folder, MIRROR],
    ['cp', '--dereference', '/etc/resolv.conf', `${folder}/etc/resolv.conf`],
    ['chroot', folder, 'sh', '-c', install],
  ];
  for (const [program = '', ...args] of steps) {
    try {
      const { code, stdout, stderr } = await runProcess(program, args, { withinMs: STEP_WITHIN_MS });
      if (code !== 0) return (stderr + stdout).trim().split('\n').at(-1) ?? program;
    } catch (error) {
      return error instanceof Error ? error.message.split('\n')[0] : String(error);
    }
  }
  return undefined;
}

/** That system, started with systemd as its first process, in namespaces of its own and without a network. Changes are gone at the end. */
export class Container implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #leader: number;
  /** Its root as it is seen from here. */
  readonly root: string;

  private constructor(resources: AsyncDisposableStack, leader: number, root: string) {
    this.#resources = resources;
    this.#leader = leader;
    this.root = root;
  }

  /** `shown` are folders that it sees read-only, by their path there. */
  static async boot(base: string, shown: Readonly<Record<string, string>>): Promise<Container> {
    await using resources = new AsyncDisposableStack();
    const dir = resources.use(await tempDir('lineside-container-'));
    const [upper, work, root] = [dir.join('upper'), dir.join('work'), dir.join('root')];
    for (const folder of [upper, work, root]) await mkdir(folder);
    const layers = `lowerdir=${base},upperdir=${upper},workdir=${work}`;
    const mounted = await runProcess('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
    if (mounted.code !== 0) throw new Error(`no overlay: ${mounted.stderr}`);
    resources.defer(async () => {
      await runProcess('umount', ['-l', root]);
    });
    const binds = Object.entries(shown).map(([there, here]) => `--bind-ro=${here}:${there}`);
    const options = ['--quiet', '--register=no', '--keep-unit', '--private-network', '--console=pipe', ...binds];
    const nspawn = await startProcess('systemd-nspawn', [...options, '--directory', root, '--boot']);
    resources.defer(async () => nspawn.killHard());
    const leader = await leaderOf(nspawn);
    // With its first process all processes of the container end; they would outlive systemd-nspawn.
    resources.defer(() => {
      process.kill(leader, 'SIGKILL');
    });
    const container = new Container(resources.move(), leader, root);
    await waitFor(
      'systemd in the container to be up',
      async () => {
        const { stdout } = await container.run('systemctl is-system-running');
        return /running|degraded/.test(stdout);
      },
      { withinMs: 120_000 },
    );
    return container;
  }

  /** Runs a line of shell as root inside. */
  async run(line: string, withinMs = 300_000): ReturnType<typeof runProcess> {
    const inside = ['--target', String(this.#leader), '--mount', '--uts', '--ipc', '--net', '--pid'];
    const env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
    };
    return runProcess('nsenter', [...inside, 'sh', '-c', line], { env, withinMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** The first process of the container, as it is numbered here. */
async function leaderOf(nspawn: TestProcess): Promise<number> {
  // Those that prepare it still run systemd-nspawn.
  const first = (): number | undefined =>
    descendantsOf(nspawn.pid).find((pid) => /^\S*\/(?:systemd|init)(?: |$)/.test(commandLineOf(pid)));
  return waitFor('the first process of the container', first, { withinMs: 60_000 });
}
