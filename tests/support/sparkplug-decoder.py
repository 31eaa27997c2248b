"""Decodes payloads of Sparkplug B with Google's library: lines of hex in, lines of JSON out. Needs python3-protobuf."""
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

T = descriptor_pb2.FieldDescriptorProto
ONE, MANY = T.LABEL_OPTIONAL, T.LABEL_REPEATED


def message(file, name, fields):
    made = file.message_type.add(name=name)
    for number, (field, kind, label) in fields.items():
        added = made.field.add(name=field, number=number, label=label)
        if isinstance(kind, str):
            added.type, added.type_name = T.TYPE_MESSAGE, ".sparkplug." + kind
        else:
            added.type = kind


def values(first):
    kinds = [
        ("int_value", T.TYPE_UINT32),
        ("long_value", T.TYPE_UINT64),
        ("float_value", T.TYPE_FLOAT),
        ("double_value", T.TYPE_DOUBLE),
        ("boolean_value", T.TYPE_BOOL),
        ("string_value", T.TYPE_STRING),
    ]
    return {first + place: (name, kind, ONE) for place, (name, kind) in enumerate(kinds)}


file = descriptor_pb2.FileDescriptorProto(name="sparkplug.proto", package="sparkplug", syntax="proto2")
message(file, "PropertyValue", {1: ("type", T.TYPE_UINT32, ONE), 2: ("is_null", T.TYPE_BOOL, ONE), **values(3)})
message(file, "PropertySet", {1: ("keys", T.TYPE_STRING, MANY), 2: ("values", "PropertyValue", MANY)})
message(
    file,
    "Metric",
    {
        1: ("name", T.TYPE_STRING, ONE),
        2: ("alias", T.TYPE_UINT64, ONE),
        3: ("timestamp", T.TYPE_UINT64, ONE),
        4: ("datatype", T.TYPE_UINT32, ONE),
        5: ("is_historical", T.TYPE_BOOL, ONE),
        6: ("is_transient", T.TYPE_BOOL, ONE),
        7: ("is_null", T.TYPE_BOOL, ONE),
        9: ("properties", "PropertySet", ONE),
        **values(10),
        16: ("bytes_value", T.TYPE_BYTES, ONE),
    },
)
message(
    file,
    "Payload",
    {
        1: ("timestamp", T.TYPE_UINT64, ONE),
        2: ("metrics", "Metric", MANY),
        3: ("seq", T.TYPE_UINT64, ONE),
    },
)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
descriptor = pool.FindMessageTypeByName("sparkplug.Payload")
if hasattr(message_factory, "GetMessageClass"):
    Payload = message_factory.GetMessageClass(descriptor)
else:
    Payload = message_factory.MessageFactory(pool).GetPrototype(descriptor)

for line in sys.stdin:
    payload = Payload.FromString(bytes.fromhex(line.strip()))
    print(json.dumps(json_format.MessageToDict(payload, preserving_proto_field_name=True)))
