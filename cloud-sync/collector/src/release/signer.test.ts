import { createPublicKey } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { FolderSource, EMPTY_FLOOR, MetadataCache, type TrustFloor, TrustedRepository } from '@lineside/models/trust';
import { expect, test } from 'vitest';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { addConfiguration } from './add-release.ts';
import { initRepository } from './init-repository.ts';
import { describeKeys, useSigner } from './keys.ts';
import { publish } from './publish.ts';
import { ReleaseFolder } from './release-folder.ts';
import { rotateRole } from './rotate.ts';
import { type Env, keyIdOf, newKey, splitSource } from './signer.ts';

/** Signs what comes on stdin with the key in the file that its argument names, as a signer of a token would. */
const SIGNER = `const { createPrivateKey, sign } = require('node:crypto'), { readFileSync } = require('node:fs');
const signature = sign(null, readFileSync(0), createPrivateKey(readFileSync(process.argv[2])));
process.stdout.write(signature.toString(process.argv[3] ?? 'hex') + '\\n');`;

/** A repository whose keys are still in files, and what a device accepts of it. */
async function setting() {
  const dir = await tempDir('signer-');
  const folder = new ReleaseFolder(dir.join('releases'));
  await initRepository(folder, { customers: ['acme'], env: {}, nowMs: Date.now() });
  const signer = dir.join('signer.cjs');
  await writeFile(signer, SIGNER);
  const root = await readFile(folder.metadata('1.root.json'));
  const work = async (env: Env = {}) => ({ folder, settings: await folder.settings(), env, nowMs: Date.now() });
  const floor: { now: TrustFloor } = { now: EMPTY_FLOOR };
  return {
    ...{ dir, folder, work },
    command: (key: string, form = '') => `exec:${process.execPath} ${signer} ${key} ${form}`,
    /** Path of the private key that a role signs with. */
    keyOf: async (role: string): Promise<{ readonly id: string; readonly path: string }> => {
      const view = (await describeKeys(await work())).find((one) => one.role === role);
      const { id = '', source } = view?.keys[0] ?? {};
      return { id, path: splitSource(source ?? '')[1] };
    },
    release: async (version: string, env: Env = {}): Promise<void> => {
      await writeFile(dir.join('given.yaml'), `line: ${version}\n`);
      await addConfiguration(await work(env), dir.join('given.yaml'), { customer: 'acme', name: 'line-1', version });
      await publish(await work(env));
    },
    accepts: async (version: string): Promise<string> => {
      const repository = new TrustedRepository({
        ...{ source: new FolderSource(folder.public), cache: new MetadataCache(dir.join('cache')), root },
        floor: { read: async () => floor.now, write: async (next) => void (floor.now = next) },
        ...{ customer: 'acme', nowMs: () => Date.now() },
      });
      const signal = new AbortController().signal;
      return repository.find(`config/acme/line-1-${version}.json`, signal).then(
        () => 'ok',
        (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      );
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

test('a key in the environment signs where the variable is set, and nothing is published where it is not', async () => {
  await using it = await setting();
  const { id, path } = await it.keyOf('acme');
  const pem = await readFile(path, 'utf8');
  await useSigner(await it.work(), id, 'env:ACME_KEY');
  await rm(path);
  await expect(it.release('1.0.0')).rejects.toMatchObject({ code: 'release_keys_missing' });
  expect(await it.accepts('1.0.0')).toBe('update_target_unknown');
  const before = await readFile(it.folder.metadata('timestamp.json'), 'utf8');
  await expect(it.release('1.0.1', { ACME_KEY: 'no key' })).rejects.toMatchObject({ code: 'release_key_invalid' });
  expect(await readFile(it.folder.metadata('timestamp.json'), 'utf8')).toBe(before);
  await it.release('1.0.2', { ACME_KEY: pem });
  expect(await it.accepts('1.0.2')).toBe('ok');
  const views = await describeKeys(await it.work({}));
  expect(views.find(({ role }) => role === 'acme')?.keys).toMatchObject([{ source: 'env:ACME_KEY', available: false }]);
});

test.each(['hex', 'base64'])('an external signer that prints %s signs, and gets the bytes alone', async (form) => {
  await using it = await setting();
  const { id, path } = await it.keyOf('timestamp');
  await useSigner(await it.work(), id.slice(0, 8), it.command(path, form));
  await it.release('1.0.0');
  expect(await it.accepts('1.0.0')).toBe('ok');
});

test.each<[string, string, string]>([
  ['fails', 'exec:echo no token >&2; exit 3', 'it ended with 3: no token'],
  ['prints something else', 'exec:cat > /dev/null; echo yes', 'it did not print 64 bytes'],
  ['is not there', 'exec:/nowhere/signer', 'it ended with 127'],
])('an external signer that %s leaves what is published as it is', async (_, source, message) => {
  await using it = await setting();
  await it.release('1.0.0');
  const { id } = await it.keyOf('timestamp');
  await useSigner(await it.work(), id, source);
  await expect(it.release('1.1.0')).rejects.toThrow(message);
  expect(await it.accepts('1.0.0')).toBe('ok');
  expect(await it.accepts('1.1.0')).toBe('update_target_unknown');
});

test.each(['timestamp', 'snapshot', 'acme'])(
  'a signer of %s with another key than its own is refused, and what is published stays as it is',
  async (role) => {
    await using it = await setting();
    await it.release('1.0.0');
    const [own, other] = [await it.keyOf(role), await it.keyOf('root')];
    await useSigner(await it.work(), own.id, it.command(other.path));
    await expect(it.release('1.1.0')).rejects.toMatchObject({ code: 'release_signature_wrong' });
    expect(await it.accepts('1.0.0')).toBe('ok');
    expect(await it.accepts('1.1.0')).toBe('update_target_unknown');
    // A file of another key is no better.
    await useSigner(await it.work(), own.id, `file:${other.path}`);
    await expect(publish(await it.work(), { all: true, resign: ['acme'] })).rejects.toMatchObject({
      code: 'release_signature_wrong',
    });
    await useSigner(await it.work(), own.id, it.command(own.path));
    await publish(await it.work());
    expect(await it.accepts('1.1.0')).toBe('ok');
  },
);

test('a key from outside is taken into the metadata only when its signer signs with it', async () => {
  await using it = await setting();
  await it.release('1.0.0');
  const { pem, key } = newKey();
  const [path, publicKey] = [it.dir.join('outside.pem'), it.dir.join('outside.pub')];
  await writeFile(path, pem);
  await writeFile(publicKey, createPublicKey(pem).export({ type: 'spki', format: 'pem' }));
  const other = await it.keyOf('snapshot');
  const rotate = async (source: string) => rotateRole(await it.work(), 'timestamp', { publicKey, source });
  await expect(rotate(it.command(other.path))).rejects.toMatchObject({ code: 'release_signature_wrong' });
  await expect(rotate('env:NOT_HERE')).rejects.toMatchObject({ code: 'release_keys_missing' });
  expect(await it.accepts('1.0.0')).toBe('ok');
  expect((await rotate(it.command(path))).added).toEqual([keyIdOf(key)]);
  expect(await it.accepts('1.0.0')).toBe('ok');
});

test('a source that is none, or names no key of the repository, is refused', async () => {
  await using it = await setting();
  const { id } = await it.keyOf('timestamp');
  await expect(useSigner(await it.work(), id, 'https://keys.example/one')).rejects.toMatchObject({
    code: 'release_key_invalid',
  });
  await expect(useSigner(await it.work(), 'ffff', 'env:KEY')).rejects.toMatchObject({ code: 'release_key_unknown' });
});
