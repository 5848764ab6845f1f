"""The project's seeded generator, number for number (src/random/seeded-random.ts)."""

_MASK = 0xFFFFFFFF


class SeededRandom:
    """Uniform numbers of sfc32, started by splitmix32. Not for secrets.

    Source: Doty-Humphrey, PractRand (sfc32); Steele et al. 2014 (splitmix).
    """

    def __init__(self, seed: int) -> None:
        """seed: its low 32 bits count."""
        self._seed = seed & _MASK
        start = self._seed
        state = []
        for _ in range(3):
            start = (start + 0x9E3779B9) & _MASK
            t = start ^ (start >> 16)
            t = (t * 0x21F0AAAD) & _MASK
            t ^= t >> 15
            t = (t * 0x735A2D97) & _MASK
            state.append(t ^ (t >> 15))
        self._a, self._b, self._c = state
        self._d = 1
        for _ in range(12):
            self._bits()

    def next(self) -> float:
        """Uniform in [0, 1) with 32 bits."""
        return self._bits() / 4294967296

    def fork(self, label: str) -> "SeededRandom":
        """A generator whose numbers do not depend on how far this one has been used."""
        code = 0x811C9DC5  # 32-bit FNV-1a
        for character in label:
            code = ((code ^ ord(character)) * 0x01000193) & _MASK
        return SeededRandom(self._seed ^ code)

    def _bits(self) -> int:
        t = (self._a + self._b + self._d) & _MASK
        self._d = (self._d + 1) & _MASK
        self._a = self._b ^ (self._b >> 9)
        self._b = (self._c + ((self._c << 3) & _MASK)) & _MASK
        self._c = (((self._c << 21) | (self._c >> 11)) + t) & _MASK
        return t
