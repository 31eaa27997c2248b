import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../errors/index.ts';
import { type ConfigSources, loadConfig, parseConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collector-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, 'collector.yaml');
  writeFileSync(path, text);
  return path;
}

function tokenOf(sources: ConfigSources): string | undefined {
  const { http, secrets } = loadConfig(sources);
  return http.token && secrets.text(http.token);
}

describe('configuration of the collector', () => {
  it('needs nothing but a data folder', () => {
    const config = loadConfig({ data: folder, env: {} });
    expect(config).toMatchObject({
      broker: 'managed',
      mqtt: { listen: { host: '127.0.0.1', port: 1883 } },
      http: { listen: { host: '127.0.0.1', port: 8980 } },
      media: { maxBytes: 16 * 1024 * 1024 },
      ingest: { reorderTimeout: 10_000 },
      data: folder,
    });
  });

  it('names every mistake at once, with line and key', () => {
    const text = 'broker: http://x\nmqtt:\n  listen: 1883\nmedia: {maxBytes: 12 apples}\nlogs: {}\n';
    const error = ((): unknown => {
      try {
        return parseConfig(text, 'c.yaml');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).toMatch(/c\.yaml:1: broker: write `managed`/);
    expect(message).toMatch(/c\.yaml:3: mqtt\.listen: /);
    expect(message).toMatch(/c\.yaml:4: media\.maxBytes: write bytes like/);
    expect(message).toMatch(/logs/);
    expect(() => parseConfig('a: [', 'c.yaml')).toThrow(/c\.yaml:1: /);
  });

  it('does not listen beyond this machine without a token', () => {
    const open = 'http: {listen: "0.0.0.0:8980"}';
    expect(() => loadConfig({ file: file(open), env: {} })).toThrow(/http\.token is not set/);
    const closed = 'http: {listen: "0.0.0.0:8980", token: "${env:TOKEN}"}';
    expect(() => loadConfig({ file: file(closed), env: {} })).toThrow(/secret \$\{env:TOKEN\}/);
    expect(() => loadConfig({ file: file(closed), env: { TOKEN: 'short' } })).toThrow(/shorter than 16/);
    expect(tokenOf({ file: file(closed), env: { TOKEN: 'x'.repeat(20) } })).toBe('x'.repeat(20));
  });

  it('takes secrets by reference only, from a file without its line end', () => {
    expect(() => parseConfig('http: {token: hunter2hunter2hunter2}', 'c.yaml')).toThrow(/name the secret/);
    writeFileSync(join(folder, 'token'), `${'t'.repeat(24)}\n`);
    const token = tokenOf({ file: file(`http: {token: "\${file:${join(folder, 'token')}}"}`), env: {} });
    expect(token).toBe('t'.repeat(24));
    const credential = file('http: {token: "${credential:token}"}');
    expect(tokenOf({ file: credential, env: { CREDENTIALS_DIRECTORY: folder } })).toBe('t'.repeat(24));
    expect(() => loadConfig({ file: credential, env: {} })).toThrow(
      /credential:token\}: systemd passed no credentials/,
    );
  });

  it('names the file that it cannot read', () => {
    expect(() => loadConfig({ file: join(folder, 'none.yaml'), env: {} })).toThrow(/cannot read .*none\.yaml/);
  });

  it('shows no secret when the loaded configuration is printed', () => {
    writeFileSync(join(folder, 'pg'), 'hidden-password\n');
    const text = `http: {token: "\${env:TOKEN}"}\nstore: "postgres://collector:\${file:${join(folder, 'pg')}}@db/lineside"`;
    const config = loadConfig({ file: file(text), env: { TOKEN: 'hidden-token-0123456789' } });
    expect(config.store === 'sqlite' ? undefined : config.store.password?.()).toBe('hidden-password');
    const printed = [JSON.stringify(config), inspect(config, { depth: 10, showHidden: true })].join();
    expect(printed).not.toContain('hidden');
    expect(printed).toContain('${env:TOKEN}');
  });
});
