"""Keys and values that no adapter changes, kept for replay."""

from collections import OrderedDict
from collections.abc import Sequence

import torch

#: By layer: keys and values, each `[1, G, P, d]`.
Frozen = Sequence[tuple[torch.Tensor, torch.Tensor]]


class FrozenCache:
    """Bounded in bytes; what was used least recently goes first. Empty after a restart."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._entries: OrderedDict[tuple[int, ...], tuple[Frozen, int]] = OrderedDict()
        self._bytes = 0

    def get(self, token_ids: Sequence[int]) -> Frozen | None:
        """What was kept of a prompt's beginning."""
        key = tuple(token_ids)
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key][0]

    def add(self, token_ids: Sequence[int], frozen: Frozen) -> None:
        """Keeps it if it is not larger than the bound."""
        size = sum(t.numel() * t.element_size() for pair in frozen for t in pair)
        if size > self._most_bytes or tuple(token_ids) in self._entries:
            return
        self._entries[tuple(token_ids)] = (frozen, size)
        self._bytes += size
        while self._bytes > self._most_bytes:
            _, (_, gone) = self._entries.popitem(last=False)
            self._bytes -= gone

    def clear(self) -> None:
        """Lets everything go."""
        self._entries.clear()
        self._bytes = 0
