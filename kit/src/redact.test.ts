import { describe, expect, it, test } from 'vitest';
import { Redactor, redactUrls, secretsOfUrl, urlLogin } from './index.ts';
import { redactCounted } from './redact.ts';

describe('redactUrls', () => {
  it.each([
    ["Input #0, rtsp, from 'rtsp://adm:geheim@h/1':", "Input #0, rtsp, from 'rtsp://***@h/1':"],
    ['rtsp://adm:ge/he?im@h/1 failed', 'rtsp://***@h/1 failed'],
    ['http://h/cam?usr=geheim&pwd=geheim&channel=1', 'http://h/cam?usr=***&pwd=***&channel=1'],
    ['tcp://10.0.0.1:554?timeout=5000000 failed', 'tcp://10.0.0.1:554?timeout=5000000 failed'],
    ['https://h:7441/geheim/live', 'https://h:7441/***/live'],
    ['{"a":"rtsp://u:geheim@h/1","b":"x@y"}', '{"a":"rtsp://***@h/1","b":"x@y"}'],
    ['page http://127.0.0.1:8970/ is served', 'page http://127.0.0.1:8970/ is served'],
    ['rtsp://h/geheim?sid=geheim: Input/output error', 'rtsp://h/***?sid=***: Input/output error'],
    ['file:///videos/a.mp4', 'file:///videos/a.mp4'],
    ['no mqtt://a:pw@10.0.0.9/plant/geheim#gross', 'no mqtt://***@10.0.0.9/***/***#***'],
    ['a://b://c@d', 'a://***@d'],
    ['://geheim', '://geheim'],
    ['no modbus+tcp://a:pw@10.0.0.9/input:6?type=float32', 'no modbus+tcp://***@10.0.0.9/input:6?type=float32'],
    ['no opc.tcp://a:p/w@h:4840?security=aes256#ns=2;s=A.B', 'no opc.tcp://***@h:4840?security=aes256#ns=2;s=A.B'],
  ])('writes %s as %s', (text, redacted) => {
    expect(redactUrls(text)).toBe(redacted);
  });
});

/** Deterministic pseudo-random numbers in [0, 1): a linear congruential generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('no secret of a URL survives in any text around it, and a second pass changes nothing', () => {
  const random = randomFrom(7);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  for (let round = 0; round < 2_000; round += 1) {
    const secret = `S3cr${Math.floor(random() * 1e9).toString(36)}${pick(['', ':', '@', '/', '?', '#', '%2F', '&x'])}Zz9`;
    const place = pick(['u:SECRET@h/1', 'SECRET:p@h/1', 'h/SECRET/live', 'h/1?pwd=SECRET', 'h/1?a=1&sid=SECRET#f']);
    const url = `${pick(['rtsp', 'RTSPS', 'http', 'mqtt'])}://${place.replace('SECRET', () => secret)}`;
    const text = `${pick(['', 'x ', '"', "from '"])}${url}${pick(['', ' failed', '"', "': y", ' rtsp://z/1'])}`;
    const redacted = redactUrls(text);
    for (const piece of secret.split(/[:@/?#&]/)) if (piece.length > 3) expect(redacted).not.toContain(piece);
    expect(redactUrls(redacted)).toBe(redacted);
  }
});

test.each(['a', ':', '@', '/', '://', 'a://', '://@', 'a:', 'a.b-', "'", 'rtsp://u:p@', '?a=', '%', '${'])(
  'a text that repeats %s is read a fixed number of times per character',
  (piece) => {
    for (const characters of [1_000, 100_000]) {
      const text = piece.repeat(Math.ceil(characters / piece.length));
      let read = 0;
      redactCounted(text, (count) => {
        read += count;
      });
      expect(read).toBeLessThanOrEqual(4 * text.length);
    }
  },
);

test('known secrets are hidden in every spelling, also outside of a URL', () => {
  const url = 'rtsp://viewer:p%40ss%2Fword@h/tok3nInPath?pwd=qu3ry';
  expect(secretsOfUrl(url)).toEqual(['p%40ss%2Fword', 'viewer', 'tok3nInPath', 'qu3ry']);
  const redactor = Redactor.ofUrl(url, [['rtsp://127.0.0.1:5/x', 'the camera']]);
  const text = `${url} viewer p@ss/word p%40ss%2Fword /tok3nInPath qu3ry rtsp://127.0.0.1:5/x`;
  expect(redactor.redact(text)).toBe('rtsp://***@h/***?pwd=*** *** *** *** /*** *** the camera');
});

test.each([
  ['mqtt://u:a:b@h:1883', { url: 'mqtt://h:1883', username: 'u', password: 'a:b' }],
  ['mqtt://u:a%2Fb@h', { url: 'mqtt://h', username: 'u', password: 'a/b' }],
  ['mqtt://u:100%@h', { url: 'mqtt://h', username: 'u', password: '100%' }],
  ['mqtt://u@h', { url: 'mqtt://h', username: 'u' }],
  ['mqtts://h:8883', { url: 'mqtts://h:8883' }],
])('the login of %s is %o', (url, login) => {
  expect(urlLogin(url)).toEqual(login);
});
