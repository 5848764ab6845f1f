"""Adapters and optimizer states as bytes: those that the embedded trainer writes and reads."""

import json
from collections.abc import Sequence

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from ..failures import TrainingFailed
from .adam import OptimizerState
from .lora_sites import Site, is_tensor_name

#: An adapter's largest size in bytes, as the worker has it.
_MOST_BYTES = 256 * 1024 * 1024
_MOMENTS = ("exp_avg", "exp_avg_sq")


def encode_adapter(sites: Sequence[Site], parameters: Sequence[torch.Tensor]) -> bytes:
    """`adapter_model.safetensors` of PEFT, float32; the same weights give the same bytes."""
    names = [site.tensor(side) for site in sites for side in "AB"]
    return save(dict(zip(names, map(_plain, parameters), strict=True)), {"format": "pt"})


def decode_adapter(data: bytes, sites: Sequence[Site], rank: int) -> list[torch.Tensor]:
    """A parent's weights for the sites that a batch trains, widened to float32.

    Raises TrainingFailed if they are damaged, for other sites, or of another rank or shape.
    """
    tensors = _read("weights", data)
    if not all(map(is_tensor_name, tensors)):
        raise _unfit("weights", "have a tensor that is no LoRA matrix of a known projection")
    if len(tensors) != 2 * len(sites):
        raise _unfit("weights", f"have {len(tensors) / 2:g} sites")
    shapes = [shape for site in sites for shape in ((rank, site.input_size), (site.output_size, rank))]
    names = [site.tensor(side) for site in sites for side in "AB"]
    return [_fitting("weights", tensors, name, shape) for name, shape in zip(names, shapes, strict=True)]


def encode_optimizer(sites: Sequence[Site], state: OptimizerState) -> bytes:
    """Two tensors a weight, named after it and flat, and the step as text."""
    names = [site.tensor(side) for site in sites for side in "AB"]
    tensors = {}
    for ending, moments in zip(_MOMENTS, (state.mean, state.square), strict=True):
        for name, values in zip(names, moments, strict=True):
            tensors[f"{name}.{ending}"] = _plain(values).reshape(-1)
    return save(tensors, {"step": str(state.step)})


def decode_optimizer(data: bytes, sites: Sequence[Site], parameters: Sequence[torch.Tensor]) -> OptimizerState:
    """Reads what encode_optimizer, or the embedded trainer, wrote.

    Raises TrainingFailed if it is damaged or of other weights.
    """
    tensors = _read("optimizer state", data)
    names = [site.tensor(side) for site in sites for side in "AB"]
    moments = [
        [_fitting("optimizer state", tensors, f"{name}.{ending}", (p.numel(),)).reshape(p.shape)
         for name, p in zip(names, parameters, strict=True)]
        for ending in _MOMENTS
    ]
    return OptimizerState(_step_of(data), *moments)


def _step_of(data: bytes) -> int:
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    step = header.get("__metadata__", {}).get("step", "")
    if not (isinstance(step, str) and step.isdecimal() and step.isascii()):
        raise _unfit("optimizer state", "has no step")
    return int(step)


def _plain(values: torch.Tensor) -> torch.Tensor:
    return values.detach().to("cpu", torch.float32).contiguous()


def _read(what: str, data: bytes) -> dict[str, torch.Tensor]:
    if len(data) > _MOST_BYTES:
        raise _unfit(what, f"have {len(data)} bytes")
    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise _unfit(what, f"cannot be read: {error}") from error


def _fitting(what: str, tensors: dict[str, torch.Tensor], name: str, shape: tuple[int, ...]) -> torch.Tensor:
    values = tensors.get(name)
    if values is None or tuple(values.shape) != shape or not values.is_floating_point():
        raise _unfit(what, f"do not fit {name}")
    values = values.float()
    if not bool(torch.isfinite(values).all()):
        raise _unfit(what, f"are not finite at {name}")
    return values


def _unfit(what: str, why: str) -> TrainingFailed:
    return TrainingFailed(f"The parent's {what} {why}.",
                          "Train from a parent of the same LoRA settings, or from none.")
