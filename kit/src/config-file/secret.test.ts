import { inspect } from 'node:util';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { SecretResolver, SecretText } from '../index.ts';

const url = (text: string): SecretText => new SecretText(text, 'url');

describe('the shown form of a secret text', () => {
  it.each([
    ['rtsp://host/stream', 'rtsp://host/stream'],
    ['rtsp://admin:geheim@host/stream', 'rtsp://***@host/stream'],
    ['rtsp://admin:ge@he:im@host/stream', 'rtsp://***@host/stream'],
    ['rtsp://admin:12/geheim@host/stream', 'rtsp://***@host/stream'],
    ['rtsp://admin:12?geheim@host/stream', 'rtsp://***@host/stream'],
    ['rtsp://admin:${file:/a/b@c}@host/stream', 'rtsp://***:${file:/a/b@c}@host/stream'],
    ['rtsp://${env:U}:${env:P}@host/stream', 'rtsp://${env:U}:${env:P}@host/stream'],
    ['rtsp://${env:U}:geheim@host/stream', 'rtsp://${env:U}:***@host/stream'],
    ['http://host/video?user=me&password=geheim&channel=1', 'http://host/video?user=***&password=***&channel=1'],
    ['http://host/video?token=${env:T}', 'http://host/video?token=${env:T}'],
    ['rtsp://host:554/cam?usr=admin&pwd=geheim&subtype=1', 'rtsp://host:554/cam?usr=***&pwd=***&subtype=1'],
    ['rtsp://host/Streaming/Channels/101', 'rtsp://host/Streaming/Channels/101'],
    ['rtsps://host:7441/aB3dE5gH7jK9mN1p', 'rtsps://host:7441/***'],
    ['http://host/live/user=admin_password=geheim_channel=1_stream=0.sdp', 'http://host/live/***'],
    ['http://host/${file:/a/token}/video', 'http://host/${file:/a/token}/video'],
    ['http://host/live#geheim', 'http://host/live#***'],
    ['http://host/video?geheim', 'http://host/video?***'],
    ['mqtt://line:geheim@host/plant/line1/weight#gross', 'mqtt://***@host/plant/line1/weight#gross'],
    ['mqtt://line:ge/word@host/plant/x', 'mqtt://***@host/plant/x'],
    ['mqtts://host/plant/geheim${env:T}/x?state=geheim&geheim', 'mqtts://host/plant/***${env:T}/x?state=***&***'],
    ['sparkplug+mqtts://host/dairy/filler#Speed/Actual', 'sparkplug+mqtts://host/dairy/filler#Speed/Actual'],
    ['rtsp://host/plant/geheim#geheim', 'rtsp://host/***/***#***'],
    ['wss://host/plant/geheim', 'wss://host/***/***'],
    ['${credential:camera}', '${credential:camera}'],
    ['/recordings/a@b.mp4', '/recordings/a@b.mp4'],
  ])('shows %s as %s', (written, shown) => {
    expect(url(written).shown).toBe(shown);
  });

  it('shows *** for everything but the references of a plain text', () => {
    expect(new SecretText('geheim', 'text').shown).toBe('***');
    expect(new SecretText('${env:A}', 'text').shown).toBe('${env:A}');
  });
});

test('no way of printing a secret text reveals its literal pieces', () => {
  const secret = new SecretText('rtsp://admin:geheim@host/1', 'url');
  const printed = [String(secret), JSON.stringify({ secret }), inspect(secret, { showHidden: true }), secret.shown];
  for (const text of printed) expect(text).toContain('rtsp://***@host/1');
  expect(printed.join()).not.toContain('geheim');
});

describe('SecretResolver', () => {
  it('reads variables, files and credentials, and encodes them in the user part and the query of a URL', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('cam'), 'p@ss/word\n');
    await writeFile(dir.join('mqtt'), 'from systemd');
    const env = { WHO: 'viewer', CREDENTIALS_DIRECTORY: dir.path };
    const secrets = new SecretResolver({ env, baseDir: dir.path });
    expect(secrets.text(url('rtsp://${env:WHO}:${file:cam}@host/1'))).toBe('rtsp://viewer:p%40ss%2Fword@host/1');
    expect(secrets.text(url(`http://host/?pwd=\${file:${dir.join('cam')}}`))).toBe('http://host/?pwd=p%40ss%2Fword');
    expect(secrets.text(new SecretText('${credential:mqtt}', 'text'))).toBe('from systemd');
    expect(secrets.text(new SecretText('as it is', 'text'))).toBe('as it is');
  });

  it('takes no byte order mark for a part of the secret', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('pw'), '\uFEFFgeheim\r\n');
    const secrets = new SecretResolver({ env: {}, baseDir: dir.path });
    expect(secrets.text(new SecretText('${file:pw}', 'text'))).toBe('geheim');
  });

  it.each([
    ['rtsp://u:a/b?c#d@cam/1', 'rtsp://u:a%2Fb%3Fc%23d@cam/1', 'a password in plain text'],
    ['rtsp://u:12/34@10.0.0.9:554/1', 'rtsp://u:12%2F34@10.0.0.9:554/1', 'a password that looks like a port'],
    ['rtsp://u:12/${env:S}@cam/1', 'rtsp://u:12%2Fx%26y%3D%27z@cam/1', 'a reference beside plain text'],
    ['rtsp://10.0.0.9:554/a@b', 'rtsp://10.0.0.9:554/a@b', 'a path with the mark of a user part'],
    ['http://cam/v?pwd=${env:S}&channel=1', 'http://cam/v?pwd=x%26y%3D%27z&channel=1', 'the value of a parameter'],
    ['http://cam/v?${env:S}', "http://cam/v?x&y='z", 'a reference that is the query'],
    ['http://cam/${env:P}/v', 'http://cam/live/1/v', 'a reference in the path'],
    ['${env:ALL}', 'rtsp://u:p%2Fq@cam/1', 'a reference that is the URL'],
  ])('reads %s as %s: %s', (written, resolved) => {
    const env = { S: "x&y='z", P: 'live/1', ALL: 'rtsp://u:p/q@cam/1' };
    expect(new SecretResolver({ env, baseDir: '/' }).url(url(written))).toBe(resolved);
  });

  it('reads at every use, so that a changed secret counts', async () => {
    await using dir = await tempDir();
    const secrets = new SecretResolver({ env: {}, baseDir: dir.path });
    const secret = new SecretText('${file:x}', 'text');
    await writeFile(dir.join('x'), 'one');
    expect(secrets.text(secret)).toBe('one');
    await writeFile(dir.join('x'), 'two');
    expect(secrets.text(secret)).toBe('two');
  });

  it.each(['${env:NONE}', '${file:/none/at/all}', '${credential:none}', '${file:two-lines}', '${file:empty}'])(
    'reports that %s is missing, and what to do',
    async (written) => {
      await using dir = await tempDir();
      await writeFile(dir.join('two-lines'), 'geheim\ngeheim\n');
      await writeFile(dir.join('empty'), '\n');
      const secrets = new SecretResolver({ env: {}, baseDir: dir.path });
      const [error] = secrets.missing(new SecretText(written, 'text'));
      expect(error).toMatchObject({ code: 'secret_missing' });
      expect(error?.message).toContain(written);
      expect(error?.advice).not.toBe('');
      expect(error?.message).not.toContain('geheim');
    },
  );

  it('reads no credential from another folder', () => {
    const secrets = new SecretResolver({ env: { CREDENTIALS_DIRECTORY: '/etc' }, baseDir: '/' });
    expect(() => secrets.text(new SecretText('${credential:../etc/hostname}', 'text'))).toThrow(/credential/);
  });
});
