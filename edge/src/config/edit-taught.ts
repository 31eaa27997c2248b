import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';

/** A model that was taught on a part of a camera's picture. */
export interface TaughtUse {
  readonly model: string;
  readonly camera: string;
  /** Left out where it was taught on the whole picture. */
  readonly zone?: string | undefined;
}

/**
 * The text of a configuration file in which the camera uses the taught model, with a rule for what it reports; comments and
 * order stay, and what is there already is left as it is. Throws TypeError for a file without the camera.
 */
export function editTaught(text: string, { model, camera, zone }: TaughtUse): string {
  const document = parseDocument(text);
  const entry = entriesOf(document, 'cameras').find((one) => one.get('id') === camera);
  if (entry === undefined) throw new TypeError(`the file has no camera ${camera}`);
  // Named with its bundle: what was taught a moment ago is none of the models that the service knew when it started.
  if (!entriesOf(document, 'models').some((one) => one.get('id') === model)) {
    add(document, 'models', { id: model, ref: model });
  }
  const models: unknown = entry.get('models');
  const use = zone === undefined ? model : { id: model, region: zone };
  const node = document.createNode(use, { flow: true });
  if (isSeq(models)) {
    const isIt = (item: unknown): boolean => (isMap(item) ? item.get('id') : isScalar(item) && item.value) === model;
    if (!models.items.some(isIt)) models.add(node);
  } else entry.set('models', document.createNode([use], { flow: true }));
  const rules = entriesOf(document, 'rules');
  if (!rules.some((rule) => rule.get('model') === model)) {
    add(document, 'rules', { id: model, type: 'product_defect', camera, model, labels: ['anomaly'] });
  }
  return document.toString({ lineWidth: 120 });
}

function entriesOf(document: Document, key: string): YAMLMap[] {
  const list: unknown = document.get(key);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function add(document: Document, key: string, value: Readonly<Record<string, unknown>>): void {
  if (!isSeq(document.get(key))) document.set(key, document.createNode([]));
  const list: unknown = document.get(key);
  if (!isSeq(list)) return;
  list.flow = false;
  list.add(document.createNode(value, { flow: true }));
}
