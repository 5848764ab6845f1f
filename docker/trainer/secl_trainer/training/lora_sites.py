"""Places that carry LoRA, and what PEFT calls them (src/peft/peft-names.ts)."""

import re
from dataclasses import dataclass

#: Modules of a decoder layer by projection, in the order of sites within a layer.
MODULES = {
    "q": "self_attn.q_proj",
    "k": "self_attn.k_proj",
    "v": "self_attn.v_proj",
    "o": "self_attn.o_proj",
    "gate": "mlp.gate_proj",
    "up": "mlp.up_proj",
    "down": "mlp.down_proj",
}
_PROJECTION_OF = {module: projection for projection, module in MODULES.items()}
_TENSOR = re.compile(
    r"base_model\.model\.model\.layers\.(0|[1-9][0-9]{0,3})\.([a-z_]+\.[a-z_]+)\.lora_([AB])\.weight"
)


@dataclass(frozen=True)
class Site:
    """A projection of a layer, with the widths of its input and output."""

    layer: int
    projection: str
    input_size: int
    output_size: int

    @property
    def module(self) -> str:
        """Name in the Hugging Face model."""
        return f"model.layers.{self.layer}.{MODULES[self.projection]}"

    def tensor(self, side: str) -> str:
        """Name of matrix A, `[R, in]`, or B, `[out, R]`, in `adapter_model.safetensors`."""
        return f"base_model.model.{self.module}.lora_{side}.weight"


def is_tensor_name(name: str) -> bool:
    """Whether a tensor of an adapter's file is a LoRA matrix of a known projection."""
    match = _TENSOR.fullmatch(name)
    return match is not None and match[2] in _PROJECTION_OF
