"""The codec of one record type."""

import io
import math
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from ..failures import RecordInvalid
from .framing import Confluent, SingleObject, read_frame, write_frame
from .registry import SchemaRegistry
from .schemas import read_history, read_schema

# Compiled schemas of a registry that are kept; more are compiled again. Ids come from outside.
_MOST_SCHEMAS = 64


class AvroCodec:
    """Reads both frames, writes the one it was made for."""

    def __init__(self, folder: Path, name: str, registry: SchemaRegistry | None = None,
                 subject: str | None = None) -> None:
        """
        folder: holds `NAME.avsc` and `history/NAME.vN.avsc`.
        registry: where ids of Confluent's frame are looked up; None: that frame is refused.
        subject: write Confluent's frame with the schema registered under it; None: write single objects.
        """
        self._json = read_schema(folder, name)
        self._schema = _parsed(self._json)
        self._writers: dict[int, Any] = {}
        for schema in [self._json, *read_history(folder, name)]:
            self._writers.setdefault(schema_fingerprint(schema), _parsed(schema))
        self.fingerprint = schema_fingerprint(self._json)
        self._registry = registry
        self._subject = subject
        self._registered: dict[int, Any] = {}

    def announce(self) -> None:
        """Registers what is written, where there is a registry: one that is away is noticed before anything is done.

        Raises SeclError REGISTRY_FAILED if the registry refuses or does not answer.
        """
        if self._subject is not None and self._registry is not None:
            self._registry.register(self._subject, self._json)

    def encode(self, value: dict[str, Any]) -> bytes:
        """Raises RecordInvalid if a field does not fit the schema."""
        # The writer alone would take a number as text; the check alone, a field that the schema lacks.
        if not fastavro.validate(value, self._schema, strict=True, raise_errors=False):
            raise RecordInvalid("the record does not fit its schema")
        buffer = io.BytesIO()
        try:
            fastavro.schemaless_writer(buffer, self._schema, value, strict=True)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise RecordInvalid(f"the record does not fit its schema: {type(error).__name__}") from error
        if self._subject is None or self._registry is None:
            return write_frame(SingleObject(self.fingerprint, buffer.getvalue()))
        return write_frame(Confluent(self._registry.register(self._subject, self._json), buffer.getvalue()))

    def decode(self, value: bytes) -> dict[str, Any]:
        """Raises RecordInvalid for an unknown schema, data that does not fit it, and bytes that are left over."""
        frame = read_frame(value)
        writer = self._writer_of(frame)
        buffer = io.BytesIO(frame.data)
        try:
            decoded = fastavro.schemaless_reader(buffer, writer, self._schema)
        except Exception as error:  # fastavro has no error of its own for hostile bytes
            raise RecordInvalid(f"the data does not fit its schema: {type(error).__name__}") from error
        if buffer.tell() != len(frame.data):
            raise RecordInvalid("the record goes on after its data")
        if not isinstance(decoded, dict):
            raise RecordInvalid("the data is no record")
        if not _finite(decoded):
            raise RecordInvalid("a number is not finite")
        return decoded

    def _writer_of(self, frame: SingleObject | Confluent) -> Any:
        if isinstance(frame, SingleObject):
            if frame.fingerprint not in self._writers:
                raise RecordInvalid("written with an unknown schema")
            return self._writers[frame.fingerprint]
        if self._registry is None:
            raise RecordInvalid("written for a schema registry, and none is configured")
        if frame.schema_id not in self._registered:
            schema = self._registry.schema(frame.schema_id)
            if len(self._registered) >= _MOST_SCHEMAS:
                self._registered.clear()
            if schema is None:
                raise RecordInvalid(f"written with the unknown schema id {frame.schema_id}")
            try:
                self._registered[frame.schema_id] = _parsed(schema)
            except Exception as error:  # a schema of another kind, or none at all
                raise RecordInvalid(f"the schema of id {frame.schema_id} cannot be read") from error
        return self._registered[frame.schema_id]


def schema_fingerprint(schema: Any) -> int:
    """CRC-64-AVRO of a schema's Parsing Canonical Form, as a number; fastavro has its bytes in hex, lowest first."""
    return int.from_bytes(bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")), "little")


def _parsed(schema: Any) -> Any:
    # Named types of one schema must not be those of another version of it.
    return fastavro.parse_schema(_plain(schema), named_schemas={})


def _plain(schema: Any) -> Any:
    """Without logical types: times are milliseconds here as they are on the other side."""
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key != "logicalType"}
    return [_plain(item) for item in schema] if isinstance(schema, list) else schema


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    return all(map(_finite, value)) if isinstance(value, list) else True
