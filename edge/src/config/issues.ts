import type { ValuePath } from '@lineside/kit';
import type { z } from 'zod';
import { formFor, formName, formsOf, groupOf, type SchemaNode, schemaAt } from './describe.ts';
import { nearest } from './distance.ts';
import { renameOf, valueRenameOf } from './renames.ts';

/** A problem before its place in the file is known. */
export interface Finding {
  readonly code: string;
  readonly path: ValuePath;
  readonly message: string;
  readonly advice: string;
}

/** zod's issues in terms of the configuration file. No value is quoted where it could be a secret. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], root: SchemaNode): readonly Finding[] {
  const findings = allFindings(issues, root);
  const old = findings.filter(({ code }) => code === 'key_renamed').map(({ path }) => path);
  // A required key that is there under its old name is not missing as well.
  const isRenamed = (path: ValuePath): boolean =>
    old.some((from) => renameOf(from.slice(0, -1), String(from.at(-1)))?.to === path.at(-1) && sameGroup(from, path));
  return findings.filter(({ code, path }) => code !== 'key_missing' || !isRenamed(path));
}

function sameGroup(a: ValuePath, b: ValuePath): boolean {
  return a.length === b.length && a.slice(0, -1).every((step, i) => step === b[i]);
}

function allFindings(issues: readonly z.core.$ZodIssue[], root: SchemaNode): readonly Finding[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, root);
    if (issue.code === 'invalid_union' && issue.discriminator !== undefined) return [unknownType(issue, root)];
    const meant = issue.code === 'invalid_union' ? meantForm(issue) : undefined;
    return meant === undefined ? [findingOf(issue, root)] : allFindings(meant, root);
  });
}

/** Of several forms that a value may have, what is wrong with the only one that it can have meant. */
function meantForm(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const forms = issue.errors.filter(
    (form) => !form.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0),
  );
  const [form] = forms;
  if (form === undefined || forms.length > 1) return undefined;
  return form.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A group whose `type` is missing or none of those that there are. */
function unknownType(issue: z.core.$ZodIssueInvalidUnion, root: SchemaNode): Finding {
  const { discriminator = '' } = issue;
  const path = issue.path.at(-1) === discriminator ? issue.path : [...issue.path, discriminator];
  const known = formsOf(schemaAt(root, path.slice(0, -1))).flatMap((form) => formName(form) ?? []);
  const value: unknown = isGroup(issue.input) ? Reflect.get(issue.input, discriminator) : issue.input;
  if (value === undefined) {
    return { code: 'key_missing', path, message: 'is missing', advice: `write one of ${known.join(', ')}` };
  }
  const rename = typeof value === 'string' ? valueRenameOf(path, value) : undefined;
  if (rename !== undefined) {
    const message = `renamed: write ${rename.to}`;
    return { code: 'value_renamed', path, message, advice: `write ${discriminator}: ${rename.to}` };
  }
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  const advice = meant === undefined ? `write one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return { code: 'value_invalid', path, message: `must be one of ${known.join(', ')}`, advice };
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, root: SchemaNode): readonly Finding[] {
  const node = schemaAt(root, issue.path);
  const form = formFor(node, issue.input);
  const known = Object.keys((form ?? groupOf(node))?.properties ?? {});
  return issue.keys.map((key) => {
    const rename = renameOf(issue.path, key);
    if (rename !== undefined) {
      const message = `renamed: write ${rename.to}`;
      return { code: 'key_renamed', path: [...issue.path, key], message, advice: `write ${rename.to} for ${key}` };
    }
    const having = formsOf(node).filter(({ properties = {} }) => key in properties);
    if (form !== undefined && having.length > 0) {
      return {
        code: 'key_of_other_type',
        path: [...issue.path, key],
        message: `is not a key of ${formName(form) ?? 'this'}, only of ${having.map(formName).join(', ')}`,
        advice: `known here: ${known.join(', ')}`,
      };
    }
    const meant = nearest(key, known);
    return {
      code: 'unknown_key',
      path: [...issue.path, key],
      message: 'is not a known key',
      advice: meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`,
    };
  });
}

function findingOf(issue: z.core.$ZodIssue, root: SchemaNode): Finding {
  const node = schemaAt(root, issue.path);
  const code = isMissing(issue) ? 'key_missing' : 'value_invalid';
  return { code, path: issue.path, message: messageOf(issue, node), advice: adviceFor(issue, node, root) };
}

/** Issues carry their input (`reportInput`): it is examined, never printed. */
function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function messageOf(issue: z.core.$ZodIssue, node: SchemaNode | undefined): string {
  if (isMissing(issue)) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${measureOf(node) ?? article(issue.expected)}, not ${kindOf(issue.input)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array'
        ? `needs at least ${issue.minimum} entries`
        : issue.origin === 'string'
          ? 'must not be empty'
          : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array'
        ? `has more than ${issue.maximum} entries`
        : issue.origin === 'string'
          ? `is longer than ${issue.maximum} characters`
          : `must be at most ${issue.maximum}`;
    case 'unrecognized_keys':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message;
    case 'invalid_union':
      return `cannot be ${kindOf(issue.input)}`;
  }
}

function adviceFor(issue: z.core.$ZodIssue, node: SchemaNode | undefined, root: SchemaNode): string {
  if (issue.code === 'invalid_value' && typeof issue.input === 'string') {
    const meant = nearest(issue.input, issue.values.map(String));
    if (meant !== undefined) return `did you mean ${meant}?`;
  }
  const [example] = node?.examples ?? [];
  const key = issue.path.at(-1);
  if (example === undefined || typeof key !== 'string') return node?.description ?? adviceAbove(issue.path, root);
  return `write for example ${key}: ${typeof example === 'string' ? example : JSON.stringify(example)}`;
}

/** For a value in a list: the description of the list. */
function adviceAbove(path: ValuePath, root: SchemaNode): string {
  const length = path.findLastIndex((step) => typeof step === 'string') + 1;
  return schemaAt(root, path.slice(0, length))?.description ?? 'lineside config schema';
}

function measureOf(node: SchemaNode | undefined): string | undefined {
  const unit = node?.['x-unit'];
  return unit === 'duration' || unit === 'size' ? `a ${unit} with its unit` : undefined;
}

function article(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    array: 'a list',
    tuple: 'a pair like [0.1, 0.2]',
    object: 'a group of keys',
    boolean: 'yes or no',
    text: 'text',
  };
  return words[expected] ?? expected;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  return article(typeof input === 'string' ? 'text' : typeof input);
}
