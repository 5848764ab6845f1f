"""The embedded trainer, in TypeScript on onnxruntime, is given the same batches: same parent, same seed.

Both compute in float32 and add in different orders. Tolerances are those of test/integration/training-parity.test.ts
for a network of this size: losses to 1e-5 of 1 + their size, a weight's step to 1e-3 of the learning rate at an
epsilon of 1e-3. Over the two steps here errors of the first one enter the second: twice that.
"""

import math
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
from batches import tiny_record
from conftest import ROOT, find_model
from safetensors.torch import load

from secl_trainer.adapter_store import AdapterStore
from secl_trainer.avro.codec import AvroCodec
from secl_trainer.model.load_model import LoadedModel, load_model
from secl_trainer.trainer import Trainer
from secl_trainer.training.batch import TrainingBatch

SCRIPT = "test/golden/training/train-embedded.ts"
RATE = 1e-3
LOSS_TOLERANCE, STEP_TOLERANCE = 1e-5, 2e-3


@pytest.fixture(scope="module")
def gguf() -> Path:
    return find_model("smollm2-135m-instruct")


@pytest.fixture(scope="module")
def model(gguf: Path) -> LoadedModel:
    torch.set_num_threads(2)
    return load_model(gguf, None, torch.device("cpu"), torch.float32)


def batch_of(model: LoadedModel, scope: str, **changes: Any) -> dict[str, Any]:
    """Prompts of 40 and 33 tokens; adapted are the last one, the last nine, or all."""
    def sample(name: str, first: int, count: int, target: float, confidence: float, role: str) -> dict[str, Any]:
        ids = [(first + 7919 * i) % model.facts.vocabulary_size for i in range(count)]
        adapt_from = {"position": count - 1, "turn": count - 9, "conversation": 0}[scope]
        return {"questionId": name, "tokenIds": ids, "adaptFrom": adapt_from, "target": target,
                "confidence": confidence, "role": role}

    # Digits of SmolLM2's vocabulary.
    return tiny_record(**{
        "scope": scope, "baseSha256": model.facts.base_sha256, "confidenceTokenIds": list(range(32, 42)),
        "loss": "two-hot-clipped",
        "lora": {"rank": 4, "alpha": 8.0, "projections": ["q", "v", "o"], "lastLayers": 10},
        "optimizer": {"name": "adamw", "learningRate": RATE, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-3,
                      "weightDecay": 0.01, "clipNorm": 1.0},
        "samples": [sample("a", 11, 40, 0.9, 0.5, "new"), sample("b", 23, 33, 0.2, 0.6, "replayed"),
                    sample("c", 5, 40, 0.7, 0.4, "held-out")],
        "steps": [[0, 1], [1, 0]], **changes})


def embedded(gguf: Path, folder: Path, batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if shutil.which("node") is None or not (ROOT / "node_modules" / "tsx").is_dir():
        pytest.skip("the embedded trainer needs Node.js and `npm ci`")
    codec, files = AvroCodec(ROOT / "schemas", "training-batch"), []
    for index, batch in enumerate(batches):
        file = folder / f"{index}.avro"
        file.write_bytes(codec.encode(batch))
        files.append(str(file))
    subprocess.run(["node", "--import", "tsx", SCRIPT, str(gguf), str(folder / "store"), *files], cwd=ROOT,
                   check=True, timeout=600, env=os.environ)
    adapters = AvroCodec(ROOT / "schemas", "adapter")
    return [adapters.decode(Path(f"{file}.adapter").read_bytes()) for file in files]


def compare(theirs: dict[str, Any], ours: dict[str, Any], store: AdapterStore, parent: dict[str, torch.Tensor] | None,
            ) -> dict[str, float]:
    """How far apart at most; asserts what must be the same."""
    same = ("lineage", "version", "parentVersion", "baseSha256", "scope", "batchId", "lora", "trainedOn", "sizeBytes",
            "forwardTokens")
    for key in same:
        assert ours[key] == theirs[key], key
    off = {"loss": 0.0, "step": 0.0, "moment": 0.0}
    for key in ("loss", "heldOutError", "meanConfidence"):
        for when in ("before", "after"):
            off["loss"] = max(off["loss"], abs(ours[key][when] - theirs[key][when]) / (1 + abs(theirs[key][when])))
    mine, other = load(store.get(ours["sha256"])), load(store.get(theirs["sha256"]))
    assert mine.keys() == other.keys()
    for name, values in mine.items():
        off["step"] = max(off["step"], float((values - other[name]).abs().max()) / RATE)
        start = torch.zeros_like(values) if parent is None and "lora_B" in name else None if parent is None \
            else parent[name]
        if start is not None:
            assert not torch.equal(values, start), f"{name} was not trained"
    mine, other = load(store.get(ours["optimizerSha256"])), load(store.get(theirs["optimizerSha256"]))
    assert mine.keys() == other.keys()
    for name, values in mine.items():
        # Means of gradients, and of their squares: an entry of a gradient is off by 1e-4 of its matrix's largest.
        off["moment"] = max(off["moment"], float((values - other[name]).abs().max() / other[name].abs().max()))
    return off


@pytest.mark.parametrize("scope", ["position", "turn", "conversation"])
def test_fresh_adapter_and_its_child(scope: str, model: LoadedModel, gguf: Path, tmp_path: Path) -> None:
    """The embedded trainer's adapter is the parent of both second batches, with its optimizer state."""
    fresh = batch_of(model, scope, seed=2**33 + 5)
    [first] = embedded(gguf, tmp_path, [fresh])
    child = batch_of(model, scope, batchId="batch-2", ordinal=2, parentVersion=1, parentSha256=first["sha256"],
                     parentOptimizerSha256=first["optimizerSha256"], seed=6)
    [second] = embedded(gguf, tmp_path, [child])
    store = AdapterStore(tmp_path / "store")
    worst: dict[str, float] = {}
    parent = None
    for batch, theirs in ((fresh, first), (child, second)):
        # A trainer of its own each, as the other side: kept positions are not counted again.
        ours = Trainer(model, store, 10**9, 1)
        record = ours.train(TrainingBatch.of(batch), lambda: None)
        ours.release()
        off = compare(theirs, record, store, parent)
        worst = {key: max(value, worst.get(key, 0.0)) for key, value in off.items()}
        parent = load(store.get(first["sha256"]))
    print(scope, {key: f"{value:.1e}" for key, value in worst.items()})
    assert worst["loss"] <= LOSS_TOLERANCE
    assert worst["step"] <= STEP_TOLERANCE
    assert worst["moment"] <= 2 * 1e-4
    assert not math.isclose(first["loss"]["before"], first["loss"]["after"])
