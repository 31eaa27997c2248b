// cspell:ignore bindkey compinit unsetopt zmodload zpty
import { writeFile } from 'node:fs/promises';
import { systemClock, type CommandShape, EXIT_MEANINGS } from '@lineside/kit';
import { describe, expect, it } from 'vitest';
import {
  buildProgram as buildCollector,
  runCommand as runCollector,
} from '../../cloud-sync/collector/src/cli/program.ts';
import { buildProgram as buildDevice } from '../../edge/src/cli/program.ts';
import { runHere } from '../support/lineside.ts';
import { runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function collectorHere(args: readonly string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const io = {
    out: (text: string) => void (written.stdout += `${text}\n`),
    err: (text: string) => void (written.stderr += `${text}\n`),
    env: {},
  };
  return { code: await runCollector(args, io, '0.0.0'), ...written };
}

const silent = { out: () => undefined, err: () => undefined, env: {} };
const exiting = (): void => undefined;
const device = await buildDevice(
  {
    io: {
      ...silent,
      isTerminal: false,
      cwd: '/',
      clock: systemClock,
      signal: new AbortController().signal,
      random: () => 0,
    },
    exiting,
  },
  '0.0.0',
);
const collector = await buildCollector({ io: silent, exiting }, '0.0.0');

const BOTH = [
  ['lineside', device, runHere],
  ['lineside-collector', collector, collectorHere],
] as const;

function pathsOf(command: CommandShape, at: readonly string[] = []): readonly (readonly string[])[] {
  return [at, ...command.commands.flatMap((child) => pathsOf(child, [...at, child.name()]))];
}

describe.each(BOTH)('%s', (name, program, run) => {
  const paths = pathsOf(program);

  it('has the same global options, and help with examples, for every command', async () => {
    for (const path of paths) {
      const { code, stdout, stderr } = await run([...path, '--help']);
      expect([code, stderr], path.join(' ')).toEqual([0, '']);
      for (const option of ['-c, --config <file>', '-d, --data <dir>', '--json', '-V, --version']) {
        expect(stdout, path.join(' ')).toContain(option);
      }
      const isGroup =
        path.length > 0 &&
        paths.some((other) => other.length > path.length && path.every((word, i) => other[i] === word));
      if (!isGroup) expect(stdout, path.join(' ')).toMatch(/Examples:\n {2}\$ .*lineside/);
    }
  });

  it('ends with 2, Error: and Try: for an option that no command has', async () => {
    for (const path of paths) {
      const { code, stdout, stderr } = await run([...path, '--no-such-option']);
      expect(code, path.join(' ')).toBe(2);
      expect(stdout, path.join(' ')).toBe('');
      expect(stderr, path.join(' ')).toMatch(/^Error: .+\nTry: .+\n$/);
    }
  });

  it('prints its version, and an error as JSON with --json', async () => {
    expect((await run(['--version'])).stdout).toBe('0.0.0\n');
    const { stdout } = await run(['nonsense', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage' } });
  });

  it('completes commands, options and values in bash', async () => {
    await using dir = await tempDir();
    const { stdout, code } = await run(['completion', 'bash']);
    expect(code).toBe(0);
    await writeFile(dir.join('completion'), stdout);
    const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
      const list = [name, ...words].map((word) => `'${word}'`).join(' ');
      const fn = `_${name.replaceAll('-', '_')}`;
      const script = `source ${dir.join('completion')}; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; ${fn}; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return (await runProcess('bash', ['--norc', '-c', script])).stdout.split('\n').filter((word) => word !== '');
    };
    expect(await complete('st')).toEqual(['status']);
    expect(await complete('events', 'li')).toEqual(['list']);
    expect(await complete('events', 'list', '--js')).toEqual(['--json']);
    expect(await complete('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', '--help']));
    // The value of an option is a file: the shell completes it.
    expect(await complete('status', '--config', 'x')).toEqual([]);
    if (name === 'lineside') expect(await complete('logs', '--severity', 'w')).toEqual(['warn']);
    for (const path of paths) {
      const next = await complete(...path, '');
      expect(next, path.join(' ')).toEqual(expect.arrayContaining(['--config', '--data', '--json']));
    }
  });

  it('completes commands, options and values in zsh', async () => {
    await using dir = await tempDir();
    const { stdout } = await run(['completion', 'zsh']);
    await writeFile(dir.join(`_${name.replaceAll('-', '_')}`), stdout);
    // An interactive zsh in a pseudo-terminal of its own. Ctrl+O, typed after the Tab key, prints the line as it is then.
    const setUp =
      `fpath=(${dir.path} $fpath); autoload -Uz compinit; compinit -u -D; unsetopt beep; ` +
      `line() { print -r -- "@$BUFFER@"; exit }; zle -N line; bindkey "^O" line`;
    const complete = async (words: string): Promise<string> => {
      const script =
        `zmodload zsh/zpty; zpty it 'TERM=dumb zsh -f -i'; zpty -w it '${setUp}'; ` +
        String.raw`zpty -w -n it $'${words}\t\x0f'; zpty -r it shown '*@${name} *@*'; print -r -- "$shown"`;
      const shown = await runProcess('timeout', ['60', 'zsh', '-f', '-c', script], { cwd: dir.path });
      return new RegExp(`@(${name} [^@]*)@`).exec(shown.stdout)?.[1] ?? shown.stdout + shown.stderr;
    };
    expect(await complete(`${name} stat`)).toBe(`${name} status `);
    expect(await complete(`${name} completion z`)).toBe(`${name} completion zsh `);
    expect(await complete(`${name} status --js`)).toBe(`${name} status --json `);
    if (name === 'lineside')
      expect(await complete('lineside logs --severity w')).toBe('lineside logs --severity warn ');
  });

  it('has a script for zsh that names every command', async () => {
    const { stdout } = await run(['completion', 'zsh']);
    expect(stdout).toMatch(new RegExp(`^#compdef ${name}\n`));
    for (const path of paths.slice(1)) expect(stdout).toContain(`"${[name, ...path].join(' ')}"`);
  });
});

it('exit codes are one table, each number once', () => {
  expect(EXIT_MEANINGS.map(([code]) => code)).toEqual([0, 1, 2, 3, 4, 5]);
});
