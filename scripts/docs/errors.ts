import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  type Expression,
  type NewExpression,
  type Node,
  type ObjectExpression,
  parseSync,
  type Span,
  type Statement,
  type VariableDeclarator,
  visitorKeys,
} from 'oxc-parser';
import { MODULES } from '../modules.ts';
import { code, type GeneratedFile, page, table } from './generated-file.ts';

const INTRODUCTION = `# Errors

Every error that a person can meet has a code, which stays the same, and advice, which is printed after \`Try:\`. With
\`--json\` the code is in \`error.code\`. Advice that depends on the case (a name, a path) is part of the error itself.

Findings of \`lineside doctor\` are in [doctor.md](doctor.md). They put the check's name before the code of what went wrong: \`camera_auth\` is a camera with
the stream error \`auth\`, \`config_unknown_key\` is the configuration's \`unknown_key\`.`;

interface Found {
  readonly code: string;
  readonly advice?: string;
}

/** Codes and advice as they stand in the sources of every module. */
export async function errorsDocument(root: string): Promise<GeneratedFile> {
  const sections: string[] = [];
  for (const module of MODULES) {
    // Other modules use its codes, with their own advice.
    if (module.name === 'domain') continue;
    // A module inside another one is listed with it.
    if (MODULES.some((other) => module.folder.startsWith(`${other.folder}/`))) continue;
    const found = new Map<string, string>();
    for (const file of await sourcesIn(join(root, module.folder))) {
      for (const { code: name, advice } of codesIn(file, await readFile(file, 'utf8'))) {
        if (advice !== undefined || !found.has(name)) found.set(name, advice ?? '');
      }
    }
    if (found.size === 0) continue;
    const rows = [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, advice]) => [code(name), advice === '' ? 'part of the error' : advice]);
    sections.push(`## ${module.name} (${relative('.', module.folder)})\n\n${table(['Code', 'What to do'], rows)}`);
  }
  return page('docs/errors.md', INTRODUCTION, ...sections);
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * Four ways of naming a code: an object with `code` and `advice`, `new SomeError('code', ...)`, a list called
 * `..._CODES`, and a table called `..._ADVICE`.
 */
function codesIn(path: string, text: string): readonly Found[] {
  const { program, errors } = parseSync(path, text, { preserveParens: false });
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const found: Found[] = [];
  const visit = (node: Node, around: readonly Block[]): void => {
    if (node.type === 'ObjectExpression') found.push(...fromObject(node, around));
    else if (node.type === 'NewExpression') found.push(...fromNew(node, text));
    else if (node.type === 'VariableDeclarator') found.push(...fromDeclaration(node, text, around));
    const block = blockOf(node);
    const inside = block === undefined ? around : [block, ...around];
    for (const child of childrenOf(node)) visit(child, inside);
  };
  visit(program, []);
  return found;
}

/** Statements in which a variable can be declared that the nodes below them use. */
type Block = readonly Statement[];

function blockOf(node: Node): Block | undefined {
  if (node.type === 'SwitchCase') return node.consequent;
  // The bodies of programs and functions have directives beside their statements, which declare nothing.
  return node.type === 'Program' || node.type === 'BlockStatement'
    ? node.body.filter((statement) => !('directive' in statement))
    : undefined;
}

function childrenOf(node: Node): readonly Node[] {
  const fields = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>;
  return (visitorKeys[node.type] ?? [])
    .flatMap((key) => fields[key] ?? [])
    .filter((child): child is Node => child !== null);
}

const sourceOf = (node: Span, text: string): string => text.slice(node.start, node.end);

function fromObject(node: ObjectExpression, around: readonly Block[]): readonly Found[] {
  if (!node.properties.some((property) => keyOf(property) === 'advice')) return [];
  const advice = textsOf(node, 'advice', around).join('; or: ');
  return textsOf(node, 'code', around)
    .filter(isCode)
    .map((name) => withAdvice(name, advice === '' ? undefined : advice));
}

function fromNew(node: NewExpression, text: string): readonly Found[] {
  const [first] = node.arguments;
  if (!/Error$/.test(sourceOf(node.callee, text)) || first === undefined || first.type === 'SpreadElement') return [];
  const name = literal(first);
  return name !== undefined && isCode(name) ? [{ code: name }] : [];
}

function fromDeclaration(node: VariableDeclarator, text: string, around: readonly Block[]): readonly Found[] {
  const name = node.id.type === 'Identifier' ? node.id.name : sourceOf(node.id, text);
  if (node.init === null) return [];
  const value = unwrapped(node.init);
  if (/_CODES$/.test(name) && /ERROR/.test(name) && value.type === 'ArrayExpression') {
    return value.elements.flatMap((element) => {
      const listed = element === null || element.type === 'SpreadElement' ? undefined : literal(element);
      return listed === undefined ? [] : [{ code: listed }];
    });
  }
  if (!/_ADVICE$/.test(name) || value.type !== 'ObjectExpression') return [];
  return value.properties.flatMap((property) => {
    const key = keyOf(property);
    return key === undefined ? [] : [withAdvice(key, textsOf(value, key, around)[0])];
  });
}

/** Name of a property that is written out; undefined for a spread and for a computed name. */
function keyOf(property: ObjectExpression['properties'][number]): string | undefined {
  if (property.type === 'SpreadElement' || property.computed) return undefined;
  if (property.key.type === 'Identifier') return property.key.name;
  return property.key.type === 'Literal' ? String(property.key.value) : undefined;
}

/** Without `as const` and `satisfies`. */
function unwrapped(node: Expression): Expression {
  return node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' ? unwrapped(node.expression) : node;
}

function withAdvice(name: string, advice: string | undefined): Found {
  return advice === undefined ? { code: name } : { code: name, advice };
}

/** What a property can be: its literal, either side of a condition, or those of the variable it is shorthand for. */
function textsOf(node: ObjectExpression, key: string, around: readonly Block[]): readonly string[] {
  for (const property of node.properties) {
    if (property.type === 'SpreadElement' || keyOf(property) !== key) continue;
    return literals(property.shorthand ? initialiserOf(key, around) : property.value);
  }
  return [];
}

function literals(node: Expression | undefined): readonly string[] {
  if (node === undefined) return [];
  const value = unwrapped(node);
  if (value.type === 'ConditionalExpression') return [...literals(value.consequent), ...literals(value.alternate)];
  const text = literal(value);
  return text === undefined ? [] : [text];
}

/** Text of a string, or of a template without expressions. */
function literal(node: Expression): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  const [only] = node.quasis; // cspell:ignore quasis
  return only?.value.cooked ?? undefined;
}

/** Initialiser of the nearest `const name = ...`; `around` begins with the innermost block. */
function initialiserOf(name: string, around: readonly Block[]): Expression | undefined {
  for (const statement of around.flat()) {
    if (statement.type !== 'VariableDeclaration') continue;
    const declared = statement.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name);
    if (declared !== undefined && declared.init !== null) return declared.init;
  }
  return undefined;
}

function isCode(text: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(text);
}
