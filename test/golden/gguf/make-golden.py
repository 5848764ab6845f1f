"""Makes dequantize.json: seeded random blocks of every type and what the `gguf` package makes of them.

Run with gguf 0.19.0 and numpy 2.4.6: python make-golden.py
"""

import base64
import json
import pathlib

import gguf
import numpy
from gguf import quants

SEED = 20260101
BLOCKS = {256: 6, 32: 8, 1: 64}
# Byte offsets of the halves (scales, minima) inside a block.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "F16": [0],
}
# Zero, minus zero, least subnormal, largest subnormal, least normal, largest, both infinities.
EDGE_HALVES = [0x0000, 0x8000, 0x0001, 0x03FF, 0x0400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00]

generator = numpy.random.default_rng(SEED)
cases = {}
for name in ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]:
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    count = BLOCKS[elements]
    blocks = generator.integers(0, 256, (count, size), dtype=numpy.uint8)
    for offset in HALVES.get(name, []):
        halves = generator.normal(0, 0.05, count).astype("<f2")
        halves[:3] = numpy.array(EDGE_HALVES, "<u2").view("<f2")[generator.integers(0, 9, 3)]
        if name == "F16":
            halves[: len(EDGE_HALVES)] = numpy.array(EDGE_HALVES, "<u2").view("<f2")
        blocks[:, offset : offset + 2] = halves.view(numpy.uint8).reshape(count, 2)
    raw = blocks.reshape(-1)
    if name in ("F32", "F16"):
        values = raw.view("<f4" if name == "F32" else "<f2").astype("<f4")
    else:
        with numpy.errstate(all="ignore"):
            values = quants.dequantize(blocks, kind).reshape(-1).astype("<f4")
    cases[name] = {
        "elements": int(values.size),
        "bytes": base64.b64encode(raw.tobytes()).decode(),
        "values": base64.b64encode(values.tobytes()).decode(),
    }

path = pathlib.Path(__file__).with_name("dequantize.json")
path.write_text(json.dumps(cases, indent=1) + "\n")
