import { chmod, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runHere } from '../../../tests/support/lineside.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { readJournalEntry } from './journal-entry.ts';
import { readLogLine } from './text/log-line.ts';

const AT = { __REALTIME_TIMESTAMP: '1795945211123456' };
const atMs = 1_795_945_211_123;
const entry = (fields: object): string => JSON.stringify({ ...AT, ...fields });

describe('an entry of the journal of systemd', () => {
  it('has the priority that systemd gave its own lines', () => {
    for (const [PRIORITY, severity] of [
      'error',
      'error',
      'error',
      'error',
      'warn',
      'info',
      'info',
      'debug',
    ].entries()) {
      const text = entry({ PRIORITY: String(PRIORITY), _TRANSPORT: 'journal', MESSAGE: 'Started lineside.service.' });
      expect(readJournalEntry(text)).toEqual({ lines: ['Started lineside.service.'], facts: { severity, atMs } });
    }
  });

  it('is read as systemd 252 has written it: its own lines, ours, one with a control character, several lines, no UTF-8', () => {
    const recorded = [
      '{"PRIORITY":"6","MESSAGE":"Starting lineside-x.service...","_BOOT_ID":"54ec9e7145de441496a30bdbcd204212","__REALTIME_TIMESTAMP":"1795954877974354","_TRANSPORT":"journal","__MONOTONIC_TIMESTAMP":"5330693224"}',
      '{"_TRANSPORT":"stdout","__REALTIME_TIMESTAMP":"1795954878131316","MESSAGE":"plain words","PRIORITY":"6"}',
      '{"PRIORITY":"5","MESSAGE":"lineside-x.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED","__REALTIME_TIMESTAMP":"1795954878146624","_TRANSPORT":"journal"}',
      '{"MESSAGE":"Failed to start lineside-x.service.","PRIORITY":"3","__REALTIME_TIMESTAMP":"1795954878147287","_TRANSPORT":"journal"}',
      '{"__REALTIME_TIMESTAMP":"1795954926452082","_TRANSPORT":"stdout","PRIORITY":"6","MESSAGE":[27,91,51,49,109,114,101,100]}',
      String.raw`{"MESSAGE":"{\"level\":40,\"time\":1795945211123,\"name\":\"lineside\",\"msg\":\"slow\"}","__REALTIME_TIMESTAMP":"1795954926452082","_TRANSPORT":"stdout","PRIORITY":"6"}`,
      String.raw`{"_TRANSPORT":"journal","__REALTIME_TIMESTAMP":"1795954926723457","PRIORITY":"4","MESSAGE":"first\nsecond"}`,
      '{"MESSAGE":[98,97,100,32,255,32,117,116,102],"__REALTIME_TIMESTAMP":"1795954926953536","_TRANSPORT":"journal"}',
    ];
    const shown = recorded.flatMap((text) => {
      const { lines = [], facts } = readJournalEntry(text) ?? {};
      return lines.map((line) => {
        const { severity, atMs: time, message } = readLogLine(line, facts);
        return `${severity} ${String(time)} ${message.replace('\u001b[31m', '<31>')}`;
      });
    });
    expect(shown).toEqual([
      'info 1795954877974 Starting lineside-x.service...',
      'error 1795954878131 plain words',
      'info 1795954878146 lineside-x.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED',
      'error 1795954878147 Failed to start lineside-x.service.',
      'error 1795954926452 <31>red',
      'warn 1795945211123 slow',
      'warn 1795954926723 first',
      'warn 1795954926723 second',
      'error 1795954926953 bad \ufffd utf',
    ]);
  });

  it('is an error where it came over stderr without a number of its own, or nothing says what it is', () => {
    const severity = (fields: object) => readJournalEntry(entry({ MESSAGE: 'Segmentation fault', ...fields }))?.facts;
    expect(severity({ PRIORITY: '6', _TRANSPORT: 'stdout' })?.severity).toBe('error');
    expect(severity({ PRIORITY: '4', _TRANSPORT: 'stdout' })?.severity).toBe('warn');
    for (const PRIORITY of [undefined, null, '', '8', '-1', '6 ', 6, {}, [], ['9', '6'], '__proto__']) {
      expect(severity({ PRIORITY, _TRANSPORT: 'journal' })?.severity, JSON.stringify(PRIORITY)).toBe('error');
    }
  });

  it.each([
    ['a text', 'one', ['one']],
    ['several lines', 'one\ntwo\r\nthree', ['one', 'two', 'three']],
    ['bytes, where it is not printable', [...Buffer.from('é\u001b[31m')], ['é\u001b[31m']],
    ['bytes that are no UTF-8', [0xff, 0x61], ['\ufffda']],
    ['several fields of one name', ['one', [...Buffer.from('two')]], ['one', 'two']],
    ['null, where it is too long', null, []],
    ['nothing', undefined, []],
    ['an empty text', '', ['']],
    ['no list of bytes', [256, -1, 1.5, {}, 'one', [[[1]]]], ['one']],
    ['an object', { toString: 'one' }, []],
  ])('is read where its message is %s', (_what, MESSAGE, lines) => {
    expect(readJournalEntry(entry({ MESSAGE, PRIORITY: '6' }))?.lines).toEqual(lines);
  });

  it('is none in a piece of one, and in what is no object', () => {
    for (const text of ['', '{"MESSAGE":"abc', '115,10,', '"text"', '7', 'null', '[{"MESSAGE":"a"}]', '[[[[']) {
      expect(readJournalEntry(text), text).toBeUndefined();
    }
    expect(readJournalEntry('{"MESSAGE":"x","__REALTIME_TIMESTAMP":"later"}')?.facts).toEqual({ severity: 'error' });
  });
});

it('lineside logs asks systemd for entries, and tells its lines, ours and those of a crash apart', async () => {
  await using dir = await tempDir();
  const own = (level: number, msg: string) =>
    entry({
      ...{ PRIORITY: '6', _TRANSPORT: 'stdout' },
      MESSAGE: JSON.stringify({ level, time: atMs, name: 'lineside', module: 'camera', msg }),
    });
  const entries = [
    entry({ PRIORITY: '6', _TRANSPORT: 'journal', MESSAGE: 'Starting lineside.service...' }),
    own(30, 'ready'),
    own(40, 'slow stream'),
    entry({ PRIORITY: '6', _TRANSPORT: 'stdout', MESSAGE: [...Buffer.from('Segmentation fault\u001b[0m')] }),
    entry({ PRIORITY: '4', _TRANSPORT: 'journal', MESSAGE: 'lineside.service: Failed with result\nat once' }),
    'not an entry',
  ];
  await writeFile(dir.join('entries'), `${entries.join('\n')}\n`);
  const asked = dir.join('asked');
  await writeFile(dir.join('journalctl'), `#!/bin/sh\necho "$@" > ${asked}\ncat ${dir.join('entries')}\n`);
  await chmod(dir.join('journalctl'), 0o755);
  const before = process.env['PATH'] ?? '';
  process.env['PATH'] = `${dir.path}${delimiter}${before}`;
  try {
    const logs = async (...more: readonly string[]) => (await runHere(['logs', ...more])).stdout.trim().split('\n');
    const all = await logs();
    expect(all.map((line) => line.replace(/^(\S+ \S+| {19}) /, ''))).toEqual([
      expect.stringMatching(/^info {2}- +Starting lineside/),
      expect.stringMatching(/^info {2}camera +ready$/),
      expect.stringMatching(/^warn {2}camera +slow stream$/),
      expect.stringMatching(/^error - +Segmentation fault/),
      expect.stringMatching(/^warn {2}- +lineside.service: Failed with result$/),
      expect.stringMatching(/^warn {2}- +at once$/),
      expect.stringMatching(/^error - +an entry of the journal that is too long \(12 characters/),
    ]);
    expect(await logs('--severity', 'error')).toHaveLength(2);
    const [first] = await logs('--json', '-n', '7');
    expect(JSON.parse(first ?? '')).toEqual({ severity: 'info', time: atMs, msg: 'Starting lineside.service...' });
  } finally {
    process.env['PATH'] = before;
  }
});
