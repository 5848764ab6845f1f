"""Adapters that PEFT wrote, and what PEFT makes of adapters that this project wrote.

The base models are the tiny networks of test/golden/model/make-tiny-golden.py, whose weights come from
their names. For each architecture:

- theirs-ARCH/: a folder as `save_pretrained` writes it (the model card left out), and in golden.json its
  tensors, its scaling, and PEFT's logits at the last position of each prompt;
- ours-ARCH/ (written by write-ours.ts before): loaded by `PeftModel.from_pretrained`; golden.json has the
  file's SHA-256, the keys that PEFT missed or did not know, its scaling, and its logits.

Versions: torch 2.15.0, transformers 5.24.0, peft 0.21.2, safetensors 0.8.0. Nothing is sampled.
Usage: npx tsx test/golden/peft/write-ours.ts && python test/golden/peft/make-golden.py
"""

import hashlib
import importlib.util
import json
import pathlib
import warnings

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("tiny", HERE.parent / "model" / "make-tiny-golden.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)


def base(architecture):
    if architecture == "llama":
        model = LlamaForCausalLM(LlamaConfig(
            **tiny.SIZES, num_key_value_heads=2, rms_norm_eps=1e-5, tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 100000.0}))
    else:
        model = Qwen2ForCausalLM(Qwen2Config(
            **tiny.SIZES, num_key_value_heads=1, rms_norm_eps=1e-6, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}))
    tiny.fill(model)
    return model.eval()


def logits(model):
    with torch.no_grad():
        rows = [model(torch.tensor([prompt])).logits[0, -1] for prompt in tiny.PROMPTS]
    return [[round(x, 6) for x in row.tolist()] for row in rows]


def adapted(model):
    # Attention has a number of that name.
    return [module for module in model.modules() if isinstance(getattr(module, "scaling", None), dict)]


def scalings(model):
    return sorted({module.scaling["default"] for module in adapted(model)})


CONFIGS = {
    "llama": LoraConfig(r=3, lora_alpha=6, lora_dropout=0.1, task_type="CAUSAL_LM",
                        target_modules=["q_proj", "v_proj", "o_proj"], layers_to_transform=[1, 2]),
    "qwen2": LoraConfig(r=2, lora_alpha=16, task_type="CAUSAL_LM", init_lora_weights="gaussian",
                        target_modules=["q_proj", "k_proj", "v_proj", "gate_proj", "down_proj"],
                        layers_to_transform=2, layers_pattern="layers"),
}


def theirs(architecture):
    model = get_peft_model(base(architecture), CONFIGS[architecture]).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                values = tiny.numbers(name.replace(".default", ""), parameter.numel(), 0.25)
                parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))
    folder = HERE / f"theirs-{architecture}"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "adapter_model.safetensors").chmod(0o644)
    tensors = load_file(folder / "adapter_model.safetensors")
    return {
        "shapes": {name: list(tensors[name].shape) for name in sorted(tensors)},
        "scalings": scalings(model),
        "logits": logits(model),
    }


def ours(architecture):
    folder = HERE / f"ours-{architecture}"
    model = base(architecture)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(model, folder).eval()
        result = model.load_adapter(folder, "again")
    return {
        "sha256": hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest(),
        "missing": [key for key in result.missing_keys if "lora_" in key],
        "unexpected": list(result.unexpected_keys),
        "warnings": [str(warning.message) for warning in caught if "adapter" in str(warning.message)],
        "sites": len(adapted(model)),
        "scalings": scalings(model),
        "logits": logits(model),
    }


golden = {name: {"theirs": theirs(name), "ours": ours(name), "base": logits(base(name))} for name in CONFIGS}
(HERE / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
for name, sides in golden.items():
    for side in ("theirs", "ours"):
        print(name, side, {key: value for key, value in sides[side].items() if key not in ("logits", "shapes")})
