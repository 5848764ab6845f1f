"""Numbers that come of a name, so that no weights need to be stored; test/support/tiny-network.ts repeats them."""

import numpy as np


def named_numbers(name: str, count: int, scale: float) -> np.ndarray:
    """Float64, uniform in [-scale, scale), 24 bits each: FNV-1a of the name seeds Numerical Recipes' generator."""
    state = 2166136261
    for byte in name.encode():
        state = ((state ^ byte) * 16777619) & 0xFFFFFFFF
    values = np.empty(count)
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[i] = ((state >> 8) / 2**24 * 2 - 1) * scale
    return values
