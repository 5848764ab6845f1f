"""Reference outputs of two tiny random networks, for test/integration/tiny-network.test.ts.

Weights come from a formula that test/support/tiny-network.ts repeats (a linear congruential generator
seeded with a hash of the tensor's name), so that no weights need to be stored. The networks are
transformers' own LlamaForCausalLM and Qwen2ForCausalLM in float32; LoRA acts through a scale by position.

Versions: torch 2.15.0, transformers 5.23.0, numpy 2. No sampling; seeds are the names.
Usage: python make-tiny-golden.py OUT.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from named_numbers import named_numbers  # noqa: E402

SIZES = dict(vocab_size=96, hidden_size=64, intermediate_size=96, num_hidden_layers=3,
             num_attention_heads=4, max_position_embeddings=64)
RANK = 3
PROJECTIONS = {"q": "self_attn.q_proj", "v": "self_attn.v_proj", "o": "self_attn.o_proj",
               "k": "self_attn.k_proj", "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"}
PROMPTS = [[5, 17, 80, 3, 3, 41, 9], [1], [95, 0, 7, 64, 32, 16, 8, 4, 2, 1, 90, 77, 13]]


def numbers(name, count, scale):
    return named_numbers(name, count, scale).astype(np.float32)


def fill(model):
    for name, parameter in model.named_parameters():
        values = torch.from_numpy(numbers(name, parameter.numel(), 0.25)).reshape(parameter.shape)
        if "norm" in name:
            values = values + 1
        with torch.no_grad():
            parameter.copy_(values)


class ScaledLora(torch.nn.Module):
    """y = W x + b + scale(position) · B A x."""

    def __init__(self, base, name, control):
        super().__init__()
        self.base, self.control = base, control
        self.a = torch.from_numpy(numbers(name + ".a", base.in_features * RANK, 0.25)).reshape(base.in_features, RANK)
        self.b = torch.from_numpy(numbers(name + ".b", RANK * base.out_features, 0.25)).reshape(RANK, base.out_features)

    def forward(self, x):
        return self.base(x) + self.control["scale"][None, :, None] * (x @ self.a) @ self.b


def case(model, control, prompt, scale):
    control["scale"] = torch.tensor(scale, dtype=torch.float32)
    with torch.no_grad():
        result = model(torch.tensor([prompt]), output_hidden_states=True)
    logits = result.logits[0, -1]
    log_p = torch.log_softmax(logits.double(), -1)
    return {
        "prompt": prompt,
        "loraScale": scale,
        "logits": [round(x, 6) for x in logits.tolist()],
        "logNormalizer": round(torch.logsumexp(logits.double(), -1).item(), 6),
        "entropyNats": round(-(log_p.exp() * log_p).sum().item(), 6),
        # transformers' last hidden state is the final norm's output.
        "hidden": [round(x, 6) for x in result.hidden_states[-1][0, -1].tolist()],
    }


def cases(model, lora_layers):
    control = {}
    fill(model)
    for layer in lora_layers:
        for short, path in PROJECTIONS.items():
            owner_name, attribute = path.split(".")
            owner = getattr(model.model.layers[layer], owner_name)
            setattr(owner, attribute, ScaledLora(getattr(owner, attribute), f"lora.{layer}.{short}", control))
    for prompt in PROMPTS:
        length = len(prompt)
        yield case(model, control, prompt, [0.0] * length)
        yield case(model, control, prompt, [2.0] * length)
        yield case(model, control, prompt, [0.0] * (length - 1) + [2.0])


def main(out):
    torch.manual_seed(0)
    llama = LlamaForCausalLM(LlamaConfig(
        **SIZES, num_key_value_heads=2, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0})).eval()
    qwen2 = Qwen2ForCausalLM(Qwen2Config(
        **SIZES, num_key_value_heads=1, rms_norm_eps=1e-6, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0})).eval()
    golden = {"rank": RANK, "llama": list(cases(llama, [1, 2])), "qwen2": list(cases(qwen2, [1, 2]))}
    with open(out, "w") as handle:
        json.dump(golden, handle, separators=(",", ":"))
        handle.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
