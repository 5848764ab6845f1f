"""Makes safetensors.json: small files as the format's own library writes them.

Run with safetensors 0.8.0 and torch 2.15.0: python make-safetensors.py
"""

import base64
import json
import pathlib

import torch
from safetensors.torch import save

generator = torch.Generator().manual_seed(20260101)
single = torch.randn(3, 5, generator=generator)
files = {
    "single": (
        {"b.weight": single, "a.weight": single[:2].clone(), "a": single[0].clone(), "empty": torch.empty(0, 5)},
        {"format": "pt"},
    ),
    "half": ({"w": torch.randn(4, 2, generator=generator).half()}, None),
    "bfloat": ({"w": torch.randn(4, 2, generator=generator).bfloat16()}, None),
    "mixed": (
        {"h": single.half(), "s": single.clone(), "b": single.bfloat16(), "scalar": torch.tensor(0.5)},
        {"z": "1", "note": 'quoted "text", ü\n'},
    ),
}
golden = {}
for name, (tensors, metadata) in files.items():
    golden[name] = {
        "base64": base64.b64encode(save(tensors, metadata)).decode(),
        "metadata": metadata or {},
        "tensors": {
            key: {"shape": list(tensor.shape), "values": tensor.float().flatten().tolist()}
            for key, tensor in tensors.items()
        },
    }
path = pathlib.Path(__file__).with_name("safetensors.json")
path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
