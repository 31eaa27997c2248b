import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lineside, runHere, startLineside } from '../../../tests/support/lineside.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal } from '../../../tests/support/test-journal.ts';
import { runProcess } from '../../../tests/support/processes.ts';
import { brightBlobDetector, constantDetector, writeTinyBundle } from '../../../tests/support/tiny-onnx.ts';
import { notAVideo, testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { EVENT_RECORD } from '../events/index.ts';
import { journalPath } from '../journal/index.ts';

const VERBS = [
  [],
  ['run'],
  ['init'],
  ['setup'],
  ['enroll'],
  ['doctor'],
  ['support-bundle'],
  ['plan'],
  ['status'],
  ['top'],
  ['logs'],
  ['alerts'],
  ['alerts', 'test'],
  ['alerts', 'list'],
  ['coverage'],
  ['code'],
  ['code', 'read'],
  ['code', 'setup'],
  ['config'],
  ['config', 'check'],
  ['config', 'show'],
  ['config', 'schema'],
  ['access'],
  ['access', 'enable'],
  ['access', 'disable'],
  ['access', 'show'],
  ['access', 'users'],
  ['access', 'token'],
  ['camera'],
  ['camera', 'list'],
  ['camera', 'health'],
  ['camera', 'accept'],
  ['camera', 'discover'],
  ['camera', 'probe'],
  ['camera', 'snapshot'],
  ['camera', 'watch'],
  ['camera', 'test'],
  ['detect'],
  ['model'],
  ['model', 'list'],
  ['model', 'inspect'],
  ['model', 'import'],
  ['model', 'rollback'],
  ['model', 'eval'],
  ['model', 'compare'],
  ['model', 'bench'],
  ['model', 'explain'],
  ['replay'],
  ['rule'],
  ['rule', 'preview'],
  ['plant'],
  ['plant', 'arm'],
  ['plant', 'browse'],
  ['plant', 'disarm'],
  ['plant', 'outputs'],
  ['plant', 'read'],
  ['plant', 'test'],
  ['plant', 'trust'],
  ['plant', 'watch'],
  ['plant', 'write'],
  ['signal'],
  ['signal', 'list'],
  ['signal', 'set'],
  ['update'],
  ['recipe'],
  ['recipe', 'list'],
  ['recipe', 'set'],
  ['recipe', 'show'],
  ['production'],
  ['cleaning'],
  ['cleaning', 'confirm'],
  ['maintenance'],
  ['maintenance', 'confirm'],
  ['events'],
  ['events', 'list'],
  ['events', 'tail'],
  ['events', 'show'],
  ['events', 'export'],
  ['journal'],
  ['journal', 'verify'],
  ['sync'],
  ['sync', 'status'],
  ['completion'],
];
const GROUPS = new Set([
  'access',
  'alerts',
  'camera',
  'cleaning',
  'code',
  'config',
  'events',
  'journal',
  'maintenance',
  'model',
  'plant',
  'recipe',
  'rule',
  'signal',
  'sync',
]);

const GOOD = 'device: line-1\ncameras: [{id: a, url: "rtsp://viewer:geheim@host/1"}]\n';

describe('help', () => {
  it.each(VERBS.map((verb) => [verb.join(' ') || 'the program', verb] as const))(
    'of %s has the global options and examples',
    async (_name, verb) => {
      const { code, stdout, stderr } = await runHere([...verb, '--help']);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      for (const option of ['--config', '--data', '--json']) expect(stdout).toContain(option);
      if (!(verb.length === 1 && GROUPS.has(verb[0] ?? ''))) expect(stdout).toMatch(/Examples:\n {2}\$ lineside/);
    },
  );

  it('lists every verb that is tested here', async () => {
    const { stdout } = await runHere(['--help']);
    const listed = [...stdout.matchAll(/^ {2}([a-z][a-z-]*) /gm)]
      .map((match) => match[1])
      .filter((name) => name !== 'help');
    expect(new Set(listed)).toEqual(new Set(VERBS.flatMap((verb) => verb[0] ?? [])));
  });
});

describe('a wrong call', () => {
  it.each([
    [['doktor'], /unknown command 'doktor'/, /did you mean doctor/],
    [['events', 'lst'], /unknown command 'lst'/, /did you mean list/],
    [['events'], /lineside events needs a command/, /lineside events --help/],
    [['events', 'list', '--limit', 'many'], /whole number/, /lineside events list --help/],
    [['events', 'list', '--since', 'yesterday'], /duration/, /events list --help/],
    [['events', 'list', '--rule-type', 'dirt'], /no type of rule/, /write one of .*spill/],
    [['events', 'show'], /missing required argument/, /lineside events show --help/],
    [['events', 'snapshot'], /missing required argument/, /lineside events snapshot --help/],
    [['detect', 'a.jpg'], /--model/, /lineside detect --help/],
    [['detect', '--model', 'x', '--score', '2', 'a.jpg'], /0 to 1/, /detect --help/],
    [['config', 'check', '--strickt'], /unknown option/, /--strict/],
    [['replay', '--camera', 'nonsense'], /is not ID=VIDEO/, /--camera packing=shift.mp4/],
  ])('%j ends with 2 and says what to do', async (args, error, advice) => {
    const { code, stdout, stderr } = await runHere(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Error: .+\nTry: .+\n$/);
    expect(stderr).toMatch(error);
    expect(stderr.split('Try: ')[1]).toMatch(advice);
  });

  it('is reported as JSON with --json', async () => {
    const { code, stdout } = await runHere(['events', 'lst', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', advice: 'did you mean list?' } });
  });
});

describe('lineside config, as a process', () => {
  it('ends with 0 for a good file', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('lineside.yaml'), GOOD);
    const { code, stdout, stderr } = await lineside(['config', 'check'], { cwd: dir.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/lineside\.yaml: good \(2 warnings\)/);
    expect(stderr).toMatch(/Warning: .*lineside\.yaml:2:\d+: cameras\[0\]\.url: holds a password in plain text\nTry: /);
  });

  it('ends with 2 for a bad file and reports all problems as JSON on stdout', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('bad.yaml'), 'devise: a\nlog: {level: loud}\n');
    const { code, stdout, stderr } = await lineside(['config', 'check', '--config', dir.join('bad.yaml'), '--json']);
    expect(code).toBe(2);
    const report = JSON.parse(stdout) as { ok: boolean; problems: { path: string; line: number }[] };
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ path, line }) => [path, line])).toEqual([
      ['device', 1],
      ['devise', 1],
      ['log.level', 2],
    ]);
    expect(stderr.match(/^Error: /gm)).toHaveLength(3);
    expect(stderr.match(/^Try: /gm)).toHaveLength(3);
  });

  it('shows everything but the password', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('lineside.yaml'), GOOD);
    for (const form of [[], ['--json']]) {
      const { code, stdout } = await runHere(['config', 'show', '--config', dir.join('lineside.yaml'), ...form]);
      expect(code).toBe(0);
      expect(stdout).toContain('rtsp://***@host/1');
      expect(stdout).toContain('deliveredRetention');
      expect(stdout).not.toContain('geheim');
    }
  });

  it('prints a schema that is JSON', async () => {
    const { stdout } = await runHere(['config', 'schema']);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it('names the paths that it tried when there is no file', async () => {
    await using dir = await tempDir();
    const { code, stderr } = await runHere(['config', 'show', '--config', dir.join('none.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/none\.yaml: there is no such file\nTry: .*--config FILE/);
  });
});

interface Line {
  readonly source: string;
  readonly frame?: number;
  readonly time?: number;
  readonly status?: string;
  readonly detections?: readonly { label: string; score: number; box: number[] }[];
  readonly error?: { code: string };
}

const linesOf = (stdout: string): readonly Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('lineside detect', () => {
  const box = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 1, score: 0.75 };

  async function tiny(dir: TempDir): Promise<string> {
    const model = constantDetector({ size: 64, classes: 2, boxes: [box] });
    return writeTinyBundle(dir.join('tiny'), model, { size: 64, labels: ['cap', 'no_cap'] });
  }

  it('prints one JSON line per frame, with boxes in pixels of the source', async () => {
    await using dir = await tempDir();
    const model = await tiny(dir);
    const { code, stdout } = await lineside(['detect', '--json', '--model', model, await testVideo()]);
    expect(code).toBe(0);
    const lines = linesOf(stdout);
    expect(lines).toHaveLength(30);
    expect(lines[7]).toMatchObject({ frame: 7, status: 'ok', detections: [{ label: 'no_cap', score: 0.75 }] });
    expect(lines[7]?.time).toBeCloseTo(0.7, 2);
    // 320x180 letterboxed into 64x64: five source pixels for one of the model, 14 rows of bar above.
    const [x1, y1, x2, y2] = lines[7]?.detections?.[0]?.box ?? [];
    expect([x1, y1, x2, y2].map((value) => Math.round(value ?? 0))).toEqual([120, 70, 200, 110]);
  });

  it('thins a video with --fps, raises the threshold with --score', async () => {
    await using dir = await tempDir();
    const model = await tiny(dir);
    const video = await testVideo();
    const thinned = await runHere(['detect', '--json', '--model', model, '--fps', '2', video]);
    expect(linesOf(thinned.stdout).map((line) => line.frame)).toEqual([0, 5, 10, 15, 20, 25]);
    const strict = await runHere(['detect', '--json', '--model', model, '--fps', '1', '--score', '0.9', video]);
    expect(linesOf(strict.stdout).every((line) => line.detections?.length === 0)).toBe(true);
  });

  it('takes an ONNX file without a manifest, with labels', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('blob.onnx'), brightBlobDetector({ size: 64, classes: 2, from: 0, to: 60 }));
    const args = ['detect', '--json', '--model', dir.join('blob.onnx'), '--fps', '1', await testVideo()];
    const named = await runHere([...args, '--labels', 'bright,other']);
    expect(named.code).toBe(0);
    expect(linesOf(named.stdout)[0]?.detections?.[0]?.label).toBe('bright');
    const wrong = await runHere([...args, '--labels', 'a,b,c']);
    expect(wrong.code).toBe(2);
    expect(wrong.stdout).toContain('"code":"model_labels"');
  });

  it('takes images of any size, each as one frame', async () => {
    await using dir = await tempDir();
    const model = await tiny(dir);
    const still = (size: string, name: string): Promise<unknown> =>
      runProcess('ffmpeg', [
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=${size}`,
        '-frames:v',
        '1',
        dir.join(name),
      ]);
    await Promise.all([still('100x300', 'tall.jpg'), still('64x64', 'a name, with (signs).png')]);
    const inputs = ['tall.jpg', 'a name, with (signs).png'];
    const { code, stdout } = await lineside(['detect', '--json', '--model', model, ...inputs], { cwd: dir.path });
    expect(code).toBe(0);
    const lines = linesOf(stdout);
    expect(lines.map(({ source, frame, time }) => [source, frame, time])).toEqual(inputs.map((name) => [name, 0, 0]));
    expect(lines[1]?.detections?.[0]?.box).toEqual([24, 28, 40, 36]);
  });

  it('writes annotated frames with --draw', async () => {
    await using dir = await tempDir();
    const model = await tiny(dir);
    const { code } = await runHere([
      'detect',
      '--model',
      model,
      '--fps',
      '1',
      '--draw',
      dir.join('out'),
      await testVideo(),
    ]);
    expect(code).toBe(0);
    const names = await readdir(dir.join('out'));
    expect(names.map((name) => name.slice(-11))).toEqual(['-000000.jpg', '-000010.jpg', '-000020.jpg']);
    expect((await readFile(dir.join('out', names[0]!))).subarray(0, 2).toString('hex')).toBe('ffd8');
  });

  it('reports a bad input, processes the others and ends with 1', async () => {
    await using dir = await tempDir();
    const model = await tiny(dir);
    const inputs = [dir.join('none.jpg'), await notAVideo(), dir.path, await testVideo()];
    const { code, stdout, stderr } = await runHere(['detect', '--json', '--model', model, '--fps', '1', ...inputs]);
    expect(code).toBe(1);
    const lines = linesOf(stdout);
    expect(lines.flatMap((line) => line.error?.code ?? [])).toEqual(['input_missing', 'not_video', 'input_unreadable']);
    expect(lines.filter((line) => line.status === 'ok')).toHaveLength(3);
    expect(stderr.match(/^Error: .+\nTry: .+$/gm)).toHaveLength(3);
  });

  it('ends with 2 for a missing or invalid model, and with 3 without FFmpeg', async () => {
    await using dir = await tempDir();
    const none = await runHere(['detect', '--model', 'no-such-model', await testVideo()]);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/^Error: model no-such-model: the catalog has no such model\nTry: /);
    await writeFile(dir.join('text.onnx'), 'no model');
    const text = await runHere(['detect', '--model', dir.join('text.onnx'), await testVideo()]);
    expect(text.code).toBe(2);
    expect(text.stderr).toContain('is a text that begins with "no model"');
    const bare = await lineside(['detect', '--model', await tiny(dir), 'a.jpg'], { env: { PATH: dir.path } });
    expect(bare.code).toBe(3);
    expect(bare.stderr).toMatch(/^Error: FFmpeg cannot be run/);
  });
});

describe('lineside events, journal, sync and status', () => {
  const body = (event: string, phase: 'opened' | 'closed', camera = 'people'): object => ({
    event,
    kind: 'personnel_violation',
    phase,
    ...(phase === 'closed' ? { reason: 'cleared' } : {}),
    severity: 'warning',
    camera,
    rule: 'headwear',
    label: 'bare, "head"',
    durationMs: phase === 'closed' ? 12_000 : 5_000,
    score: 0.8,
  });

  /** A data folder with two incidents: one closed, one open. */
  async function history(dir: TempDir): Promise<{ readonly closed: string; readonly open: string }> {
    const [closed, open] = [randomUUID(), randomUUID()];
    await mkdir(dir.join('data'));
    const journal = openTestJournal(dir.join('data'));
    for (const record of [body(closed, 'opened'), body(closed, 'closed'), body(open, 'opened', 'floor')]) {
      journal.append([{ stream: 'events', kind: EVENT_RECORD, body: record }]);
    }
    journal.close();
    return { closed, open };
  }

  const at = (dir: TempDir): readonly string[] => ['--data', dir.join('data')];

  it('list, filter and show events', async () => {
    await using dir = await tempDir();
    const { closed, open } = await history(dir);
    const all = await runHere(['events', 'list', '--json', ...at(dir)]);
    expect(linesOf(all.stdout).map((line) => Reflect.get(line, 'event') as string)).toEqual([open, closed]);
    const floor = await runHere(['events', 'list', '--camera', 'floor', ...at(dir)]);
    expect(floor.stdout).toMatch(new RegExp(`^${open} .* at floor, 5.0 s, open`));
    const none = await runHere(['events', 'list', '--kind', 'sanitation', ...at(dir)]);
    expect(none.stdout).toBe('no events\n');
    const shown = await runHere(['events', 'show', closed.slice(0, 13), ...at(dir)]);
    expect(shown.stdout).toMatch(/closed \(cleared\)[\s\S]*record 1 [\s\S]*record 2 /);
    const unknown = await runHere(['events', 'show', 'ffffffff-none', '--json', ...at(dir)]);
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain('"code":"event_unknown"');
  });

  it('export CSV that a spreadsheet can read', async () => {
    await using dir = await tempDir();
    const { closed } = await history(dir);
    const { stdout } = await lineside(['events', 'export', ...at(dir)]);
    const [head, first, second, end] = stdout.split('\n');
    expect(head).toMatch(/^event,kind,severity,state,reason,camera,/);
    expect(first).toMatch(
      new RegExp(`^${closed},personnel_violation,warning,closed,cleared,people,,headwear,"bare, ""head""",0.8,`),
    );
    expect(second).toContain(',open,');
    expect(end).toBe('');
    const lines = await runHere(['events', 'export', '--format', 'jsonl', ...at(dir)]);
    expect(linesOf(lines.stdout)).toHaveLength(2);
  });

  it('print new transitions until they are stopped, and end with 0', async () => {
    await using dir = await tempDir();
    await history(dir);
    await using tail = await startLineside(['events', 'tail', '--json', ...at(dir)]);
    const journal = openTestJournal(dir.join('data'));
    // It begins after what is there at its start, which only its first line proves.
    await waitFor('a line of the tail', () => {
      journal.append([{ stream: 'events', kind: EVENT_RECORD, body: body(randomUUID(), 'opened') }]);
      return tail.stdout.includes('\n');
    });
    journal.close();
    expect(JSON.parse(tail.stdout.split('\n')[0] ?? '')).toMatchObject({ body: { phase: 'opened', rule: 'headwear' } });
    process.kill(tail.pid, 'SIGINT');
    expect((await tail.waitForExit()).code).toBe(0);
  });

  it('verify an intact journal with exit code 0, and find a changed record with 1', async () => {
    await using dir = await tempDir();
    await history(dir);
    const whole = await runHere(['journal', 'verify', ...at(dir)]);
    expect(whole.code).toBe(0);
    expect(whole.stdout).toContain('intact: every record is as it was written');
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(journalPath(dir.join('data')));
    database.exec("UPDATE record_events SET json = replace(json, 'people', 'nobody') WHERE seq = 2");
    database.close();
    const changed = await lineside(['journal', 'verify', '--json', ...at(dir)]);
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout)).toMatchObject({
      ok: false,
      findings: [{ stream: 'events', seq: 2, what: 'changed' }],
    });
  });

  it('count queued records, and report that no service runs', async () => {
    await using dir = await tempDir();
    await history(dir);
    const sync = await runHere(['sync', 'status', '--json', ...at(dir)]);
    expect(sync.code).toBe(0);
    const { link, streams } = JSON.parse(sync.stdout) as { link: object; streams: readonly object[] };
    expect(link).toEqual({ state: 'service_down' });
    expect(streams).toContainEqual(expect.objectContaining({ stream: 'events', queued: 3, acked: 0 }));
    const status = await runHere(['status', ...at(dir)]);
    expect(status.code).toBe(1);
    expect(status.stdout).toMatch(/^not running: .*nothing is being inspected\n[\s\S]*events +3 written, 3 queued/);
  });

  it('end with 2 where a replay names a camera or a recording that does not exist', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('lineside.yaml'), 'device: d\ncameras: [{id: a, url: ./a.mp4, models: [ppe]}]\n');
    for (const camera of ['zz=a.mp4', 'a=gone.mp4', 'zz']) {
      const config = ['--config', dir.join('lineside.yaml')];
      expect((await runHere(['replay', ...config, '--camera', camera])).code).toBe(2);
    }
  });

  it('end with 2 where there is no journal', async () => {
    await using dir = await tempDir();
    for (const verb of [
      ['events', 'list'],
      ['journal', 'verify'],
      ['sync', 'status'],
    ]) {
      const { code, stderr } = await runHere([...verb, '--data', dir.path]);
      expect(code, verb.join(' ')).toBe(2);
      expect(stderr).toMatch(/^Error: there is no journal at .*\nTry: /);
    }
  });
});
