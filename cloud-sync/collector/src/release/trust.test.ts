import { sign } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Metadata, type MetadataKind, Signature } from '@tufjs/models';
import { EMPTY_FLOOR, FolderSource, MetadataCache, type TrustFloor, TrustedRepository } from '@lineside/models/trust';
import { beforeAll, describe, expect, test } from 'vitest';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { addConfiguration } from './add-release.ts';
import { initRepository } from './init-repository.ts';
import { publish } from './publish.ts';
import { ReleaseFolder } from './release-folder.ts';
import { rotateRole } from './rotate.ts';
import type { Workplace } from './signed-metadata.ts';

const DAY = 86_400_000;
/** Far from the time of the machine, so that only the time given can be what expiry is judged by. */
const START = Date.UTC(2031, 0, 1);
const SIGNAL = new AbortController().signal;
const TARGET = 'config/acme/line-1-1.0.0.json';

/** A repository and the person who publishes it. */
class Publisher {
  readonly folder: ReleaseFolder;
  nowMs = START;

  constructor(path: string) {
    this.folder = new ReleaseFolder(path);
  }

  async work(): Promise<Workplace> {
    return { folder: this.folder, settings: await this.folder.settings(), env: {}, nowMs: this.nowMs };
  }

  async release(version: string, customer = 'acme'): Promise<void> {
    const file = join(this.folder.path, 'given.yaml');
    await writeFile(file, `line: ${version}\n`);
    await addConfiguration(await this.work(), file, { customer, name: 'line-1', version });
    await publish(await this.work());
  }

  /** A copy of what is published now, as an attacker may keep and serve it later. */
  async copy(name: string): Promise<string> {
    const to = join(this.folder.path, 'copies', name);
    await cp(this.folder.public, to, { recursive: true });
    return to;
  }
}

/** What a device keeps. */
class Device {
  readonly cache: string;
  readonly root: Buffer;
  floor: TrustFloor = EMPTY_FLOOR;
  nowMs = START;

  constructor(cache: string, root: Buffer) {
    this.cache = cache;
    this.root = root;
  }

  repository(source: string, customer = 'acme'): TrustedRepository {
    return new TrustedRepository({
      source: new FolderSource(source),
      cache: new MetadataCache(this.cache),
      floor: { read: async () => this.floor, write: async (floor) => void (this.floor = floor) },
      root: this.root,
      customer,
      nowMs: () => this.nowMs,
    });
  }

  /** `ok`, or the code of the refusal. */
  async result(source: string, target = TARGET, customer = 'acme'): Promise<string> {
    try {
      const repository = this.repository(source, customer);
      await repository.release(await repository.find(target, SIGNAL), SIGNAL);
      return 'ok';
    } catch (error) {
      if (error instanceof Error && 'code' in error) return String(error.code);
      throw error;
    }
  }
}

async function setting() {
  const dir = await tempDir('trust-');
  const publisher = new Publisher(dir.join('releases'));
  await initRepository(publisher.folder, { customers: ['acme', 'beta'], env: {}, nowMs: START });
  await publisher.release('1.0.0');
  const root = await readFile(publisher.folder.metadata('1.root.json'));
  const device = new Device(dir.join('cache'), root);
  return {
    dir,
    publisher,
    device,
    source: publisher.folder.public,
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

/** Metadata as far as the tests change it. */
interface Signed {
  signed: { targets: Record<string, unknown> };
  signatures: { keyid: string }[];
}

/** What somebody signs with other keys than the metadata names: `publishes` runs with the right ones, and what it writes gets the others' signatures. */
async function signedByOthers(
  folder: ReleaseFolder,
  others: ReadonlyMap<string, string>,
  publishes: () => Promise<unknown>,
): Promise<void> {
  const before = new Set(await readdir(folder.metadata('')));
  await publishes();
  for (const name of (await readdir(folder.metadata(''))).filter(
    (one) => !before.has(one) || one === 'timestamp.json',
  )) {
    const path = folder.metadata(name);
    // Whatever kind it is: signing and writing are alike for all.
    const json: { signed: { _type: MetadataKind.Root } } = JSON.parse(await readFile(path, 'utf8'));
    const metadata = Metadata.fromJSON(json.signed._type, json);
    for (const [keyID, source] of others) {
      const pem = await readFile(source.slice('file:'.length), 'utf8');
      const resign = (bytes: Buffer) => new Signature({ keyID, sig: sign(null, bytes, pem).toString('hex') });
      if (keyID in metadata.signatures) metadata.sign(resign, true);
    }
    await writeFile(path, JSON.stringify(metadata.toJSON()));
  }
}

/** Changes a JSON file in place. */
async function edit(path: string, change: (value: Signed) => void): Promise<void> {
  const value: Signed = JSON.parse(await readFile(path, 'utf8'));
  change(value);
  await writeFile(path, JSON.stringify(value));
}

describe('a device and a repository that is what it should be', () => {
  test('a release is accepted, also when the metadata is already in the cache', async () => {
    await using it = await setting();
    expect(await it.device.result(it.source)).toBe('ok');
    expect(await it.device.result(it.source)).toBe('ok');
    expect(await it.device.result(it.source, 'config/acme/line-2-1.0.0.json')).toBe('update_target_unknown');
  });

  test('a repository signed by other keys is refused', async () => {
    await using it = await setting();
    await using other = await setting();
    expect(await it.device.result(other.source)).toBe('update_metadata_signature');
  });

  test('a release document that was changed is refused, and one that is missing is reported as missing', async () => {
    await using it = await setting();
    const folder = join(it.source, 'targets/config/acme');
    const [name = ''] = await readdir(folder);
    const document = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), document.replace('line-1', 'line-2'));
    expect(await it.device.result(it.source)).toBe('update_metadata_hash');
    await rm(join(folder, name));
    expect(await it.device.result(it.source)).toBe('update_metadata_missing');
  });
});

describe('the files of a device are damaged', () => {
  const files = ['root', 'timestamp', 'snapshot', 'targets', 'acme'];
  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['torn', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['replaced by another JSON text', () => Buffer.from('{"signed": 1, "signatures": []}')],
  ];

  test.each(damages)(
    'with any file of the cache %s, updates go on and older metadata is still refused',
    async (_damage, of) => {
      await using it = await setting();
      const old = await it.publisher.copy('old');
      await rotateRole(await it.publisher.work(), 'root');
      await it.publisher.release('1.1.0');
      expect(await it.device.result(it.source)).toBe('ok');
      for (const file of files) {
        const path = join(it.device.cache, `${file}.json`);
        await writeFile(path, of(await readFile(path)));
        expect(await it.device.result(old), file).toBe('update_metadata_version');
        expect(await it.device.result(it.source), file).toBe('ok');
        expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('signed.version');
      }
    },
  );

  test('with the cache wiped, metadata that is older than what was seen is refused', async () => {
    await using it = await setting();
    const old = await it.publisher.copy('old');
    await it.publisher.release('1.1.0');
    expect(await it.device.result(it.source)).toBe('ok');
    await rm(it.device.cache, { recursive: true });
    expect(await it.device.result(old)).toBe('update_metadata_version');
    it.device.floor = EMPTY_FLOOR;
    await rm(it.device.cache, { recursive: true, force: true });
    expect(await it.device.result(old), 'without the floor it would be accepted').toBe('ok');
  });

  test('a damaged root of the device is reported as such', async () => {
    await using it = await setting();
    const device = new Device(it.device.cache, Buffer.from('{}'));
    expect(await device.result(it.source)).toBe('update_root_unusable');
  });
});

describe('time', () => {
  test('metadata expires by the time given, not by the clock of the machine', async () => {
    await using it = await setting();
    it.device.nowMs = START + 44 * DAY;
    expect(await it.device.result(it.source)).toBe('ok');
    it.device.nowMs = START + 46 * DAY;
    expect(await it.device.result(it.source)).toBe('update_metadata_expired');
  });

  test('a repository that an attacker holds at one state is refused after 45 days, and a new timestamp ends that', async () => {
    await using it = await setting();
    const frozen = await it.publisher.copy('frozen');
    it.device.nowMs = START + 50 * DAY;
    it.publisher.nowMs = it.device.nowMs;
    expect(await it.device.result(frozen)).toBe('update_metadata_expired');
    await publish(await it.publisher.work());
    expect(await it.device.result(it.source)).toBe('ok');
  });

  test('a clock that was set back to 1970 does not make expired metadata valid', async () => {
    await using it = await setting();
    it.device.nowMs = START + 40 * DAY;
    expect(await it.device.result(it.source)).toBe('ok');
    it.device.floor = { ...it.device.floor, timeMs: START + 50 * DAY };
    it.device.nowMs = 0;
    expect(await it.device.result(it.source)).toBe('update_metadata_expired');
  });

  test.each([
    ['snapshot', 91],
    ['acme', 181],
    ['targets', 366],
    ['root', 1096],
  ])('an expired %s is refused although the timestamp is new', async (_role, days) => {
    await using it = await setting();
    it.publisher.nowMs = START + days * DAY;
    it.device.nowMs = it.publisher.nowMs;
    const work = await it.publisher.work();
    // Renewal is what a publication does; an old repository with a new timestamp alone is what is tried here.
    work.settings.expiryDays = { ...work.settings.expiryDays, snapshot: 1, customer: 1 };
    await publish(work);
    if (_role === 'snapshot' || _role === 'acme') {
      it.publisher.nowMs += 30 * DAY;
      it.device.nowMs = it.publisher.nowMs;
    }
    expect(await it.device.result(it.source)).toBe('update_metadata_expired');
  });
});

describe('versions', () => {
  test('an older repository is refused', async () => {
    await using it = await setting();
    const old = await it.publisher.copy('old');
    await it.publisher.release('1.1.0');
    expect(await it.device.result(it.source)).toBe('ok');
    expect(await it.device.result(old)).toBe('update_metadata_version');
  });

  test('files of two publications together are refused', async () => {
    await using it = await setting();
    const old = await it.publisher.copy('old');
    await it.publisher.release('1.1.0');
    for (const [current, earlier] of [
      ['3.acme.json', '2.acme.json'],
      ['3.snapshot.json', '2.snapshot.json'],
    ] as const) {
      const mixed = await it.publisher.copy(`mixed-${current}`);
      await cp(join(old, 'metadata', earlier), join(mixed, 'metadata', current));
      const device = new Device(it.dir.join(`cache-${current}`), it.device.root);
      expect(await device.result(mixed, 'config/acme/line-1-1.1.0.json'), current).toBe('update_metadata_version');
    }
    expect(await it.device.result(it.source)).toBe('ok');
  });

  test('a release with a lower counter than an accepted one is refused, also under newer metadata', async () => {
    await using it = await setting();
    await it.publisher.release('1.1.0');
    const repository = it.device.repository(it.source);
    await repository.accept(await repository.find('config/acme/line-1-1.1.0.json', SIGNAL));
    expect(await it.device.result(it.source)).toBe('update_target_older');
    await it.publisher.release('1.2.0');
    expect(await it.device.result(it.source, 'config/acme/line-1-1.2.0.json')).toBe('ok');
    expect(await it.device.result(it.source)).toBe('update_target_older');
  });
});

describe('customers', () => {
  test('a device of one customer accepts no release of another', async () => {
    await using it = await setting();
    await it.publisher.release('1.0.0', 'beta');
    expect(await it.device.result(it.source, 'config/beta/line-1-1.0.0.json')).toBe('update_target_foreign');
    expect(await it.device.result(it.source, 'config/beta/line-1-1.0.0.json', 'beta')).toBe('ok');
  });

  test('a release that one customer lists under the path of another is not found', async () => {
    await using it = await setting();
    const work = await it.publisher.work();
    const custom = { kind: 'configuration', id: 'line-1', version: '9.0.0', counter: 9 };
    const staged = { target: 'config/acme/line-1-9.0.0.json', bytes: 10, sha256: 'a'.repeat(64), custom };
    // Signed with the key of acme, and put under the name of beta into its own role file.
    work.settings.staged.push(staged);
    await publish(work);
    const smuggled = await it.publisher.copy('smuggled');
    await edit(join(smuggled, 'metadata/3.acme.json'), ({ signed: { targets } }) => {
      targets['config/beta/line-1-9.0.0.json'] = targets[staged.target];
    });
    expect(await it.device.result(smuggled, 'config/beta/line-1-9.0.0.json', 'beta')).toBe('update_target_unknown');
    expect(await it.device.result(smuggled, staged.target)).toBe('update_metadata_signature');
  });

  test('the role of a customer that was signed by the key of another is refused', async () => {
    await using it = await setting();
    const work = await it.publisher.work();
    const names = Object.entries(work.settings.signers);
    const acme = names.find(([, source]) => source.includes('acme-'));
    const beta = names.find(([, source]) => source.includes('beta-'));
    work.settings.staged.push({
      target: TARGET.replace('1.0.0', '2.0.0'),
      bytes: 1,
      sha256: 'b'.repeat(64),
      custom: {},
    });
    const others = new Map([[acme?.[0] ?? '', beta?.[1] ?? '']]);
    await signedByOthers(it.publisher.folder, others, () => publish(work));
    expect(await it.device.result(it.source)).toBe('update_metadata_signature');
  });
});

describe('keys', () => {
  test.each(['root', 'targets', 'snapshot', 'timestamp', 'acme'])(
    'a device follows the rotation of the keys of %s, and accepts nothing more of the revoked ones',
    async (role) => {
      await using it = await setting();
      expect(await it.device.result(it.source)).toBe('ok');
      const before = await it.publisher.work();
      await rotateRole(await it.publisher.work(), role);
      await it.publisher.release('1.1.0');
      expect(await it.device.result(it.source, 'config/acme/line-1-1.1.0.json')).toBe('ok');
      // Whoever has the revoked keys signs one more publication with them, as high a version as they like.
      const after = await it.publisher.work();
      const revoked = Object.entries(before.settings.signers).filter(([, source]) => source.includes(`/${role}-`));
      const current = Object.keys(after.settings.signers).filter(
        (id) => after.settings.signers[id]?.includes(`/${role}-`) === true && before.settings.signers[id] === undefined,
      );
      const others = new Map(current.map((id, i) => [id, revoked[i]?.[1] ?? '']));
      await signedByOthers(it.publisher.folder, others, async () => {
        if (role === 'root' || role === 'targets') await rotateRole(after, 'timestamp');
        if (role === 'targets') await rotateRole(after, 'acme');
        await publish(after, { all: true, resign: ['acme'] });
      });
      expect(await it.device.result(it.source)).toBe('update_metadata_signature');
    },
  );

  test('a new root that too few of the old keys have signed is refused', async () => {
    await using it = await setting();
    await rotateRole(await it.publisher.work(), 'root');
    const old = JSON.parse(await readFile(it.publisher.folder.metadata('1.root.json'), 'utf8'));
    const oldKeys: readonly string[] = old.signed.roles.root.keyids;
    await edit(it.publisher.folder.metadata('2.root.json'), (root) => {
      const one = root.signatures.findIndex(({ keyid }) => oldKeys.includes(keyid));
      root.signatures = root.signatures.filter(({ keyid }, i) => !oldKeys.includes(keyid) || i === one);
    });
    expect(await it.device.result(it.source)).toBe('update_metadata_signature');
  });

  test('targets that one of two keys has signed are refused', async () => {
    await using it = await setting();
    await edit(it.publisher.folder.metadata('1.targets.json'), (targets) => {
      targets.signatures = targets.signatures.slice(0, 1);
    });
    expect(await it.device.result(it.source)).toBe('update_metadata_signature');
  });

  test('versions that a stolen timestamp key has driven up are forgotten when the key is replaced', async () => {
    await using it = await setting();
    const honest = await it.publisher.copy('honest');
    for (let i = 0; i < 3; i += 1) await publish(await it.publisher.work());
    expect(await it.device.result(it.source)).toBe('ok');
    await rm(it.source, { recursive: true });
    await cp(honest, it.source, { recursive: true });
    expect(await it.device.result(it.source)).toBe('update_metadata_version');
    await rotateRole(await it.publisher.work(), 'timestamp');
    expect(await it.device.result(it.source)).toBe('ok');
  });

  test('a lost root key is replaced with the two that are left', async () => {
    await using it = await setting();
    const work = await it.publisher.work();
    const [lost = ''] = Object.entries(work.settings.signers).find(([, source]) => source.includes('/root-')) ?? [];
    await rm(work.settings.signers[lost]?.slice('file:'.length) ?? '');
    await rotateRole(work, 'root', { revoke: [lost] });
    await rotateRole(await it.publisher.work(), 'snapshot');
    expect(await it.device.result(it.source)).toBe('ok');
  });
});

describe('what tuf-js must have for this to hold', () => {
  let store: object;
  beforeAll(async () => {
    await using it = await setting();
    const { TrustedMetadataStore } = await import('tuf-js/dist/store.js');
    store = new TrustedMetadataStore(it.device.root);
  });

  test('its store judges expiry by a field that can be set', () => {
    expect(Reflect.get(store, 'referenceTime')).toBeInstanceOf(Date);
  });
});
