"""Frames around Avro data."""

import struct
from dataclasses import dataclass

from ..failures import RecordInvalid

SINGLE_OBJECT_MARKER = b"\xc3\x01"
CONFLUENT_MAGIC = b"\x00"


@dataclass(frozen=True)
class SingleObject:
    """Avro data under the CRC-64-AVRO fingerprint of its writer's schema.

    Source: Avro specification 1.11, "Single-object encoding".
    """

    fingerprint: int
    data: bytes


@dataclass(frozen=True)
class Confluent:
    """Avro data under the id that a schema registry gave its writer's schema.

    Source: Confluent's documentation, "Wire format".
    """

    schema_id: int
    data: bytes


def read_frame(value: bytes) -> SingleObject | Confluent:
    """Takes a frame apart.

    Raises RecordInvalid for bytes that begin with neither marker, or end inside the header.
    """
    if value[:2] == SINGLE_OBJECT_MARKER:
        if len(value) < 10:
            raise RecordInvalid("the record ends inside its header")
        return SingleObject(struct.unpack_from("<Q", value, 2)[0], value[10:])
    if value[:1] == CONFLUENT_MAGIC:
        if len(value) < 5:
            raise RecordInvalid("the record ends inside its header")
        return Confluent(struct.unpack_from(">I", value, 1)[0], value[5:])
    raise RecordInvalid("not an Avro single object, nor in a schema registry's frame")


def write_frame(frame: SingleObject | Confluent) -> bytes:
    """Puts a frame together; the inverse of read_frame."""
    if isinstance(frame, SingleObject):
        return SINGLE_OBJECT_MARKER + struct.pack("<Q", frame.fingerprint) + frame.data
    return CONFLUENT_MAGIC + struct.pack(">I", frame.schema_id) + frame.data
