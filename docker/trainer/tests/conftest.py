"""What tests share: the repository's files, its tiny networks, and models that may be there."""

import hashlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from secl_trainer.model.load_model import LoadedModel
from secl_trainer.training.check_batch import ModelFacts

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test" / "golden"))
import named_numbers as numbers_of  # noqa: E402

TINY_SHA256 = "ab" * 32
TINY = {"vocab_size": 96, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3,
        "num_attention_heads": 4, "max_position_embeddings": 64, "attn_implementation": "eager"}


def named_numbers(name: str, count: int, scale: float) -> torch.Tensor:
    """The weights of the tiny networks."""
    return torch.from_numpy(numbers_of.named_numbers(name, count, scale).astype(np.float32))


def tiny_model(architecture: str) -> LoadedModel:
    """A tiny network whose weights come of their names; the one that the repository's other tests have."""
    if architecture == "qwen2":
        network = Qwen2ForCausalLM(Qwen2Config(
            **TINY, tie_word_embeddings=False, num_key_value_heads=1, rms_norm_eps=1e-6,
            rope_parameters={"rope_type": "default", "rope_theta": 1e6}))
    else:
        network = LlamaForCausalLM(LlamaConfig(
            **TINY, tie_word_embeddings=True, num_key_value_heads=2, rms_norm_eps=1e-5,
            rope_parameters={"rope_type": "default", "rope_theta": 1e5}))
    for name, parameter in network.named_parameters():
        values = named_numbers(name, parameter.numel(), 0.25).reshape(parameter.shape)
        with torch.no_grad():
            parameter.copy_(values + 1 if "norm" in name else values)
    network.requires_grad_(False)
    network.eval()
    return LoadedModel(network, ModelFacts(TINY_SHA256, 96, 64, 3))


def find_model(name: str) -> Path:
    """A model's GGUF file in the cache; skips the test if it is not there. Nothing is downloaded."""
    cache = Path(os.environ.get("SECL_CACHE_DIR", Path.home() / ".cache" / "secl-stream"))
    path = cache / "models" / name / "model.gguf"
    if not path.is_file():
        pytest.skip(f"{name} is not there: run `secl model pull {name}`")
    return path


@pytest.fixture(autouse=True)
def few_threads() -> None:
    """Sums are added in an order that depends on the number of threads."""
    torch.set_num_threads(2)


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
