"""Gradients of small functions by PyTorch, for test/unit/graph/gradient/differentiate.test.ts.

Each case of test/support/gradient-cases.ts again, written with torch; the loss is the sum of the output times
fixed numbers. Inputs and those numbers come of a formula that test/support/tiny-network.ts repeats.

Versions: torch 2.15.0. Float64 throughout; the file is rounded to 9 digits.
Usage: python make-gradients.py OUT.json
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from named_numbers import named_numbers  # noqa: E402


def numbers(name, count, scale):
    return torch.from_numpy(named_numbers(name, count, scale))


def norm(x, weight):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 0.01) * weight


CASES = {
    "add": ([(2, 3), (3,)], lambda a, b: a + b),
    "add-same": ([(2, 3)], lambda x: x + x),
    "sub": ([(2, 1, 3), (4, 1)], lambda a, b: a - b),
    "mul": ([(2, 3), (2, 1)], lambda a, b: a * b),
    "square": ([(2, 3)], lambda x: x * x),
    "div": ([(3, 2), (2,)], lambda a, b: a / (b + 2)),
    "neg": ([(2, 3)], lambda x: -x),
    "exp": ([(2, 3)], torch.exp),
    "log": ([(2, 3)], lambda x: torch.log(x + 2)),
    "sqrt": ([(2, 3)], lambda x: torch.sqrt(x + 2)),
    "sigmoid": ([(2, 3)], torch.sigmoid),
    "softmax": ([(2, 3, 4)], lambda x: torch.softmax(x, -1)),
    "softmax-inside": ([(2, 3, 4)], lambda x: torch.softmax(x, 1)),
    "log-softmax": ([(2, 4)], lambda x: torch.log_softmax(x, -1)),
    "reduce-sum": ([(2, 3, 4)], lambda x: x.sum(-1, keepdim=True)),
    "reduce-sum-dropped": ([(2, 3, 4)], lambda x: x.sum((0, 2))),
    "reduce-mean": ([(2, 3, 4)], lambda x: x.mean(-1, keepdim=True)),
    "reduce-mean-dropped": ([(2, 3, 4)], lambda x: x.mean(1)),
    "reshape": ([(2, 6)], lambda x: x.reshape(2, 2, 3)),
    "expand": ([(2, 1)], lambda x: x.expand(2, 3)),
    "transpose": ([(2, 3, 4)], lambda x: x.permute(2, 0, 1)),
    "concat": ([(2, 1), (2, 3), (2, 2)], lambda *parts: torch.cat(parts, -1)),
    "concat-unknown": ([(3, 2), (1, 2)], lambda *parts: torch.cat(parts, 0)),
    "split": ([(2, 5)], lambda x: x[:, :2] * x[:, 3:]),
    "gather": ([(4, 3)], lambda x: x[torch.tensor([2, 0, 2])]),
    "matmul": ([(2, 3), (3, 4)], torch.matmul),
    "matmul-unknown-rank": ([(2, 3), (3, 2)], torch.matmul),
    "matmul-stacked": ([(2, 2, 3), (3, 4)], torch.matmul),
    "matmul-repeated": ([(2, 3, 2, 4), (2, 1, 4, 3)], torch.matmul),
    "fused-right": ([(2, 3), (4, 3)], lambda a, b: 0.5 * a @ b.T),
    "fused-stacked": ([(2, 2, 3), (4, 3)], lambda a, b: a @ b.T),
    "fused-left": ([(3, 2), (3, 4)], lambda a, b: a.T @ b),
    "fused-both": ([(3, 2), (4, 3)], lambda a, b: a.T @ b.T),
    "silu": ([(2, 3)], torch.nn.functional.silu),
    "root-mean-square-norm": ([(2, 4), (4,)], norm),
}


def main(out):
    golden = {}
    for name, (shapes, function) in CASES.items():
        inputs = []
        for index, shape in enumerate(shapes):
            count = torch.Size(shape).numel()
            inputs.append(numbers(f"{name}.{index}", count, 1.0).reshape(shape).requires_grad_())
        output = function(*inputs)
        loss = (output.flatten() * numbers(f"{name}.weights", output.numel(), 1.0)).sum()
        loss.backward()
        golden[name] = {
            "loss": float(f"{loss.item():.9g}"),
            "gradients": [[float(f"{x:.9g}") for x in i.grad.flatten().tolist()] for i in inputs],
        }
    with open(out, "w") as handle:
        json.dump(golden, handle, indent=0)
        handle.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
