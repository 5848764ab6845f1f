"""A whole step against test/golden/training: PyTorch's own autograd, PEFT and Adam, written apart from this package.

The tolerances are those of test/integration/training-parity.test.ts, where they are derived.
"""

import json
import math

import pytest
import torch
from conftest import ROOT, TINY_SHA256, find_model, named_numbers, tiny_model

from secl_trainer.model.frozen_cache import FrozenCache
from secl_trainer.model.load_model import LoadedModel, load_model
from secl_trainer.model.training_pass import TrainingPass
from secl_trainer.training.adam import fresh_state
from secl_trainer.training.batch import Lora, Optimizer, Sample, TrainingBatch
from secl_trainer.training.check_batch import check_batch
from secl_trainer.training.loss_target import loss_target
from secl_trainer.training.train_batch import train_batch

GOLDEN = ROOT / "test" / "golden" / "training"
TINY_STEPS = [(architecture, index, step)
              for architecture, steps in json.loads((GOLDEN / "tiny.json").read_text()).items()
              for index, step in enumerate(steps)]
REAL_STEPS = json.loads((GOLDEN / "qwen2.5-coder-0.5b.json").read_text())


def batch_of(step: dict, base_sha256: str) -> TrainingBatch:
    o, lora = step["optimizer"], step["lora"]
    return TrainingBatch(
        batch_id="b", lineage="l", ordinal=1, scope="conversation", confidence_token_ids=step["digits"],
        loss=step["loss"], loss_parameters={"maxStep": step["maxStep"]},
        lora=Lora(lora["rank"], lora["alpha"], lora["projections"], lora["lastLayers"]),
        optimizer=Optimizer("adam", o["learningRate"], 0.9, 0.999, o["epsilon"], 0.0, o["clipNorm"]),
        parent_version=0, parent_sha256=None, parent_optimizer_sha256=None, base_sha256=base_sha256, seed=1,
        samples=[Sample(str(i), s["tokenIds"], s["adaptFrom"], s["target"], s["confidence"], "new")
                 for i, s in enumerate(step["samples"])],
        steps=[list(range(len(step["samples"])))])


def check_step(model: LoadedModel, step: dict, micro_batch: int, tolerance: dict[str, float]) -> None:
    batch = batch_of(step, model.facts.base_sha256)
    check_batch(batch, model.facts)
    run = TrainingPass(model, batch.lora, FrozenCache(10**9), micro_batch)
    try:
        start = [named_numbers(f"{site.layer}.{site.projection}.{side}", size, step["lora"][f"scale{side}"])
                 .reshape(shape)
                 for site in run.sites
                 for side, size, shape in (
                     ("A", batch.lora.rank * site.input_size, (batch.lora.rank, site.input_size)),
                     ("B", batch.lora.rank * site.output_size, (site.output_size, batch.lora.rank)))]
        run.place(start)
        losses = [loss_target(batch.loss, s.target, s.confidence, batch.max_step) for s in batch.samples]
        _, gradients = run.differentiate(batch.samples, losses, step["digits"], lambda: None)
        measured = run.measure(batch.samples, step["digits"], lambda: None)
        outcome = train_batch(batch, start, fresh_state(start), run, lambda: None)
    finally:
        run.close()

    def near(value: float, expected: float, what: str) -> None:
        assert abs(value - expected) <= tolerance["loss"] * (1 + abs(expected)), what

    for row, expected in zip(measured, step["logProbabilities"], strict=True):
        for value, golden in zip(row.tolist(), expected, strict=True):
            near(value, golden, "log probability")
    near(outcome.before.loss, step["lossBefore"], "loss before")
    near(outcome.steps[0].loss, step["lossBefore"], "loss of the step")
    near(outcome.after.loss, step["lossAfter"], "loss after")
    assert math.isclose(outcome.steps[0].gradient_norm, step["gradientNorm"], rel_tol=tolerance["gradient"])
    names = [f"{site.layer}.{site.projection}.{side}" for site in run.sites for side in "ab"]
    assert set(names) == set(step["matrices"])
    for name, gradient, before, after in zip(names, gradients, start, outcome.parameters, strict=True):
        golden = step["matrices"][name]
        largest = float(gradient.abs().max())
        assert math.isclose(float(gradient.norm()), golden["norm"], rel_tol=tolerance["gradient"])
        off = gradient.flatten()[:: golden["stride"]] - torch.tensor(golden["gradient"], dtype=torch.float64)
        assert float(off.abs().max()) <= tolerance["gradient"] * largest, name
        moved = (after - before).flatten()[:: golden["stride"]]
        off = (moved - torch.tensor(golden["moved"])).abs().max()
        assert float(off) <= tolerance["moved"] * step["optimizer"]["learningRate"], name


@pytest.mark.parametrize("micro_batch", [1, 2])
@pytest.mark.parametrize(("architecture", "index", "step"), TINY_STEPS, ids=lambda v: str(v)[:8])
def test_tiny_network(architecture: str, index: int, step: dict, micro_batch: int) -> None:
    """micro_batch 2: rows of unequal lengths, filled up, must give what they give alone."""
    model = tiny_model(architecture)
    assert model.facts.base_sha256 == TINY_SHA256
    check_step(model, step, micro_batch, {"loss": 2e-6, "gradient": 2e-5, "moved": 1e-3})


@pytest.mark.parametrize("step", REAL_STEPS, ids=["position", "conversation"])
def test_qwen_half_billion(step: dict) -> None:
    path = find_model("qwen2.5-coder-0.5b-instruct")
    model = load_model(path, None, torch.device("cpu"), torch.float32)
    check_step(model, step, 1, {"loss": 1e-5, "gradient": 1e-4, "moved": 1e-3})
