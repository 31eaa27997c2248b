import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { freePort } from '../../../tests/support/free-port.ts';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { Access, type AccessAnswer, AccessFile } from '../access/index.ts';
import { controlSocketPath, getControlJson, postControlJson, StatusServer } from './index.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string } };
}

interface Ask {
  readonly body?: unknown;
  readonly cookie?: string | undefined;
  readonly csrf?: string | undefined;
  readonly headers?: Record<string, string>;
}

let dir: TempDir;
let world: StatusWorld;
let port: number;
let address: string;
const records: string[] = [];
const stop = new AbortController();
let running: Promise<void>;

/** Opens an answer over TLS, as a browser of this page would ask. */
function open(path: string, { body, cookie, csrf, headers = {} }: Ask = {}): Promise<IncomingMessage> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...(json === undefined ? {} : { 'content-type': 'application/json', origin: `https://127.0.0.1:${port}` }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(csrf === undefined ? {} : { 'x-lineside-csrf': csrf }),
    ...headers,
  };
  const method = json === undefined ? 'GET' : 'POST';
  const target = {
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: all,
    rejectUnauthorized: false,
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    request(target, resolve).on('error', reject).end(json);
  });
}

async function ask(path: string, options: Ask = {}): Promise<Answer> {
  const answer = await open(path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = String(answer.headers['content-type']).includes('json');
  const body = (isJson ? JSON.parse(text) : {}) as Answer['body'];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

const command = async (body: object): Promise<AccessAnswer> => {
  const { status, body: answer } = await postControlJson(
    controlSocketPath(dir.path),
    '/api/v1/access',
    { by: 'root', ...body },
    60_000,
  );
  expect(status).toBe(200);
  return answer as AccessAnswer;
};

/** An account with this role, logged in with a code: its cookie and what comes back with each change. */
async function person(name: string, role: string): Promise<{ cookie: string; csrf: string; header: string }> {
  const { setup } = await command({ action: 'invite', role, name });
  const body = { code: setup?.code, name, password: `${name} has a password` };
  const answer = await ask('/api/v1/session/setup', { body });
  expect(answer.status).toBe(200);
  const header = String(answer.headers['set-cookie']);
  return { cookie: header.split(';')[0] ?? '', csrf: String(answer.body['csrf']), header };
}

beforeAll(async () => {
  dir = await tempDir();
  world = new StatusWorld(dir.join('evidence'));
  port = await freePort();
  const access = new Access({
    ...{ file: new AccessFile(dir.path), device: () => 'line-1', clock: systemClock, log: silentLogger },
    audit: (action, details, who) => void records.push(`${who} ${action} ${JSON.stringify(details)}`),
  });
  const server = new StatusServer({
    ...{ source: world, access, listen: { host: '127.0.0.1', port: 0 }, socketPath: controlSocketPath(dir.path) },
    ...{ clock: systemClock, random: Math.random, log: silentLogger, snapshotEveryMs: 50 },
  });
  running = server.run(stop.signal);
  ({ url: address } = await server.address());
  const enabled = await command({ action: 'enable', listen: { host: '127.0.0.1', port }, hosts: ['line-1.example'] });
  expect(enabled.setup?.code).toBeDefined();
  await waitFor('the page over TLS', () =>
    ask('/').then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
});

afterAll(async () => {
  stop.abort();
  await running;
  await dir[Symbol.asyncDispose]();
});

describe('the page from the network', () => {
  it('shows nothing of the device before somebody has logged in, and no other page may use it', async () => {
    const paths = [
      'status',
      'stream',
      'events',
      'log',
      'history',
      'cameras/product/picture.jpg',
      'cameras/product/live',
    ];
    for (const path of [...paths.map((name) => `/api/v1/${name}`), '/metrics', '/healthz']) {
      const { status, body } = await ask(path);
      expect([path, status, body.error?.code]).toEqual([path, 401, 'login_needed']);
    }
    const page = await ask('/');
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect((await ask('/api/v1/session')).body).toEqual({ network: true, needsSetup: true });
  });

  it('answers under its own names alone', async () => {
    const named = async (host: string) => (await ask('/', { headers: { host } })).status;
    expect(await named(`127.0.0.1:${port}`)).toBe(200);
    expect(await named('LINE-1.example')).toBe(200);
    for (const host of ['evil.example', `evil.example:${port}`, '10.0.0.9']) expect(await named(host)).toBe(421);
  });

  it('lets everybody in with a code from the terminal once, and gives a cookie that no script can read', async () => {
    const { header, cookie, csrf } = await person('anna', 'viewer');
    expect(header).toMatch(/^__Host-lineside=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect((await ask('/api/v1/status', { cookie })).status).toBe(200);
    expect((await ask('/api/v1/session', { cookie })).body).toEqual({
      network: true,
      who: 'anna',
      rank: 'viewer',
      csrf,
    });
    const again = await ask('/api/v1/session', { body: { name: 'anna', password: 'anna has a password' } });
    expect([again.status, again.body['who']]).toEqual([200, 'anna']);
    expect(again.headers['set-cookie']).not.toEqual([header]);
  });

  it('refuses a change that does not come from its own page', async () => {
    const { cookie, csrf } = await person('tanya', 'technician');
    const event = await world.addEvent('people', 'personnel_violation', 'bare_head');
    const path = `/api/v1/events/${event.event}/acknowledge`;
    const body = { by: 'somebody else', note: 'seen' };
    const attempts: readonly Ask[] = [
      { body, cookie },
      { body, cookie, csrf: `${csrf.slice(1)}x` },
    ];
    for (const attempt of attempts) {
      const { status, body: answer } = await ask(path, attempt);
      expect([status, answer.error?.code]).toEqual([403, 'csrf_refused']);
    }
    const strange = [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'content-type': 'text/plain' }];
    for (const headers of strange) expect((await ask(path, { body, cookie, csrf, headers })).status).toBe(405);
    expect(world.event(event.event)?.acknowledged).toBeUndefined();
    const done = await ask(path, { body, cookie, csrf });
    expect([done.status, done.body['by']]).toEqual([200, 'tanya']);
    expect(records).toContain(`tanya changed_on_page ${JSON.stringify({ path, role: 'technician' })}`);
  });

  it('lets each role do what it may, and nobody what belongs to the owner of the device', async () => {
    const [viewer, technician, admin] = await Promise.all(
      ['viewer', 'technician', 'admin'].map((role) => person(`role-${role}`, role)),
    );
    const event = await world.addEvent('floor', 'sanitation', 'spill');
    const changes: readonly (readonly [string, object])[] = [
      [`/api/v1/events/${event.event}/acknowledge`, { by: 'x' }],
      ['/api/v1/cameras/product/accept', { by: 'x' }],
      ['/api/v1/maintenance', { rule: 'cutter', by: 'x' }],
      ['/api/v1/models/limit', { model: 'm', mads: 3, by: 'x' }],
      ['/api/v1/access', { action: 'disable', by: 'x' }],
      ['/api/v1/updates', { action: 'rollback', model: 'm' }],
    ];
    const allowed = async (who: typeof viewer) => {
      const answers: boolean[] = [];
      for (const [path, body] of changes) {
        const { status } = await ask(path, { body, cookie: who?.cookie, csrf: who?.csrf });
        answers.push(status !== 403 && status !== 405);
      }
      return answers;
    };
    expect(await allowed(viewer)).toEqual([false, false, false, false, false, false]);
    expect(world.services[0]?.servicedBy).toBe('A. P.');
    expect(await allowed(technician)).toEqual([true, true, true, false, false, false]);
    // Whatever name was sent, it is that of the account.
    expect(world.services[0]?.servicedBy).toBe('role-technician');
    expect(records).toContain(
      `role-technician changed_on_page ${JSON.stringify({ path: '/api/v1/maintenance', role: 'technician' })}`,
    );
    expect(await allowed(admin)).toEqual([true, true, true, true, false, false]);
    expect((await ask('/api/v1/access', { cookie: admin?.cookie })).status).toBe(404);
    // On the device itself, over the loopback, the commands of the owner are not there either.
    expect((await fetch(new URL('/api/v1/access', address))).status).toBe(404);
    const { body } = await getControlJson(controlSocketPath(dir.path), '/api/v1/access');
    expect((body as AccessAnswer).accounts.map(({ name }) => name)).toContain('role-admin');
  });

  it('gives everybody their own account, and an admin all of them; what is changed is in the audit', async () => {
    const [boss, other] = [await person('boss', 'admin'), await person('other', 'technician')];
    const get = async (path: string, cookie?: string) => (await ask(path, { cookie })).status;
    expect(await get('/api/v1/account')).toBe(401);
    expect((await ask('/api/v1/account', other)).body).toEqual({ who: 'other', rank: 'technician', sessions: 1 });
    expect([await get('/api/v1/accounts', other.cookie), await get('/api/v1/accounts', boss.cookie)]).toEqual([
      403, 200,
    ]);
    const change = (body: object, { cookie, csrf }: Partial<typeof boss> = boss) =>
      ask('/api/v1/accounts', { body, cookie, csrf });
    expect((await change({ action: 'set_role', name: 'other', role: 'admin' }, other)).status).toBe(403);
    expect((await change({ action: 'set_role', name: 'other', role: 'admin' }, { cookie: boss.cookie })).status).toBe(
      403,
    );
    const bad = [
      { action: 'enable', name: 'x' },
      { action: 'set_role', name: 'other' },
      { action: 'invite', name: 'x'.repeat(33) },
      { action: 'add_token', name: 'hall', by: 'somebody' },
    ];
    for (const body of bad) expect((await change(body)).status).toBe(400);
    const { body } = await change({ action: 'set_role', name: 'other', role: 'viewer' });
    expect(body['accounts']).toContainEqual(expect.objectContaining({ name: 'other', role: 'viewer', sessions: 0 }));
    expect(await get('/api/v1/status', other.cookie)).toBe(401);
    const again = await ask('/api/v1/session', { body: { name: 'other', password: 'other has a password' } });
    const mine = { cookie: String(again.headers['set-cookie']).split(';')[0], csrf: String(again.body['csrf']) };
    const passwords = { current: 'other has a password', password: 'a new one of other' };
    expect((await ask('/api/v1/account/password', { ...mine, body: { ...passwords, current: 'x' } })).status).toBe(401);
    expect((await ask('/api/v1/account/password', { ...mine, body: passwords })).status).toBe(200);
    const { token } = (await change({ action: 'add_token', name: 'hall-9' })).body;
    const wall = await ask('/api/v1/session/wall', { body: { token } });
    const screen = String(wall.headers['set-cookie']).split(';')[0];
    expect([await get('/api/v1/status', screen), await get('/api/v1/account', screen)]).toEqual([200, 403]);
    await change({ action: 'remove_token', name: 'hall-9' });
    expect(await get('/api/v1/status', screen)).toBe(401);
    for (const record of [
      'boss role_changed',
      'other password_changed',
      'boss wall_token_made',
      'boss wall_token_removed',
    ]) {
      expect(
        records.some((one) => one.startsWith(record)),
        record,
      ).toBe(true);
    }
    expect(records.join('\n')).not.toMatch(/has a password|a new one of other/);
    // On the device itself nobody is logged in, and nobody looks after accounts over HTTP.
    expect((await fetch(new URL('/api/v1/accounts', address))).status).toBe(404);
  });

  it('cuts a stream off when its session ends, and when its account is removed', async () => {
    const { cookie, csrf } = await person('stream', 'viewer');
    const other = await person('removed', 'viewer');
    const streams = await Promise.all([cookie, other.cookie].map((one) => open('/api/v1/stream', { cookie: one })));
    expect(streams.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const closed = streams.map(
      (stream) =>
        new Promise<void>((resolve) => {
          stream.resume().on('error', () => undefined);
          stream.on('close', () => resolve());
        }),
    );
    expect((await ask('/api/v1/session/end', { body: {}, cookie, csrf })).status).toBe(200);
    await closed[0];
    await command({ action: 'remove_account', name: 'removed' });
    await closed[1];
    expect((await ask('/api/v1/status', { cookie })).status).toBe(401);
    expect((await ask('/api/v1/status', { cookie: other.cookie })).status).toBe(401);
  });

  it('shows a wall screen the line, and nothing else, until its token is removed', async () => {
    const { token } = await command({ action: 'add_token', name: 'hall-2' });
    expect((await ask('/api/v1/session/wall', { body: { token: 'x'.repeat(43) } })).status).toBe(401);
    const begun = await ask('/api/v1/session/wall', { body: { token } });
    expect(begun.body).toMatchObject({ who: 'wall hall-2', rank: 'wall' });
    const cookie = String(begun.headers['set-cookie']).split(';')[0];
    const csrf = String(begun.body['csrf']);
    const statusOf = async (path: string) => (await ask(path, { cookie })).status;
    expect(await statusOf('/api/v1/status')).toBe(200);
    expect(await statusOf('/api/v1/log')).toBe(403);
    const event = await world.addEvent('floor', 'sanitation', 'spill');
    const change = { body: { by: 'x' }, cookie, csrf };
    expect((await ask(`/api/v1/events/${event.event}/acknowledge`, change)).status).toBe(403);
    await command({ action: 'remove_token', name: 'hall-2' });
    expect(await statusOf('/api/v1/status')).toBe(401);
  });

  it('makes whoever guesses wait, says for how long, and tells nothing about names', async () => {
    const guess = (name: string) => ask('/api/v1/session', { body: { name, password: 'not the password' } });
    const [known, unknown] = [await guess('anna'), await guess('nobody')];
    expect(known.body).toEqual(unknown.body);
    let throttled: Answer | undefined;
    for (let k = 0; k < 12 && throttled === undefined; k += 1) {
      const answer = await guess('anna');
      if (answer.status === 429) throttled = answer;
    }
    expect(throttled?.body.error?.code).toBe('login_throttled');
    expect(Number(throttled?.headers['retry-after'])).toBeGreaterThan(0);
    // The right password does not help before the time is over.
    const right = await ask('/api/v1/session', { body: { name: 'anna', password: 'anna has a password' } });
    expect(right.status).toBe(429);
    expect(records.some((record) => record.startsWith('anna login_throttled'))).toBe(true);
  });

  it('is closed again by the command, with everything that was open', async () => {
    const { enabled, accounts } = await command({ action: 'disable' });
    expect(enabled).toBe(false);
    expect(accounts.length).toBeGreaterThan(0);
    await waitFor('nobody to listen', () =>
      ask('/').then(
        () => false,
        () => true,
      ),
    );
    expect((await fetch(new URL('/api/v1/status', address))).status).toBe(200);
  });
});
