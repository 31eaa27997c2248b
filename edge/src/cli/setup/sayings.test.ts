import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { STREAM_ERROR_CODES } from '../../domain/index.ts';
import { CHECKS, type CheckName, COMMON_FINDINGS } from '../../diagnostics/table/index.ts';
import { POINT_ERROR_CODES } from '../../plant/points/index.ts';
import { CliError, UsageError } from '../errors.ts';
import { exitCodeOf } from '../exit.ts';
import { saidError, type Sayings, sayingsOf } from './sayings.ts';

/** Checks that the setup runs. */
const OF_SETUP: readonly CheckName[] = ['node', 'ffmpeg', 'data_folder', 'clock', 'broker', 'collector'];
const ENROLMENT = [
  ...['claim_invalid', 'collector_unreachable', 'collector_not_recognised', 'enrolment_refused'],
  'enrolment_answer_invalid',
];

let russian: Sayings;
beforeAll(async () => {
  russian = await sayingsOf('ru');
});

describe('what others say to the setup', () => {
  it('has a text in Russian for every finding of its checks and every error of cameras, plant and collector', () => {
    const codes = [
      ...OF_SETUP.flatMap((check) => [
        ...[`${check}_ok`, `${check}_skipped`, ...Object.keys(CHECKS[check].findings)],
        ...COMMON_FINDINGS.map(({ suffix }) => `${check}${suffix}`),
      ]),
      ...STREAM_ERROR_CODES.map((code) => `stream_${code}`),
      ...[...POINT_ERROR_CODES, ...ENROLMENT, 'discovery_failed', 'config_invalid', 'broker_unreachable'],
      ...['advice_rate', 'advice_width', 'advice_codec', 'usage', 'ffmpeg_missing', 'secret_missing'],
    ];
    expect(codes.length).toBeGreaterThan(70);
    for (const code of codes) {
      const said = russian({ code, message: 'some words', advice: 'do this' });
      // Names of programs are the same in both.
      if (code !== 'node_ok' && code !== 'ffmpeg_ok') expect(said.message, code).toMatch(/[а-яё]/i);
      expect(said.message, code).not.toContain('some words');
      expect(said.advice, code).not.toContain('do this');
    }
  });

  it('keeps figures, addresses and causes, in its own place or in brackets', () => {
    const message = 'rtsp://10.0.0.9/1: connection refused';
    expect(russian({ code: 'stream_refused', message, advice: '' }).message).toMatch(/^Камера отвечает.* \(rtsp:.*\)$/);
    const args = { broker: 'mqtts://h:8883', ms: 12 };
    const ok = { code: 'broker_ok', message: 'mqtts://h:8883 answers in 12 ms', advice: '', args };
    expect(russian(ok)).toEqual({ message: 'брокер mqtts://h:8883 отвечает за 12 мс', advice: '' });
    expect(russian({ code: 'of_a_newer_version', message, advice: 'x' })).toEqual({ message, advice: 'x' });
  });

  it('is left as it is in English, and where it is Russian already', async () => {
    const english = await sayingsOf('en');
    const refused = { code: 'stream_refused', message: 'refused', advice: 'check' };
    expect(english(refused)).toEqual({ message: 'refused', advice: 'check' });
    const own = { code: 'usage', message: 'камеры gate нет', advice: 'пишите так' };
    expect(russian(own)).toEqual({ message: own.message, advice: own.advice });
  });

  it('reaches who called as an error of the same kind, code and exit code', () => {
    const refused = Object.assign(new Error('10.0.0.9 refused'), {
      ...{ name: 'StreamError', code: 'refused', advice: 'check the port' },
    });
    for (const error of [refused, new UsageError('no', 'so'), new CliError('service_hidden', 'no', 'so')]) {
      const said = saidError(error, russian);
      expect(said).toMatchObject({ name: error.name, code: error.code, cause: error });
      expect((said as Error).message).toMatch(/[а-яё]/i);
      expect(exitCodeOf(said)).toBe(exitCodeOf(error));
    }
    const fault = new TypeError('x is not a function');
    expect(saidError(fault, russian)).toBe(fault);
  });
});

it('no step of the setup has a sentence of its own that is not in the table of texts', async () => {
  const folder = new URL('./', import.meta.url);
  const names = (await readdir(folder)).filter((name) =>
    /-step\.ts$|^(?:find|finding|questions|session|summary|index)/.test(name),
  );
  expect(names.length).toBeGreaterThan(12);
  for (const name of names) {
    const source = (await readFile(new URL(name, folder), 'utf8')).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
    for (const [, quoted = ''] of source.matchAll(/['`]((?:\\.|[^'`\\\n])*)['`]/g)) {
      const words = quoted.replaceAll(/\$\{[^}]*\}/g, ' ');
      // Commands and comments of the configuration file are the same in every language.
      const isCommand =
        /^(?:--|lineside )|^# Every key/.test(words.trim()) || words.includes('has not made a configuration');
      if (!isCommand) expect(words, name).not.toMatch(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/i);
    }
  }
});
