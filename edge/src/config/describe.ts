import { z } from 'zod';
import type { Restart } from '../fields/index.ts';
import { ConfigSchema } from './schema.ts';

/** The part of JSON Schema 2020-12 that the configuration's schema uses, with two keywords of our own. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  /** Groups of keys of which a constant key (`type`) chooses one. */
  readonly oneOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-restart'?: Restart;
  readonly 'x-unit'?: string;
}

/** JSON Schema of the file, for editors and for the documents made of it. */
export function configJsonSchema(): SchemaNode & Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(ConfigSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      moveKey(jsonSchema, 'restart', 'x-restart');
      moveKey(jsonSchema, 'unit', 'x-unit');
      // zod drops `examples` where a text becomes a number, so the schema's metadata says `example`.
      if ('example' in jsonSchema) jsonSchema.examples = [jsonSchema['example']];
      Reflect.deleteProperty(jsonSchema, 'example');
    },
  });
  return { ...schema, title: 'Lineside configuration' } as SchemaNode & Readonly<Record<string, unknown>>;
}

function moveKey(object: Record<string, unknown>, from: string, to: string): void {
  if (!(from in object)) return;
  object[to] = object[from];
  Reflect.deleteProperty(object, from);
}

/** The schema's node for a value at `path` (`['cameras', 0, 'url']`), or undefined where the schema has none. */
export function schemaAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const step of path) {
    node = typeof step === 'number' ? node?.items : groupOf(node)?.properties?.[String(step)];
  }
  return node;
}

/** The groups of keys that a value may be: one, or for rules one per type. */
export function formsOf(node: SchemaNode | undefined): readonly SchemaNode[] {
  if (node?.properties !== undefined) return [node];
  return (node?.oneOf ?? node?.anyOf ?? []).filter((form) => form.properties !== undefined);
}

/** The one group of keys that a value may be, with the keys of all forms where there are several; else the node itself. */
export function groupOf(node: SchemaNode | undefined): SchemaNode | undefined {
  const [first, ...others] = formsOf(node);
  if (first === undefined || others.length === 0) return first ?? node;
  const properties = Object.fromEntries([...others, first].flatMap((form) => Object.entries(form.properties ?? {})));
  return { ...first, properties };
}

/** What distinguishes a form from the others: the value of its constant key. */
export function formName({ properties = {} }: SchemaNode): string | undefined {
  const name = Object.values(properties).find((child) => child.const !== undefined)?.const;
  return typeof name === 'string' ? name : undefined;
}

/** The form whose constant keys have the values of the group `value`. */
export function formFor(node: SchemaNode | undefined, value: unknown): SchemaNode | undefined {
  const forms = formsOf(node);
  if (forms.length < 2) return forms[0];
  return forms.find(({ properties = {} }) =>
    Object.entries(properties).every(
      ([key, child]) =>
        child.const === undefined ||
        (typeof value === 'object' && value !== null && Reflect.get(value, key) === child.const),
    ),
  );
}

/** One row of the documentation. */
export interface KeyDescription {
  /** `cameras[].zones[].polygon` */
  readonly path: string;
  readonly type: string;
  readonly unit?: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly restart: Restart;
  readonly description: string;
  readonly example?: unknown;
  /** The forms of the group that have the key in this way, where not all have it (types of rules). */
  readonly forms?: readonly string[];
}

/** Every key that holds a value, and every list of groups that has an example, in the order of the schema. */
export function describeKeys(root: SchemaNode = configJsonSchema()): readonly KeyDescription[] {
  return keysUnder(root, '');
}

function keysUnder(node: SchemaNode, prefix: string): readonly KeyDescription[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const required = node.required?.includes(key) === true;
    if (child.properties !== undefined) return keysUnder(child, path);
    if (child.items?.properties !== undefined) {
      const list = child.examples === undefined ? [] : [describe(path, child, required)];
      return [...list, ...keysUnder(child.items, `${path}[]`)];
    }
    if (child.items?.oneOf !== undefined) return keysOfForms(formsOf(child.items), `${path}[]`);
    const entries = groupOf(child.items);
    const inside = entries?.properties === undefined ? [] : keysUnder(entries, `${path}[]`);
    return [describe(path, child, required), ...inside];
  });
}

/** Keys of several forms: one row where they agree, or else one for each way in which a key is there. */
function keysOfForms(forms: readonly SchemaNode[], prefix: string): readonly KeyDescription[] {
  const rows = new Map<string, { readonly row: KeyDescription; readonly forms: string[] }>();
  for (const form of forms) {
    for (const key of keysUnder(form, prefix)) {
      const { example, ...row } = isConstant(form, key, prefix)
        ? { ...key, type: forms.map(formName).join(' | ') }
        : key;
      const same = JSON.stringify(row);
      const known = rows.get(same) ?? { row: { ...row, ...(example === undefined ? {} : { example }) }, forms: [] };
      rows.set(same, known);
      known.forms.push(formName(form) ?? '');
    }
  }
  const order = [...new Set([...rows.values()].map(({ row }) => row.path))];
  return [...rows.values()]
    .toSorted((a, b) => order.indexOf(a.row.path) - order.indexOf(b.row.path))
    .map(({ row, forms: having }) => (having.length === forms.length ? row : { ...row, forms: having }));
}

/** The key that distinguishes the forms. */
function isConstant({ properties = {} }: SchemaNode, { path }: KeyDescription, prefix: string): boolean {
  return properties[path.slice(prefix.length + 1)]?.const !== undefined;
}

function describe(path: string, node: SchemaNode, required: boolean): KeyDescription {
  const [example] = node.examples ?? [];
  return {
    path,
    type: typeOf(node),
    ...(node['x-unit'] === undefined ? {} : { unit: node['x-unit'] }),
    required,
    ...(node.default === undefined ? {} : { default: node.default }),
    restart: node['x-restart'] ?? 'process',
    description: node.description ?? '',
    ...(example === undefined ? {} : { example }),
  };
}

function typeOf(node: SchemaNode): string {
  if (typeof node.const === 'string') return node.const;
  if (node.enum !== undefined) return node.enum.map(String).join(' | ');
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' | ');
  if (node.items?.anyOf !== undefined) return 'list of texts or groups';
  if (node.items?.properties !== undefined) return 'list of groups';
  if (node.type === 'array') return node.items?.type === undefined ? 'list' : `list of ${node.items.type}s`;
  return node.type ?? 'text';
}
