"""Reference training steps, for test/integration/training-parity.test.ts and test/unit/training/adam.test.ts.

PyTorch, transformers and PEFT in float32 on the CPU: LoRA on the last layers of a network, one step of clipped
Adam over the mean loss of two samples. Positions before `adaptFrom` go through the base model alone and stay as
keys and values without a gradient; LoRA acts on those after. Of every LoRA matrix a golden file has the norm of
its gradient, and of some entries, evenly spread, the gradient and how far the step moved them.

Weights, tokens and LoRA matrices come from names, by the formula of test/golden/model/make-tiny-golden.py.

Versions: torch 2.15.0, transformers 5.24.0, peft 0.21.2, gguf 0.19, numpy 2. No sampling; seeds are the names.
Usage: python make-training-golden.py tiny OUT.json
       python make-training-golden.py model FOLDER FILE.gguf OUT.json
       python make-training-golden.py adam OUT.json
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from named_numbers import named_numbers  # noqa: E402

TINY = dict(vocab_size=96, hidden_size=64, intermediate_size=96, num_hidden_layers=3,
            num_attention_heads=4, max_position_embeddings=64)
MODULES = {"q": "self_attn.q_proj", "k": "self_attn.k_proj", "v": "self_attn.v_proj", "o": "self_attn.o_proj",
           "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"}
# At 1e-8 the first step moves every weight by the whole rate, in a direction that rounding alone decides where
# the gradient is next to nothing; this one keeps steps comparable.
EPSILON = 1e-3
RATE = 0.01
MAX_STEP = 0.15


def numbers(name, count, scale):
    return named_numbers(name, count, scale).astype(np.float32)


def tokens(name, count, vocabulary):
    return [math.floor((float(x) + 1) / 2 * vocabulary) for x in numbers(name, count, 1)]


def loss_of(name, log_p, target, confidence):
    """The five losses, by their words: log_p are the ten renormalised log probabilities."""
    middles = [(k + 0.5) / 10 for k in range(10)]
    own_bin = lambda t: min(9, int(10 * t))
    near = max(confidence - MAX_STEP, min(confidence + MAX_STEP, target))

    def two_hot(t):
        if t <= middles[0]:
            return -log_p[0]
        if t >= middles[9]:
            return -log_p[9]
        k = max(k for k in range(9) if middles[k] <= t)
        share = (t - middles[k]) / 0.1
        return -(1 - share) * log_p[k] - share * log_p[k + 1]

    if name == "one-bin":
        step = 1 if target > confidence else -1 if target < confidence else 0
        return -log_p[max(0, min(9, own_bin(confidence) + step))]
    if name == "squared":
        return ((log_p.exp() * torch.tensor(middles)).sum() - near) ** 2
    if name == "two-hot":
        return two_hot(target)
    if name == "two-hot-clipped":
        return two_hot(near)
    return -log_p[own_bin(target)]


def forward(model, sample, digits):
    ids, start = torch.tensor([sample["tokenIds"]]), sample["adaptFrom"]
    past = None
    if start > 0:
        with torch.no_grad(), model.disable_adapter():
            past = model(ids[:, :start], use_cache=True).past_key_values
    logits = model(ids[:, start:], past_key_values=past, use_cache=True).logits[0, -1]
    return torch.log_softmax(logits[digits], -1)


def step_case(base, name, samples, settings):
    """One step; the base model is handed back as it was."""
    layers = base.config.num_hidden_layers
    chosen = list(range(layers - settings["lastLayers"], layers))
    config = LoraConfig(r=settings["rank"], lora_alpha=settings["alpha"], lora_dropout=0.0,
                        target_modules=[MODULES[p].split(".")[1] for p in settings["projections"]],
                        layers_to_transform=chosen)
    model = get_peft_model(base, config)
    model.eval()
    matrices = {}
    for layer in chosen:
        for projection in settings["projections"]:
            for side in "AB":
                key = f"base_model.model.model.layers.{layer}.{MODULES[projection]}.lora_{side}.default.weight"
                parameter = dict(model.named_parameters())[key]
                scale = settings["scaleA"] if side == "A" else settings["scaleB"]
                with torch.no_grad():
                    values = numbers(f"{layer}.{projection}.{side}", parameter.numel(), scale)
                    parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))
                matrices[f"{layer}.{projection}.{side.lower()}"] = parameter
    optimizer = torch.optim.Adam(matrices.values(), lr=RATE, betas=(0.9, 0.999), eps=EPSILON)
    log_ps = [forward(model, sample, settings["digits"]) for sample in samples]
    losses = [loss_of(name, p, s["target"], s["confidence"]) for p, s in zip(log_ps, samples)]
    loss = sum(losses) / len(losses)
    loss.backward()
    gradients = {key: p.grad.clone().flatten() for key, p in matrices.items()}
    before = {key: p.detach().clone().flatten() for key, p in matrices.items()}
    norm = torch.nn.utils.clip_grad_norm_(matrices.values(), settings["clipNorm"]).item()
    optimizer.step()
    with torch.no_grad():
        after = sum(loss_of(name, forward(model, s, settings["digits"]), s["target"], s["confidence"])
                    for s in samples) / len(samples)
    result = {
        "loss": name,
        "samples": samples,
        "lora": {k: settings[k] for k in ("rank", "alpha", "projections", "lastLayers", "scaleA", "scaleB")},
        "digits": settings["digits"],
        "optimizer": {"learningRate": RATE, "epsilon": EPSILON, "clipNorm": settings["clipNorm"]},
        "maxStep": MAX_STEP,
        "logProbabilities": [[round(x, 6) for x in p.tolist()] for p in log_ps],
        "lossBefore": loss.item(),
        "lossAfter": after.item(),
        "gradientNorm": norm,
        "matrices": {
            key: {
                "norm": float(f"{gradients[key].norm().item():.7g}"),
                "stride": max(1, p.numel() // settings["entries"]),
                "gradient": [float(f"{x:.6g}") for x in gradients[key][:: max(1, p.numel() // settings["entries"])].tolist()],
                "moved": [float(f"{x:.6g}") for x in (p.detach().flatten() - before[key])[:: max(1, p.numel() // settings["entries"])].tolist()],
            }
            for key, p in matrices.items()
        },
    }
    model.unload()
    return result


def samples_of(length, start, vocabulary):
    return [
        {"tokenIds": tokens("one", length, vocabulary), "adaptFrom": start, "target": 0.83, "confidence": 0.5},
        {"tokenIds": tokens("two", length - 5, vocabulary), "adaptFrom": max(0, start - 5), "target": 0.12,
         "confidence": 0.74},
    ]


def tiny_cases(base):
    cases = []
    settings = dict(rank=4, alpha=8, lastLayers=2, scaleA=0.25, scaleB=0.25, digits=list(range(40, 50)),
                    clipNorm=0.5, entries=24, projections=["q", "v", "o"])
    for loss in ["one-bin", "squared", "two-hot", "two-hot-clipped", "target-bin"]:
        cases.append(step_case(base, loss, samples_of(20, 19, 96), settings))
    cases.append(step_case(base, "two-hot", samples_of(20, 12, 96), settings))
    cases.append(step_case(base, "two-hot", samples_of(20, 0, 96), settings))
    cases.append(step_case(base, "squared", samples_of(20, 0, 96), {**settings, "lastLayers": 3, "rank": 3,
                                                                    "projections": list(MODULES)}))
    cases.append(step_case(base, "squared", samples_of(20, 12, 96), {**settings, "lastLayers": 1,
                                                                     "projections": ["k", "down"]}))
    return cases


def tiny(out):
    sizes = dict(**TINY, tie_word_embeddings=False, attn_implementation="eager")
    qwen2 = Qwen2ForCausalLM(Qwen2Config(**sizes, num_key_value_heads=1, rms_norm_eps=1e-6,
                                         rope_parameters={"rope_type": "default", "rope_theta": 1e6}))
    llama_sizes = {**sizes, "tie_word_embeddings": True}
    llama = LlamaForCausalLM(LlamaConfig(**llama_sizes, num_key_value_heads=2, rms_norm_eps=1e-5,
                                         rope_parameters={"rope_type": "default", "rope_theta": 1e5}))
    result = {}
    for architecture, model in [("qwen2", qwen2), ("llama", llama)]:
        for name, parameter in model.named_parameters():
            values = torch.from_numpy(numbers(name, parameter.numel(), 0.25)).reshape(parameter.shape)
            with torch.no_grad():
                parameter.copy_(values + 1 if "norm" in name else values)
        model.eval()
        result[architecture] = tiny_cases(model)
    json.dump(result, open(out, "w"))


def real(folder, file, out):
    base = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32,
                                                attn_implementation="eager")
    base.eval()
    settings = dict(rank=8, alpha=16, lastLayers=8, scaleA=1 / math.sqrt(base.config.hidden_size), scaleB=0.02,
                    digits=list(range(15, 25)), clipNorm=1.0, entries=64, projections=["q", "v", "o"])
    cases = [step_case(base, "two-hot-clipped", samples_of(60, 59, 20000), settings),
             step_case(base, "two-hot-clipped", samples_of(60, 0, 20000),
                       {**settings, "lastLayers": base.config.num_hidden_layers, "entries": 16})]
    json.dump(cases, open(out, "w"))


def adam(out):
    """Three steps of each optimizer on eight numbers, with the default epsilon."""
    cases = []
    for kind, decay in [("adam", 0.0), ("adam", 0.1), ("adamw", 0.1)]:
        p = torch.nn.Parameter(torch.from_numpy(numbers("adam.start", 8, 1)))
        create = torch.optim.Adam if kind == "adam" else torch.optim.AdamW
        optimizer = create([p], lr=0.05, betas=(0.8, 0.95), eps=1e-8, weight_decay=decay)
        steps = []
        for step in range(3):
            p.grad = torch.from_numpy(numbers(f"adam.gradient.{step}", 8, 0.3))
            optimizer.step()
            steps.append([float(f"{x:.8g}") for x in p.tolist()])
        cases.append({"name": kind, "weightDecay": decay, "steps": steps})
    json.dump(cases, open(out, "w"))


if __name__ == "__main__":
    torch.manual_seed(0)
    {"tiny": tiny, "model": real, "adam": adam}[sys.argv[1]](*sys.argv[2:])
