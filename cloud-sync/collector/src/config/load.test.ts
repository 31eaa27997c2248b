import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  it('reads databases of the plant, with passwords by reference that no message and no output shows', () => {
    writeFileSync(join(folder, 'mes'), 'hidden-password\n');
    const url = `postgres://reader:\${file:${join(folder, 'mes')}}@erp.plant:5433/erp`;
    const mes = (plan: string): string => `mes: {lines: {line-1: {line: L1}}, plan: {database: "${url}", ${plan}}}`;
    const config = loadConfig({ file: file(mes('query: select 1')), env: {} });
    expect(config.mes.plan).toMatchObject({
      every: 60_000,
      deadline: 10_000,
      database: { host: 'erp.plant', port: 5433 },
    });
    expect(config.mes.plan?.database).toMatchObject({ tls: { ca: undefined }, user: 'reader' });
    expect(config.mes.plan?.database.password?.()).toBe('hidden-password');
    expect(JSON.stringify(config) + inspect(config, { depth: 10, showHidden: true })).not.toContain('hidden');
    expect(loadConfig({ env: {} }).mes).toEqual({ lines: {}, plan: undefined, actuals: undefined });
    for (const [text, message] of [
      [mes('query: select 1, table: plan'), /give either query or table/],
      [mes('every: 1m'), /give either query or table/],
      [mes('table: "plan; drop table plan"'), /write a table like/],
      [mes('table: plan, every: 0s'), /at least 100ms/],
      [mes('table: plan').replace('${file:', 'secret${file:'), /password by reference/],
      [mes('table: plan').replace('/erp"', '/erp?sslmode=allow"'), /mes\.plan\.database: sslmode is/],
      [mes('table: plan').replace('/mes}', '/none}'), /secret \$\{file:/],
    ] as const) {
      expect(() => loadConfig({ file: file(text), env: {} }), text).toThrow(message);
    }
  });

  it('takes the example for a database of the plant', () => {
    const example = new URL('../../../../docs/examples/collector.mes.yaml', import.meta.url);
    const { mes } = parseConfig(readFileSync(example, 'utf8'), 'collector.mes.yaml');
    expect(mes).toMatchObject({ lines: { 'line-2': { line: 'L2' } }, actuals: { table: 'mes.lineside_actuals' } });
    expect(mes.plan?.query).toContain('current_date');
  });

  it.each([
    ['people: [{name: anna, token: "${env:A}"}, {name: Anna, token: "${env:B}"}]', 'the same name'],
    ['people: [{name: anna, token: "${env:A}"}, {name: boris, token: "${env:A}"}]', 'the same token'],
    ['people: [{name: anna, token: "${env:SHORT}"}]', 'the token of anna is shorter than 16 characters'],
    ['people: [{name: anna, token: "${env:A}"}]\nrollouts: {approval: start}', 'no two persons'],
    ['rollouts: {approval: groups}', 'no two persons'],
  ])('refuses accounts that are no persons: %s', (text, message) => {
    const env = { A: 'token of the first person', B: 'token of the second person', SHORT: 'abc' };
    const load = () => loadConfig({ file: file(text), data: folder, env });
    expect(load).toThrow(
      expect.objectContaining({ code: 'people_invalid', message: expect.stringContaining(message) }),
    );
  });
});
