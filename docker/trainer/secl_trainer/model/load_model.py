"""Loads a base model from a GGUF file or a folder of Hugging Face's."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging as transformers_logging

from ..failures import SeclError
from ..training.check_batch import ModelFacts
from ..training.lora_sites import MODULES, Site

#: Architectures whose modules bear the names of lora_sites, and which the worker runs.
ARCHITECTURES = ("llama", "qwen2")


@dataclass(frozen=True)
class LoadedModel:
    """A frozen base model and what a batch is held against."""

    network: PreTrainedModel
    facts: ModelFacts

    def sites(self, projections: tuple[str, ...], last_layers: int) -> list[Site]:
        """The sites of the last layers, by layer and then in the order of MODULES."""
        first = self.facts.layers - last_layers
        found = []
        for layer in range(first, self.facts.layers):
            for projection in (p for p in MODULES if p in projections):
                linear = self.network.get_submodule(f"model.layers.{layer}.{MODULES[projection]}")
                found.append(Site(layer, projection, linear.in_features, linear.out_features))
        return found


def load_model(path: Path, base_sha256: str | None, device: torch.device, dtype: torch.dtype) -> LoadedModel:
    """
    path: a GGUF file, whose weights are widened as they are read, or a folder with `config.json`.
    base_sha256: for a folder, the hash of the GGUF file that workers answer with, which the caller vouches for; for
        a file it may be None, or what the file must have.

    Raises SeclError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED or CHECKSUM_MISMATCH.
    """
    is_file = path.is_file()
    if not is_file and not (path / "config.json").is_file():
        raise SeclError("MODEL_NOT_FOUND", f"{path} is neither a GGUF file nor a folder with config.json",
                        "Name the file that workers answer with: --model FILE.gguf.")
    if is_file:
        actual = _sha256_of(path)
        if base_sha256 not in (None, actual):
            raise SeclError("CHECKSUM_MISMATCH", f"{path} has the SHA-256 {actual}, not {base_sha256}")
        base_sha256 = actual
    if base_sha256 is None:
        raise SeclError("USAGE", "a folder does not say which GGUF file it stands for",
                        "Add --base-sha256 with the SHA-256 of the file that workers answer with.")
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    source, options = (path.parent, {"gguf_file": path.name}) if is_file else (path, {})
    try:
        # On the CPU attention is written out, as in the embedded trainer; elsewhere PyTorch picks the kernel.
        network = AutoModelForCausalLM.from_pretrained(source, dtype=dtype, local_files_only=True,
                                                       attn_implementation="eager" if device.type == "cpu" else "sdpa",
                                                       **options)
    except Exception as error:  # transformers raises whatever the part that failed raises
        raise SeclError("MODEL_INVALID", f"{path} could not be loaded: {type(error).__name__}: {error}") from error
    config = network.config
    if config.model_type not in ARCHITECTURES:
        raise SeclError("MODEL_UNSUPPORTED", f"the architecture {config.model_type} is not supported",
                        f"Supported: {', '.join(ARCHITECTURES)}.")
    network.requires_grad_(False)
    network.eval()
    facts = ModelFacts(base_sha256, config.vocab_size, config.max_position_embeddings, config.num_hidden_layers)
    return LoadedModel(network.to(device), facts)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
