import { readFile, stat, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type Clock, silentLogger, systemClock } from '@lineside/kit';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { Access, AccessFile } from './index.ts';
import { hashPassword, matchesPassword, passwordProblem } from './password.ts';
import { Sessions } from './sessions.ts';
import { Throttle } from './throttle.ts';

/** A clock that stands until it is moved. */
function movedClock(): Clock & { move: (ms: number) => void } {
  let nowMs = 1_000;
  return { ...systemClock, monoMs: () => nowMs, wallMs: () => 1_780_000_000_000, move: (ms) => void (nowMs += ms) };
}

it('hashes passwords with argon2id, each with a salt of its own, and takes nothing else for a hash', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse battery'), hashPassword('correct horse battery')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await matchesPassword('correct horse battery', one)).toBe(true);
  expect(await matchesPassword('correct horse batterY', one)).toBe(false);
  expect(await matchesPassword('', 'plain text')).toBe(false);
  expect(['short', 'aaaaaaaaaaaa', 'correct horse'].map((text) => passwordProblem(text) === undefined)).toEqual([
    ...[false, false, true],
  ]);
});

it('makes whoever guesses wait longer each time, by address and by name, and forgets after success', () => {
  const clock = movedClock();
  const throttle = new Throttle(() => clock.monoMs());
  const keys = ['name anna', 'address 10.0.0.9'];
  const waits = Array.from({ length: 9 }, () => {
    throttle.failed(keys);
    return throttle.waitMs(keys);
  });
  expect(waits).toEqual([0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000]);
  // Another address that knows the name has to wait too, but not for ever; another name from elsewhere does not.
  expect(throttle.waitMs(['name anna', 'address 10.0.0.10'])).toBe(16_000);
  expect(throttle.waitMs(['name boris', 'address 10.0.0.10'])).toBe(0);
  for (let k = 0; k < 20; k += 1) throttle.failed(keys);
  expect(throttle.waitMs(['name anna'])).toBe(30_000);
  expect(throttle.waitMs(keys)).toBe(300_000);
  throttle.succeeded(keys);
  expect(throttle.waitMs(keys)).toBe(0);
});

it('ends a session that nobody uses, one that is old, and what hangs on it', () => {
  const clock = movedClock();
  const sessions = new Sessions(() => clock.monoMs());
  const limits = { idleMs: 1_000, maxMs: 5_000 };
  const ended: string[] = [];
  const idle = sessions.begin('anna', 'viewer', limits);
  const used = sessions.begin('boris', 'admin', limits);
  sessions.onEnd(idle.token, () => ended.push('idle'));
  sessions.onEnd(used.token, () => ended.push('used'));
  for (let k = 0; k < 4; k += 1) {
    clock.move(600);
    sessions.find(idle.token, false);
    expect(sessions.find(used.token, true)?.who).toBe('boris');
  }
  expect(ended).toEqual(['idle']);
  for (let k = 0; k < 5; k += 1) {
    clock.move(600);
    sessions.find(used.token, true);
  }
  expect(ended).toEqual(['idle', 'used']);
  expect(sessions.find(used.token, true)).toBeUndefined();
});

it('keeps accounts over a restart, in a file without passwords or codes that only its user can read', async () => {
  await using dir = await tempDir();
  const clock = movedClock();
  const records: string[] = [];
  const open = (): Access =>
    new Access({
      ...{ file: new AccessFile(dir.path), device: () => 'line-1', clock, log: silentLogger },
      audit: (action, details, who) => void records.push(`${who} ${action} ${JSON.stringify(details)}`),
    });
  const access = open();
  expect(access.network()).toBeUndefined();
  const listen = { host: '127.0.0.1', port: 8971 };
  const { setup, fingerprint } = await access.command({
    action: 'enable',
    by: 'root',
    listen,
    hosts: ['Line-1.example'],
  });
  expect(fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const code = setup?.code ?? '';
  expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
  await expect(access.setUp(code, 'Anna', 'correct horse', 'a')).rejects.toMatchObject({ code: 'account_refused' });
  await expect(access.setUp(code, 'anna', 'short', 'a')).rejects.toMatchObject({ code: 'account_refused' });
  const typed = ` ${code.toLowerCase().replace('-', ' ').replaceAll('0', 'o')}`;
  expect(await access.setUp(typed, 'anna', 'correct horse', 'a')).toMatchObject({ who: 'anna', rank: 'admin' });
  await expect(access.setUp(code, 'boris', 'correct horse', 'a')).rejects.toMatchObject({ code: 'login_refused' });

  const path = dir.join('access/access.json');
  const text = await readFile(path, 'utf8');
  expect(text).not.toMatch(new RegExp(`correct horse|${code}|${code.replace('-', '')}`));
  const modes = await Promise.all(
    [path, dir.join('access/tls.key')].map(async (one) => (await stat(one)).mode & 0o777),
  );
  expect(modes).toEqual([0o600, 0o600]);

  const again = open();
  expect(again.view().fingerprint).toBe(fingerprint);
  expect(await again.logIn('anna', 'correct horse', 'b')).toMatchObject({ rank: 'admin' });
  // A code that is too old opens nothing.
  const late = await again.command({ action: 'invite', by: 'root', role: 'viewer' });
  clock.move(16 * 60_000);
  await expect(again.setUp(late.setup?.code ?? '', 'boris', 'correct horse', 'c')).rejects.toMatchObject({
    code: 'login_refused',
  });
  expect(records.map((record) => record.split(' ').slice(0, 2).join(' '))).toEqual([
    ...['root access_enabled', 'root account_invited', 'anna account_made', 'anna logged_in'],
    ...['anna logged_in', 'root account_invited'],
  ]);
  await writeFile(path, text.replace('"accounts"', '"people"'));
  const damaged = open();
  expect(damaged.network()).toBeUndefined();
  await expect(damaged.logIn('anna', 'correct horse', 'd')).rejects.toMatchObject({ code: 'login_refused' });
  await expect(damaged.command({ action: 'enable', by: 'root', listen, hosts: [] })).rejects.toMatchObject({
    code: 'access_unusable',
  });
  expect(await readFile(path, 'utf8')).toContain('"people"');
});

it('lets an admin look after accounts, ends the sessions of whoever is changed, and never is without an admin', async () => {
  await using dir = await tempDir();
  const clock = movedClock();
  const records: string[] = [];
  const access = new Access({
    ...{ file: new AccessFile(dir.path), device: () => 'line-1', clock, log: silentLogger },
    audit: (action, details, who) => void records.push(`${who} ${action} ${Object.values(details).join(' ')}`),
  });
  const join = async (name: string, role: 'viewer' | 'technician' | 'admin') => {
    const { setup } = await access.command({ action: 'invite', by: 'root', name, role });
    return access.setUp(setup?.code ?? '', name, `${name} has a password`, name);
  };
  const anna = await join('anna', 'admin');
  const boris = await join('boris', 'viewer');
  const sees = (session: { readonly token: string }) => access.identityOf(session.token, true)?.rank;
  const refused = { code: 'account_refused' };
  for (const action of ['remove_account', 'set_role'] as const) {
    const common = { name: 'anna', by: 'anna' };
    const command = action === 'set_role' ? ({ action, role: 'viewer', ...common } as const) : { action, ...common };
    await expect(access.manage(command)).rejects.toMatchObject(refused);
  }
  await expect(access.manage({ action: 'set_role', name: 'x', role: 'viewer', by: 'anna' })).rejects.toMatchObject({
    ...refused,
  });
  // A code for a new password does not take the role away either.
  const again = await access.manage({ action: 'invite', name: 'anna', role: 'viewer', by: 'boris' });
  const back = await access.setUp(again.setup?.code ?? '', 'anna', 'another password of anna', 'a');
  expect([sees(anna), sees(back)]).toEqual([undefined, 'admin']);

  await access.manage({ action: 'set_role', name: 'boris', role: 'admin', by: 'anna' });
  expect(sees(boris)).toBeUndefined();
  const two = await access.logIn('boris', 'boris has a password', 'b');
  expect(sees(two)).toBe('admin');
  const listed = await access.manage({ action: 'end_sessions', name: 'boris', by: 'anna' });
  expect([sees(two), listed.accounts.map(({ name, sessions }) => `${name} ${sessions}`).toSorted()]).toEqual([
    undefined,
    ['anna 1', 'boris 0'],
  ]);
  expect((await access.manage({ action: 'remove_account', name: 'anna', by: 'boris' })).accounts).toHaveLength(1);
  expect(sees(back)).toBeUndefined();
  expect(records.filter((record) => /role_changed|sessions_ended|removed/.test(record))).toEqual([
    ...['anna role_changed boris admin', 'anna sessions_ended boris', 'boris account_removed anna'],
  ]);
});

it('changes a password for whoever knows the old one, ends their other sessions, and slows guesses down', async () => {
  await using dir = await tempDir();
  const clock = movedClock();
  const audit = (): void => undefined;
  const access = new Access({
    ...{ file: new AccessFile(dir.path), device: () => 'line-1', clock, log: silentLogger, audit },
  });
  const { setup } = await access.command({ action: 'invite', by: 'root', name: 'anna', role: 'admin' });
  const here = await access.setUp(setup?.code ?? '', 'anna', 'correct horse', 'a');
  const there = await access.logIn('anna', 'correct horse', 'b');
  const change = (current: string, password: string) =>
    access.changePassword('anna', { current, password, address: 'a', token: here.token });
  await expect(change('wrong horse', 'battery staple')).rejects.toMatchObject({ code: 'login_refused' });
  await expect(change('correct horse', 'short')).rejects.toMatchObject({ code: 'account_refused' });
  expect(access.sessionsOf('anna')).toBe(2);
  await change('correct horse', 'battery staple');
  expect([here, there].map(({ token }) => access.identityOf(token, true)?.who)).toEqual(['anna', undefined]);
  await expect(access.logIn('anna', 'correct horse', 'c')).rejects.toMatchObject({ code: 'login_refused' });
  expect(await access.logIn('anna', 'battery staple', 'c')).toMatchObject({ rank: 'admin' });
  access.endOthers('anna', here.token);
  expect(access.sessionsOf('anna')).toBe(1);
  for (let k = 0; k < 5; k += 1) {
    await expect(change('a guess', 'battery staple')).rejects.toMatchObject({ code: 'login_refused' });
  }
  // The right one has to wait as well.
  await expect(change('battery staple', 'correct horse')).rejects.toMatchObject({ code: 'login_throttled' });
});

it("takes the site's certificate with its own key only", async () => {
  await using dir = await tempDir();
  const audit = (): void => undefined;
  const make = (name: string): Access =>
    new Access({
      file: new AccessFile(dir.join(name)),
      device: () => 'line-1',
      clock: systemClock,
      log: silentLogger,
      audit,
    });
  const [one, two] = [make('one'), make('two')];
  const listen = { host: '127.0.0.1', port: 8971 };
  for (const access of [one, two]) await access.command({ action: 'enable', by: 'root', listen, hosts: [] });
  const [a, b] = [one.network(), two.network()];
  const mixed = { cert: a?.cert ?? '', key: b?.key ?? '' };
  const enable = (identity: { cert: string; key: string }) =>
    two.command({ action: 'enable', by: 'root', listen, hosts: [], identity });
  await expect(enable(mixed)).rejects.toMatchObject({ code: 'certificate_refused' });
  await expect(enable({ cert: 'x', key: 'y' })).rejects.toMatchObject({ code: 'certificate_refused' });
  const taken = await enable({ cert: a?.cert ?? '', key: a?.key ?? '' });
  expect(taken.fingerprint).toBe(one.view().fingerprint);
});
