import protobuf from 'protobufjs/light.js';

/**
 * The payload of Sparkplug B 3.0 (chapter 6.4), by its field numbers. Every field outside of the `oneof` is explicit:
 * a sequence number or alias of 0 has to be written.
 */
const explicit = (type: string, id: number): protobuf.IField => ({
  ...{ type, id },
  options: { features: { field_presence: 'EXPLICIT' } },
});
const repeated = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id });
const value = (type: string, id: number): protobuf.IField => ({ type, id });

const VALUES = {
  intValue: 'uint32',
  longValue: 'uint64',
  floatValue: 'float',
  doubleValue: 'double',
  booleanValue: 'bool',
  stringValue: 'string',
} as const;

/** The fields of a value, from a number on, in the order of the specification. */
function valuesFrom(first: number): Record<string, protobuf.IField> {
  return Object.fromEntries(Object.entries(VALUES).map(([name, type], place) => [name, value(type, first + place)]));
}

const root = protobuf.Root.fromJSON({
  nested: {
    PropertyValue: {
      oneofs: { value: { oneof: Object.keys(VALUES) } },
      fields: { type: explicit('uint32', 1), isNull: explicit('bool', 2), ...valuesFrom(3) },
    },
    PropertySet: { fields: { keys: repeated('string', 1), values: repeated('PropertyValue', 2) } },
    Metric: {
      oneofs: { value: { oneof: [...Object.keys(VALUES), 'bytesValue'] } },
      fields: {
        name: explicit('string', 1),
        alias: explicit('uint64', 2),
        timestamp: explicit('uint64', 3),
        datatype: explicit('uint32', 4),
        isHistorical: explicit('bool', 5),
        isTransient: explicit('bool', 6),
        isNull: explicit('bool', 7),
        properties: explicit('PropertySet', 9),
        ...valuesFrom(10),
        bytesValue: value('bytes', 16),
      },
    },
    Payload: {
      fields: {
        timestamp: explicit('uint64', 1),
        metrics: repeated('Metric', 2),
        seq: explicit('uint64', 3),
        uuid: explicit('string', 4),
        body: explicit('bytes', 5),
      },
    },
  },
});

export const PayloadType = root.lookupType('Payload');
