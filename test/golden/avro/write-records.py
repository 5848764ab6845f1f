"""Writes records.json: the project's records as fastavro encodes them, an independent implementation.

Run from the repository's root:  python3 test/golden/avro/write-records.py
Needs: fastavro 1.13.1 (Python 3.10 or newer). No randomness.
"""

import io
import json
import math
from pathlib import Path

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

ROOT = Path(__file__).resolve().parents[3]

# Primitive schemas, whose fingerprints the Avro project publishes too (schema-tests.txt).
PRIMITIVES = ["null", "boolean", "int", "long", "double", "bytes", "string"]

LORA = {"rank": 8, "alpha": 16.0, "projections": ["q", "v"], "lastLayers": 4}

RECORDS = {
    "question": {
        "id": "q-1", "text": "Où est l’Île 🏝?", "style": "choice",
        "choices": [{"label": "A", "text": "ici"}, {"label": "B", "text": ""}],
        "domain": "geography",
        "givenAnswer": {"text": "A", "tokenLogProbabilities": [-0.25, -1.5e-7]},
        "deadlineMs": 1767225600123,
    },
    "answer": {
        "questionId": "q-1", "sourceTopic": "qa.questions", "sourcePartition": 3,
        "sourceOffset": 4503599627370495, "domain": None, "style": "short", "text": "Paris",
        "extracted": "Paris", "tokenIds": [0, 151642, 2147483647], "finishReason": "stop",
        "entropyNats": 0.1, "published": {"value": 0.55, "source": "verbalized", "adapterVersion": 0},
        "scores": [
            {"name": "pTrue", "value": 0.9, "status": "present", "reason": None, "mass": 0.99,
             "components": {"trueMass": 0.891, "falseMass": 0.099}, "normalization": "true-false",
             "promptHash": "0123456789abcdef", "model": "m", "adapterVersion": 0},
            {"name": "verbalized", "value": None, "status": "missing", "reason": "no digits", "mass": None,
             "components": {}, "normalization": "digits", "promptHash": None, "model": "m",
             "adapterVersion": 2},
        ],
        "distractors": [{"text": "Lyon", "firstLogProbability": -3.25, "pTrue": 0.2, "trueMass": 0.1,
                         "falseMass": 0.4, "weight": 1.0}],
        "forwardTokens": {"answer": 60, "confidence": 20, "scoring": 300, "training": 0, "total": 380},
        "model": "m", "modelFingerprint": "f", "duplicateOf": 0, "late": True,
        "answeredAtMs": 1767225600000, "durationMs": 12.5, "hidden": b"\x00\x00\x80\x3f\x00\x00\x00\x80",
        "gate": {"burst": 2, "positionInBurst": 30, "incident": 3, "alarm": True,
                 "statistics": {"entropy": -0.25, "hidden": 7.5}, "thresholds": {"entropy": 4.0, "hidden": 9.0}},
        "previousConfidence": 0.45,
    },
    "feedback": {"questionId": "q-1", "acceptedAnswers": ["Paris", "paris"], "correct": None,
                 "labelledAtMs": -1},
    "calibration-window": {
        "sourceTopic": "qa.questions", "sourcePartition": 0, "ordinal": 4, "revision": 1, "scope": "pooled",
        "firstOffset": 400, "lastOffset": 502, "answers": 100, "labelled": 99, "accuracy": 1 / 3,
        "metrics": [{"score": "published", "n": 99, "missing": 0, "ece": 0.1, "eceFloor": 0.05,
                     "eceFloorP95": None, "eceLow": 0.0625, "eceHigh": 0.15, "brier": 0.2, "auroc": None,
                     "mean": 0.5}],
        "eceDefinition": "equal-width, 10 bins", "closedAtMs": 1767225600000,
        "estimated": {"n": 100, "accuracy": 0.5, "auroc": None, "signalGap": 0.125},
        "drift": {"incident": 2, "noticedAt": 430, "alarms": 1}, "answersSeen": 500,
        "seenUntilMs": 1767225599000, "adapterVersion": 3,
        "adapterVersions": [2, 3],
        "verdict": {"level": "do-not-trust", "code": "error-above-limit", "reason": "r", "basis": "measured",
                    "sinceMs": 1767225599000, "n": 100, "labelled": 99, "dataAtMs": 1767225599000},
    },
    "dead-letter": {"sourceTopic": "qa.questions", "sourcePartition": 0, "sourceOffset": 7,
                    "code": "RECORD_INVALID", "reason": "r", "key": None, "value": b"\x00\xff\x80",
                    "failedAtMs": 1},
    "training-batch": {
        "batchId": "b", "lineage": "l", "ordinal": 1, "scope": "position",
        "confidenceTokenIds": list(range(15, 25)), "loss": "one-bin", "lossParameters": {"maxStep": 0.1},
        "lora": LORA,
        "optimizer": {"name": "adamw", "learningRate": 1e-4, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                      "weightDecay": 0.01, "clipNorm": 1.0},
        "parentVersion": 0, "parentSha256": None, "parentOptimizerSha256": "22", "baseSha256": "00", "seed": 42,
        "samples": [{"questionId": "q", "tokenIds": [1, 2, 3], "adaptFrom": 2, "target": 0.15,
                     "confidence": math.pi / 4, "role": "new"},
                    {"questionId": "r", "tokenIds": [4], "adaptFrom": 0, "target": 1.0,
                     "confidence": 0.0, "role": "held-out"}],
        "steps": [[0], [], [0, 0]],
    },
    "adapter": {"lineage": "l", "version": 3, "parentVersion": 1, "baseSha256": "00", "scope": "turn",
                "batchId": "b", "lora": LORA, "loss": {"before": 2.5, "after": 2.25}, "heldOutError": None,
                "meanConfidence": {"before": 0.5, "after": 0.625}, "trainedOn": ["q"], "forwardTokens": 4096,
                "trainer": "t", "durationMs": 0.5, "sha256": "11", "sizeBytes": 3, "optimizerSha256": None,
                "weights": b"abc"},
    "alert": {"pipeline": "qa", "rule": "dead-letters", "state": "resolved", "level": "alert", "reason": "r",
              "value": 0.0625, "threshold": None, "sinceMs": 1767225600000, "atMs": 1767225660000},
    "adapter-decision": {"lineage": "l", "version": 3, "decision": "rolled-back", "code": "none", "reason": "r",
                         "activeVersion": 1, "decidedAtMs": 1767225600000},
}


def jsonable(value):
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    return [jsonable(item) for item in value] if isinstance(value, list) else value


def load(name):
    # References between files are by full name, which fastavro would look up in a file of that name.
    text = (ROOT / "schemas" / f"{name}.avsc").read_text()
    schema = json.loads(text)
    if name == "training-batch":
        sample = json.loads((ROOT / "schemas" / "training-sample.avsc").read_text())
        next(f for f in schema["fields"] if f["name"] == "samples")["type"]["items"] = sample
    return schema


def main():
    golden = {"fastavro": fastavro.__version__, "primitives": {}, "records": {}}
    for name in PRIMITIVES:
        golden["primitives"][name] = fingerprint(to_parsing_canonical_form(name), "CRC-64-AVRO")
    for name, value in RECORDS.items():
        schema = load(name)
        canonical = to_parsing_canonical_form(schema)
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, fastavro.parse_schema(schema), value)
        golden["records"][name] = {
            "canonical": canonical,
            "fingerprint": fingerprint(canonical, "CRC-64-AVRO"),
            "value": jsonable(value),
            "data": buffer.getvalue().hex(),
        }
    path = Path(__file__).with_name("records.json")
    path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")


main()
