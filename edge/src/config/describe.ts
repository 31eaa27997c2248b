import { z } from 'zod';
import type { Restart } from '../fields/index.ts';
import { ConfigSchema } from './schema.ts';

/** The part of JSON Schema 2020-12 that the configuration's schema uses, with two keywords of our own. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
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

/** The node itself, or of several forms that a value may have the one that is a group of keys. */
export function groupOf(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.anyOf?.find((form) => form.properties !== undefined) ?? node;
}

/** Keys that a group at `path` may have. */
export function keysAt(root: SchemaNode, path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(groupOf(schemaAt(root, path))?.properties ?? {});
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
}

/** Every key that holds a value, in the order of the schema. */
export function describeKeys(root: SchemaNode = configJsonSchema()): readonly KeyDescription[] {
  return keysUnder(root, '');
}

function keysUnder(node: SchemaNode, prefix: string): readonly KeyDescription[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const required = node.required?.includes(key) === true;
    if (child.properties !== undefined) return keysUnder(child, path);
    if (child.items?.properties !== undefined) return keysUnder(child.items, `${path}[]`);
    const entries = groupOf(child.items);
    const inside = entries?.properties === undefined ? [] : keysUnder(entries, `${path}[]`);
    return [describe(path, child, required), ...inside];
  });
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
  if (node.enum !== undefined) return node.enum.map(String).join(' | ');
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' | ');
  if (node.items?.anyOf !== undefined) return 'list of texts or groups';
  if (node.type === 'array') return node.items?.type === undefined ? 'list' : `list of ${node.items.type}s`;
  return node.type ?? 'text';
}
