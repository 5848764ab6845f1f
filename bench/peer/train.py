"""Times training steps of PyTorch and PEFT, for `npm run bench -- training`.

Reads a plan from standard input: {file, threads, seed, rank, alpha, projections, lastLayers, digits, rounds,
runs: [{name, prompts: [[id]], adaptFrom}]}; all prompts of a run are equally long. Prints, per run, the seconds of
one step (frozen positions, forwards, backwards, Adam) by round, with samples one by one and as one batch.

Needs torch, transformers, peft and gguf.
"""

import json
import os
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

MODULES = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "o": "o_proj", "gate": "gate_proj", "up": "up_proj",
           "down": "down_proj"}


def step(model, optimizer, batches, start, digits):
    optimizer.zero_grad()
    count = sum(len(batch) for batch in batches)
    for batch in batches:
        past = None
        if start > 0:
            with torch.no_grad(), model.disable_adapter():
                past = model(batch[:, :start], use_cache=True, logits_to_keep=1).past_key_values
        logits = model(batch[:, start:], past_key_values=past, use_cache=start > 0, logits_to_keep=1).logits[:, -1]
        loss = -torch.log_softmax(logits[:, digits], -1)[:, 9].sum() / count
        loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()


def main():
    plan = json.load(sys.stdin)
    torch.set_num_threads(plan["threads"])
    torch.manual_seed(plan["seed"])
    folder, name = os.path.split(plan["file"])
    base = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    layers = base.config.num_hidden_layers
    config = LoraConfig(r=plan["rank"], lora_alpha=plan["alpha"], lora_dropout=0.0,
                        target_modules=[MODULES[p] for p in plan["projections"]],
                        layers_to_transform=list(range(layers - plan["lastLayers"], layers)))
    model = get_peft_model(base, config)
    model.eval()
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    results = []
    for run in plan["runs"]:
        rows = [torch.tensor([prompt]) for prompt in run["prompts"]]
        seconds = {"single": [], "batched": []}
        for _ in range(plan["rounds"] + 1):
            for kind, batches in [("single", rows), ("batched", [torch.cat(rows)])]:
                started, processor = time.perf_counter(), time.process_time()
                step(model, optimizer, batches, run["adaptFrom"], plan["digits"])
                seconds[kind].append([time.perf_counter() - started, time.process_time() - processor])
        results.append({"name": run["name"], **{kind: times[1:] for kind, times in seconds.items()}})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    json.dump({"torch": torch.__version__, "results": results, "peakResidentBytes": peak}, sys.stdout)


main()
