"""Losses, Adam, seeds and bytes, apart from any network."""

import json
import math

import pytest
import torch
from conftest import ROOT, named_numbers
from safetensors.torch import load_file

from secl_trainer.failures import TrainingFailed
from secl_trainer.seeded_random import SeededRandom
from secl_trainer.training.adam import OptimizerState, adam_step, fresh_state
from secl_trainer.training.adapter_bytes import decode_adapter, decode_optimizer, encode_adapter, encode_optimizer
from secl_trainer.training.batch import Optimizer
from secl_trainer.training.clip_gradients import clip_gradients
from secl_trainer.training.initial_lora import initial_lora
from secl_trainer.training.lora_sites import MODULES, Site
from secl_trainer.training.loss_target import BIN_VALUES, LOSSES, confidence_at, loss_at, loss_target

PEFT = ROOT / "test" / "golden" / "peft"


def mean_of(weights) -> float:
    return sum(w * v for w, v in zip(weights, BIN_VALUES, strict=True))


@pytest.mark.parametrize(("name", "target", "confidence", "bins"), [
    # The words of docs/training.md, by hand: own bins are 5 and 8; the next one on the target's side is 6.
    ("one-bin", 0.83, 0.5, {6: 1.0}),
    ("one-bin", 0.1, 0.5, {4: 1.0}),
    ("one-bin", 0.5, 0.5, {5: 1.0}),
    ("one-bin", 1.0, 0.99, {9: 1.0}),
    ("one-bin", 0.0, 0.01, {0: 1.0}),
    ("target-bin", 0.83, 0.5, {8: 1.0}),
    ("target-bin", 1.0, 0.5, {9: 1.0}),
])
def test_losses_with_one_bin(name: str, target: float, confidence: float, bins: dict[int, float]) -> None:
    loss = loss_target(name, target, confidence, 0.1)
    assert {k: w for k, w in enumerate(loss.bin_weights) if w != 0} == bins
    assert loss.squared_weight == 0


@pytest.mark.parametrize("target", [0.05, 0.1, 0.37, 0.5, 0.86, 0.95])
def test_two_hot_has_the_target_as_its_mean(target: float) -> None:
    assert math.isclose(mean_of(loss_target("two-hot", target, 0.5, 0.1).bin_weights), target)
    near = max(0.4, min(0.6, target))
    assert math.isclose(mean_of(loss_target("two-hot-clipped", target, 0.5, 0.1).bin_weights), near)
    assert math.isclose(loss_target("squared", target, 0.5, 0.1).target, near)


@pytest.mark.parametrize(("target", "bin_"), [(0.0, 0), (0.02, 0), (0.98, 9), (1.0, 9)])
def test_two_hot_beyond_the_middles_is_the_outermost_bin(target: float, bin_: int) -> None:
    assert loss_target("two-hot", target, 0.5, 0.1).bin_weights[bin_] == 1


def test_a_digit_of_no_mass_costs_nothing_where_it_is_not_asked_for() -> None:
    log_p = torch.tensor([-math.inf] * 9 + [0.0], dtype=torch.float64)
    assert float(loss_at(loss_target("target-bin", 0.97, 0.5, 0.1), log_p)) == 0
    assert float(confidence_at(log_p)) == 0.95


def test_squared_at_uniform_digits() -> None:
    log_p = torch.full((10,), math.log(0.1), dtype=torch.float64)
    # c is 0.5, the target is held to 0.7: 0.04.
    assert math.isclose(float(loss_at(loss_target("squared", 0.9, 0.5, 0.2), log_p)), 0.04)


@pytest.mark.parametrize("numbers", [(1.1, 0.5, 0.1), (0.5, -0.1, 0.1), (0.5, 0.5, 0), (math.nan, 0.5, 0.1)])
def test_numbers_that_are_no_fractions_are_refused(numbers: tuple[float, float, float]) -> None:
    for name in LOSSES:
        with pytest.raises(TrainingFailed):
            loss_target(name, *numbers)


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(TrainingFailed, match="unknown"):
        loss_target("hinge", 0.5, 0.5, 0.1)


@pytest.mark.parametrize("case", json.loads((ROOT / "test/golden/training/adam.json").read_text()),
                         ids=lambda case: f"{case['name']}-{case['weightDecay']}")
def test_adam_is_pytorchs(case: dict) -> None:
    settings = Optimizer(case["name"], 0.05, 0.8, 0.95, 1e-8, case["weightDecay"], 1.0)
    parameters = [named_numbers("adam.start", 8, 1)]
    state = fresh_state(parameters)
    for step, expected in enumerate(case["steps"]):
        gradient = named_numbers(f"adam.gradient.{step}", 8, 0.3).double()
        parameters, state = adam_step(parameters, [gradient], state, settings)
        # PyTorch computes in float32, 6e-8 of 1, over some ten operations.
        assert torch.allclose(parameters[0], torch.tensor(expected), rtol=0, atol=1e-6)
    assert state.step == len(case["steps"])


def test_clipping() -> None:
    gradients = [torch.tensor([3.0], dtype=torch.float64), torch.tensor([4.0], dtype=torch.float64)]
    assert clip_gradients(gradients, 10) == 5
    assert [float(g) for g in gradients] == [3, 4]
    assert clip_gradients(gradients, 1) == 5
    assert [round(float(g), 12) for g in gradients] == [0.6, 0.8]


def test_seeds_give_the_numbers_of_the_other_side() -> None:
    # node: const r = seededRandom(42); [r.next(), r.next(), r.fork('lora.1.q').next(), seededRandom(2**32 + 42).next()]
    random = SeededRandom(42)
    numbers = [random.next(), random.next(), random.fork("lora.1.q").next(), SeededRandom(2**32 + 42).next()]
    assert numbers == [0.456255805445835, 0.5641753580421209, 0.1795034697279334, 0.456255805445835]


def test_fresh_lora_is_bounded_and_begins_as_nothing() -> None:
    sites = [Site(1, "q", 64, 64), Site(2, "o", 16, 64)]
    a0, b0, a1, b1 = initial_lora(sites, 4, 7)
    assert a0.shape == (4, 64)
    assert b1.shape == (64, 4)
    assert 0.9 / 8 < float(a0.abs().max()) <= 1 / 8
    assert 0.8 / 4 < float(a1.abs().max()) <= 1 / 4
    assert float(b0.abs().max()) == float(b1.abs().max()) == 0
    # One site's weights do not depend on the others.
    assert torch.equal(initial_lora(sites[1:], 4, 7)[0], a1)


def peft_sites(folder: str) -> tuple[list[Site], int]:
    config = json.loads((PEFT / folder / "adapter_config.json").read_text())
    tensors = load_file(PEFT / folder / "adapter_model.safetensors")
    sites = [Site(layer, p, 0, 0) for layer in range(16) for p in MODULES]
    found = [Site(s.layer, s.projection, tensors[s.tensor("A")].shape[1], tensors[s.tensor("B")].shape[0])
             for s in sites if s.tensor("A") in tensors]
    return found, config["r"]


@pytest.mark.parametrize("folder", ["ours-llama", "ours-qwen2", "theirs-llama", "theirs-qwen2"])
def test_adapters_of_both_sides_are_read_and_written_again_to_the_byte(folder: str) -> None:
    sites, rank = peft_sites(folder)
    data = (PEFT / folder / "adapter_model.safetensors").read_bytes()
    assert encode_adapter(sites, decode_adapter(data, sites, rank)) == data


def test_damaged_parents_are_refused() -> None:
    sites, rank = peft_sites("ours-llama")
    data = (PEFT / "ours-llama" / "adapter_model.safetensors").read_bytes()
    with pytest.raises(TrainingFailed, match="cannot be read"):
        decode_adapter(data[:-1], sites, rank)
    with pytest.raises(TrainingFailed, match="do not fit"):
        decode_adapter(data, sites, rank + 1)
    with pytest.raises(TrainingFailed, match="sites"):
        decode_adapter(data, sites[1:], rank)
    with pytest.raises(TrainingFailed, match="not finite"):
        decode_adapter(data[:-4] + b"\x00\x00\xc0\x7f", sites, rank)


def test_optimizer_state_round_trip() -> None:
    sites = [Site(1, "q", 3, 2)]
    parameters = initial_lora(sites, 2, 1)
    state = OptimizerState(5, [named_numbers("m", p.numel(), 1).reshape(p.shape) for p in parameters],
                           [named_numbers("v", p.numel(), 1).abs().reshape(p.shape) for p in parameters])
    back = decode_optimizer(encode_optimizer(sites, state), sites, parameters)
    assert back.step == 5
    for one, other in zip([*state.mean, *state.square], [*back.mean, *back.square], strict=True):
        assert torch.equal(one, other)


def test_an_optimizer_state_without_a_step_is_refused() -> None:
    sites = [Site(1, "q", 3, 2)]
    parameters = initial_lora(sites, 2, 1)
    data = encode_optimizer(sites, fresh_state(parameters)).replace(b'{"step":"0"}', b'{"stop":"0"}')
    with pytest.raises(TrainingFailed, match="no step"):
        decode_optimizer(data, sites, parameters)
