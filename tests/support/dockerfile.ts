/** One instruction of a Dockerfile, its continued lines joined and its comments left out. */
export interface Instruction {
  /** Line of its first word, from 1. */
  readonly line: number;
  readonly keyword: string;
  readonly rest: string;
}

/** One FROM and what follows it. */
export interface Stage {
  /** With build arguments put in. */
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Defaults of the arguments before the first FROM. */
  readonly globals: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

const KEYWORDS = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(' '),
);

/** Reads what Dockerfiles here use. Throws with the line where it understands nothing. */
export function parseDockerfile(text: string, given: Readonly<Record<string, string>> = {}): Dockerfile {
  const globals = new Map<string, string>();
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (!KEYWORDS.has(instruction.keyword)) {
      throw new Error(`line ${instruction.line}: no instruction ${instruction.keyword}`);
    }
    const stage = stages.at(-1);
    if (instruction.keyword === 'FROM') {
      const [, image, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(instruction.rest) ?? [];
      if (image === undefined) throw new Error(`line ${instruction.line}: FROM ${instruction.rest}`);
      stages.push({ image: expand(image, globals, instruction.line), name, instructions: [] });
    } else if (stage !== undefined) {
      stage.instructions.push(instruction);
    } else if (instruction.keyword === 'ARG') {
      const [name = '', value = ''] = instruction.rest.split('=');
      globals.set(name, given[name] ?? value);
    } else {
      throw new Error(`line ${instruction.line}: ${instruction.keyword} before the first FROM`);
    }
  }
  return { globals, stages };
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: { line: number; parts: string[] } | undefined;
  for (const [i, raw] of text.split('\n').entries()) {
    if (/^\s*#/.test(raw) || (open === undefined && raw.trim() === '')) continue;
    open ??= { line: i + 1, parts: [] };
    const continued = /\\\s*$/.test(raw);
    open.parts.push(raw.replace(/\\\s*$/, '').trim());
    if (continued) continue;
    const [, keyword = '', rest = ''] = /^(\S+)\s*([^]*)$/.exec(open.parts.join(' ')) ?? [];
    found.push({ line: open.line, keyword, rest });
    open = undefined;
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the instruction does not end`);
  return found;
}

function expand(text: string, values: ReadonlyMap<string, string>, line: number): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined || value === '') throw new Error(`line ${line}: \${${name}} has no value here`);
    return value;
  });
}

/** Everything this project asks of a Dockerfile; one line per offence. `exists` knows the build context. */
export function lintDockerfile(dockerfile: Dockerfile, exists: (path: string) => boolean): string[] {
  const names = new Set<string>();
  const offences: string[] = [];
  for (const stage of dockerfile.stages) {
    if (!names.has(stage.image) && !/^[\w./-]+:[\w.-]+$/.test(stage.image)) offences.push(`${stage.image}: no tag`);
    if (stage.image.endsWith(':latest')) offences.push(`${stage.image}: latest is no pin`);
    if (stage.name !== undefined) names.add(stage.name);
    offences.push(...stage.instructions.flatMap((instruction) => lintCopy(instruction, names, exists)));
  }
  const last = dockerfile.stages.at(-1)?.instructions ?? [];
  const user = last.findLast(({ keyword }) => keyword === 'USER')?.rest;
  if (user === undefined || /^(root|0)(:|$)/.test(user)) offences.push(`it runs as ${user ?? 'root'}`);
  for (const keyword of ['HEALTHCHECK', 'ENTRYPOINT']) {
    if (!last.some((one) => one.keyword === keyword)) offences.push(`no ${keyword}`);
  }
  for (const { keyword, rest, line } of last) {
    const form = keyword === 'HEALTHCHECK' ? /CMD\s+(.*)$/.exec(rest)?.[1] : rest;
    if (['CMD', 'ENTRYPOINT', 'HEALTHCHECK'].includes(keyword) && !isJsonArray(form ?? '')) {
      offences.push(`line ${line}: ${keyword} goes through a shell, which swallows signals`);
    }
  }
  return offences;
}

function lintCopy(
  { keyword, rest, line }: Instruction,
  stages: ReadonlySet<string>,
  exists: (path: string) => boolean,
): string[] {
  if (keyword !== 'COPY') return [];
  const words = rest.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  if (from !== undefined) return stages.has(from) ? [] : [`line ${line}: no stage ${from}`];
  const paths = words.filter((word) => !word.startsWith('--')).slice(0, -1);
  return paths.filter((path) => !exists(path)).map((path) => `line ${line}: ${path} does not reach the build`);
}

function isJsonArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
