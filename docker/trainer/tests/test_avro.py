"""Records against test/golden/avro, which avsc on the other side is held to as well."""

import json
import socket
import struct
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread, Timer

import pytest
from conftest import ROOT

from secl_trainer.avro.codec import AvroCodec
from secl_trainer.avro.registry import SchemaRegistry
from secl_trainer.avro.schemas import read_schema
from secl_trainer.failures import RecordInvalid, SeclError

SCHEMAS = ROOT / "schemas"
GOLDEN = json.loads((ROOT / "test/golden/avro/records.json").read_text())["records"]
NAMES = ["training-batch", "adapter", "dead-letter"]


def revived(value):
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"]) if list(value) == ["hex"] else {k: revived(v) for k, v in value.items()}
    return [revived(item) for item in value] if isinstance(value, list) else value


def wire_of(name: str) -> bytes:
    return bytes.fromhex(f"c301{GOLDEN[name]['fingerprint']}{GOLDEN[name]['data']}")


@pytest.mark.parametrize("name", NAMES)
def test_single_objects_are_those_of_the_golden_file(name: str) -> None:
    codec = AvroCodec(SCHEMAS, name)
    value = revived(GOLDEN[name]["value"])
    assert codec.decode(wire_of(name)) == value
    assert codec.encode(value) == wire_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_truncation_is_refused(name: str) -> None:
    codec, wire = AvroCodec(SCHEMAS, name), wire_of(name)
    for length in range(len(wire)):
        with pytest.raises(RecordInvalid):
            codec.decode(wire[:length])


@pytest.mark.parametrize("name", NAMES)
def test_bytes_after_the_data_are_refused(name: str) -> None:
    with pytest.raises(RecordInvalid, match="goes on"):
        AvroCodec(SCHEMAS, name).decode(wire_of(name) + b"\x00")


def test_flipped_bits_give_a_record_or_a_refusal() -> None:
    codec, wire = AvroCodec(SCHEMAS, "training-batch"), wire_of("training-batch")
    refused = 0
    for at in range(len(wire)):
        for bit in range(8):
            changed = bytearray(wire)
            changed[at] ^= 1 << bit
            try:
                codec.decode(bytes(changed))
            except RecordInvalid:
                refused += 1
    # Marker and fingerprint alone are 80 bits.
    assert refused >= 80


@pytest.mark.parametrize(("value", "why"), [
    (b"", "not an Avro single object"),
    (b"{}", "not an Avro single object"),
    (b"\xc3\x01" + bytes(8), "unknown schema"),
    (b"\x00\x00\x00\x00\x01data", "none is configured"),
])
def test_other_frames_are_refused(value: bytes, why: str) -> None:
    with pytest.raises(RecordInvalid, match=why):
        AvroCodec(SCHEMAS, "training-batch").decode(value)


def test_numbers_that_are_not_finite_are_refused() -> None:
    value = revived(GOLDEN["training-batch"]["value"])
    codec = AvroCodec(SCHEMAS, "training-batch")
    value["samples"][0]["target"] = float("nan")
    with pytest.raises(RecordInvalid, match="not finite"):
        codec.decode(codec.encode(value))


def test_records_that_do_not_fit_are_not_written() -> None:
    value = revived(GOLDEN["adapter"]["value"])
    codec = AvroCodec(SCHEMAS, "adapter")
    for changes in ({"scope": "everywhere"}, {"version": "3"}, {"version": 2**40}, {"unknown": 1}):
        with pytest.raises(RecordInvalid):
            codec.encode({**value, **changes})


def test_a_missing_schema_says_what_to_do() -> None:
    with pytest.raises(SeclError, match="could not be read") as info:
        AvroCodec(SCHEMAS, "no-such-record")
    assert info.value.code == "SCHEMA_INVALID"
    assert info.value.hint is not None


class _Registry(BaseHTTPRequestHandler):
    schemas: dict[int, object] = {}  # noqa: RUF012
    asked: list[str] = []  # noqa: RUF012
    unknown = 40403
    #: What it says at first, instead of an answer.
    later: list[int] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        schema = self.schemas.get(int(self.path.rsplit("/", 1)[1]))
        if schema is None:
            self._answer(404, {"error_code": self.unknown})
        else:
            self._answer(200, {"schema": json.dumps(schema)})

    def do_POST(self) -> None:
        self.asked.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.later:
            self._answer(self.later.pop(0), {})
            return
        self.schemas[7] = json.loads(body["schema"])
        self._answer(200, {"id": 7})

    def _answer(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry():
    _Registry.schemas, _Registry.asked = {}, []
    server = HTTPServer(("127.0.0.1", 0), _Registry)
    Thread(target=server.serve_forever, daemon=True).start()
    yield SchemaRegistry(f"http://127.0.0.1:{server.server_port}", "user", "secret")
    server.shutdown()


def test_confluent_frame_round_trip(registry: SchemaRegistry) -> None:
    value = revived(GOLDEN["adapter"]["value"])
    codec = AvroCodec(SCHEMAS, "adapter", registry, "qa.adapters-value")
    wire = codec.encode(value)
    assert wire == b"\x00" + struct.pack(">I", 7) + bytes.fromhex(GOLDEN["adapter"]["data"])
    assert codec.decode(wire) == value
    assert codec.decode(wire) == value
    # Asked once each: ids and schemas never change.
    assert _Registry.asked == ["/subjects/qa.adapters-value/versions", "/schemas/ids/7"]


def test_an_id_that_the_registry_does_not_know_is_refused(registry: SchemaRegistry) -> None:
    with pytest.raises(RecordInvalid, match="unknown schema id 9"):
        AvroCodec(SCHEMAS, "adapter", registry).decode(b"\x00\x00\x00\x00\x09data")


def test_a_missing_page_is_no_missing_schema(registry: SchemaRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Registry, "unknown", 404)
    with pytest.raises(SeclError) as info:
        AvroCodec(SCHEMAS, "adapter", registry).decode(b"\x00\x00\x00\x00\x09data")
    assert info.value.code == "REGISTRY_FAILED"


def test_many_schemas_are_read(registry: SchemaRegistry) -> None:
    codec = AvroCodec(SCHEMAS, "adapter", registry)
    data = bytes.fromhex(GOLDEN["adapter"]["data"])
    for schema_id in range(1, 80):
        _Registry.schemas[schema_id] = read_schema(SCHEMAS, "adapter")
        assert codec.decode(b"\x00" + struct.pack(">I", schema_id) + data) == revived(GOLDEN["adapter"]["value"])


def test_a_schema_of_another_record_is_refused(registry: SchemaRegistry) -> None:
    _Registry.schemas[3] = read_schema(SCHEMAS, "question")
    wire = b"\x00\x00\x00\x00\x03" + bytes.fromhex(GOLDEN["question"]["data"])
    with pytest.raises(RecordInvalid):
        AvroCodec(SCHEMAS, "adapter", registry).decode(wire)


def test_a_registry_that_does_not_answer_is_no_fault_of_the_record() -> None:
    codec = AvroCodec(SCHEMAS, "adapter", SchemaRegistry("http://127.0.0.1:9", timeout_s=1, patience_s=0.5))
    with pytest.raises(SeclError, match=r"for 0\.5 s") as info:
        codec.decode(b"\x00\x00\x00\x00\x01data")
    assert info.value.code == "REGISTRY_FAILED"


def test_a_registry_that_is_not_up_yet_is_waited_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    servers: list[HTTPServer] = []

    def start() -> None:
        servers.append(HTTPServer(("127.0.0.1", port), _Registry))
        servers[0].serve_forever()

    _Registry.schemas, _Registry.asked = {}, []
    later = Timer(1, start)
    later.start()
    try:
        AvroCodec(SCHEMAS, "adapter", SchemaRegistry(f"http://127.0.0.1:{port}"), "qa.adapters-value").announce()
        assert list(_Registry.schemas) == [7]
    finally:
        servers[0].shutdown()


def test_a_registry_that_says_later_is_asked_again(registry: SchemaRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Registry, "later", [503, 429])
    AvroCodec(SCHEMAS, "adapter", registry, "qa.adapters-value").announce()
    assert _Registry.asked == ["/subjects/qa.adapters-value/versions"] * 3


def test_a_registry_that_refuses_is_not_asked_again(registry: SchemaRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Registry, "later", [401])
    with pytest.raises(SeclError, match="answered with 401") as info:
        AvroCodec(SCHEMAS, "adapter", registry, "qa.adapters-value").announce()
    assert info.value.code == "REGISTRY_FAILED"
    assert len(_Registry.asked) == 1
