import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';

/** The rule that checks what is printed on the packs of a camera, and the recipe of one product. */
export interface CodesEdit {
  readonly camera: string;
  /** Id of the rule; it is added where there is none. */
  readonly rule: string;
  /** For a rule that is added. */
  readonly model: string;
  readonly labels: readonly string[];
  /** The fields of the rule, in place of those that it has. */
  readonly fields: readonly Readonly<Record<string, unknown>>[];
  readonly recipe?: {
    readonly id: string;
    readonly product?: string;
    readonly facts: Readonly<Record<string, string>>;
  };
}

/** The text of a configuration file with the edit in it; comments and order stay. */
export function editCodes(text: string, { camera, rule, model, labels, fields, recipe }: CodesEdit): string {
  const document = parseDocument(text);
  const known = entryOf(document, 'rules', rule);
  const written = document.createNode(fields);
  if (isSeq(written)) for (const field of written.items) if (isMap(field)) field.flow = true;
  if (known === undefined) {
    const added: unknown = document.createNode({ id: rule, type: 'code_check', camera, model, labels });
    if (isMap(added)) added.set('fields', written);
    append(document, 'rules', added);
  } else known.set('fields', written);
  if (recipe !== undefined) setRecipe(document, recipe);
  return document.toString({ lineWidth: 120 });
}

function setRecipe(document: Document, { id, product, facts }: NonNullable<CodesEdit['recipe']>): void {
  const known = entryOf(document, 'recipes', id);
  if (known === undefined) {
    const fields = Object.keys(facts).length === 0 ? {} : { fields: facts };
    append(document, 'recipes', document.createNode({ id, ...(product === undefined ? {} : { product }), ...fields }));
    return;
  }
  if (product !== undefined) known.set('product', product);
  for (const [name, value] of Object.entries(facts)) known.setIn(['fields', name], value);
}

function entryOf(document: Document, list: string, id: string): YAMLMap | undefined {
  const entries: unknown = document.get(list);
  const maps = isSeq(entries) ? entries.items.filter((item) => isMap(item)) : [];
  return maps.find((item) => item.get('id') === id);
}

function append(document: Document, list: string, entry: unknown): void {
  if (!isSeq(document.get(list))) document.set(list, document.createNode([]));
  const entries: unknown = document.get(list);
  if (!isSeq(entries)) return;
  entries.flow = false;
  entries.add(entry);
}
