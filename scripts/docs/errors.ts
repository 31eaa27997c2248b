import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import ts from 'typescript';
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
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) found.push(...fromObject(node));
    else if (ts.isNewExpression(node)) found.push(...fromNew(node));
    else if (ts.isVariableDeclaration(node)) found.push(...fromDeclaration(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

function fromObject(node: ts.ObjectLiteralExpression): readonly Found[] {
  const hasAdvice = node.properties.some((property) => property.name?.getText() === 'advice');
  if (!hasAdvice) return [];
  const advice = textsOf(node, 'advice').join('; or: ');
  return textsOf(node, 'code')
    .filter(isCode)
    .map((name) => withAdvice(name, advice === '' ? undefined : advice));
}

function fromNew(node: ts.NewExpression): readonly Found[] {
  const [first] = node.arguments ?? [];
  if (!/Error$/.test(node.expression.getText()) || first === undefined || !ts.isStringLiteralLike(first)) return [];
  return isCode(first.text) ? [{ code: first.text }] : [];
}

function fromDeclaration(node: ts.VariableDeclaration): readonly Found[] {
  const name = node.name.getText();
  const value = node.initializer === undefined ? undefined : unwrapped(node.initializer);
  if (value === undefined) return [];
  if (/_CODES$/.test(name) && /ERROR/.test(name) && ts.isArrayLiteralExpression(value)) {
    return value.elements.filter(ts.isStringLiteralLike).map((element) => ({ code: element.text }));
  }
  if (!/_ADVICE$/.test(name) || !ts.isObjectLiteralExpression(value)) return [];
  return value.properties.flatMap((property) => {
    const key = property.name?.getText();
    return key === undefined ? [] : [withAdvice(key, textsOf(value, key)[0])];
  });
}

/** Without `as const`, `satisfies` and parentheses. */
function unwrapped(node: ts.Expression): ts.Expression {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return unwrapped(node.expression);
  }
  return node;
}

function withAdvice(name: string, advice: string | undefined): Found {
  return advice === undefined ? { code: name } : { code: name, advice };
}

/** What a property can be: its literal, either side of a condition, or those of the variable it is shorthand for. */
function textsOf(node: ts.ObjectLiteralExpression, key: string): readonly string[] {
  for (const property of node.properties) {
    if (property.name?.getText() !== key) continue;
    if (ts.isPropertyAssignment(property)) return literals(property.initializer);
    if (ts.isShorthandPropertyAssignment(property)) return literals(initialiserOf(key, node));
  }
  return [];
}

function literals(node: ts.Expression | undefined): readonly string[] {
  if (node === undefined) return [];
  const value = unwrapped(node);
  if (ts.isStringLiteralLike(value)) return [value.text];
  if (ts.isConditionalExpression(value)) return [...literals(value.whenTrue), ...literals(value.whenFalse)];
  return [];
}

/** Initialiser of the nearest `const name = ...` in the blocks around `node`. */
function initialiserOf(name: string, node: ts.Node): ts.Expression | undefined {
  const statements = ts.isBlock(node) || ts.isSourceFile(node) || ts.isCaseClause(node) ? node.statements : [];
  for (const statement of statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const declared = statement.declarationList.declarations.find(
      (declaration) => ts.isIdentifier(declaration.name) && declaration.name.text === name,
    );
    if (declared?.initializer !== undefined) return declared.initializer;
  }
  return ts.isSourceFile(node) ? undefined : initialiserOf(name, node.parent);
}

function isCode(text: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(text);
}
