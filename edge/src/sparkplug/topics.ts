export const NAMESPACE = 'spBv1.0';

export const MESSAGE_TYPES = ['NBIRTH', 'NDATA', 'NDEATH', 'NCMD', 'DBIRTH', 'DDATA', 'DDEATH', 'DCMD'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** A node, or a device of it where `device` is given. */
export interface SparkplugPlace {
  readonly group: string;
  readonly node: string;
  readonly device?: string | undefined;
}

export function topicOf(type: MessageType, { group, node, device }: SparkplugPlace): string {
  return [NAMESPACE, group, type, node, ...(device === undefined ? [] : [device])].join('/');
}

/** Topic at which a primary host says whether it is there. */
export function stateTopicOf(host: string): string {
  return `${NAMESPACE}/STATE/${host}`;
}

/** What a topic says, or undefined where it is none of a node or device. */
export function parseTopic(topic: string): (SparkplugPlace & { readonly type: MessageType }) | undefined {
  const [namespace, group, word, node, device, ...more] = topic.split('/');
  const type = MESSAGE_TYPES.find((one) => one === word);
  const isDevice = type?.startsWith('D') === true;
  if (namespace !== NAMESPACE || type === undefined || more.length > 0) return undefined;
  if (group === undefined || node === undefined || isDevice !== (device !== undefined)) return undefined;
  return { type, group, node, device };
}

/** Whether a text can be the name of a group, node or device: no part of a topic filter, not empty (4.1). */
export function isSparkplugName(text: string): boolean {
  return text !== '' && text.length <= 128 && !/[+#/\p{Cc}]/u.test(text);
}
