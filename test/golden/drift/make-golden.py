"""Golden values of the drift detectors: pip install river==0.26.1 scipy numpy; python make-golden.py > drift.json

- streams: seeded values, and where River's PageHinkley and ADWIN (its defaults and two other settings) fire on them.
- quantiles: scipy's standard normal quantile.
- cusum: run lengths of the textbook two-sided CUSUM (k = 0.5, h = 5) on standard normal values, by numpy.
- conformal: p-values of full conformal prediction with a 3-nearest-neighbour score, by numpy.
- likeness: p-values of being as much more like some waiting points than like all the others, by numpy, from every distance.
"""

import json

import numpy as np
import river
from river import drift
from scipy.special import ndtri

rng = np.random.default_rng(20260101)


def stretch(*parts):
    return [round(float(v), 4) for mean, sd, n in parts for v in rng.normal(mean, sd, n)]


def indices(detector, values):
    found = []
    for i, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            found.append(i)
    return found


streams = {
    "two shifts": stretch((0, 1, 400), (3, 1, 300), (1, 1, 300)),
    "small shift": stretch((0.4, 0.1, 500), (0.55, 0.1, 500)),
    "no shift": stretch((0, 1, 600)),
    "many shifts": stretch((0, 1, 60), (4, 1, 60), (0, 2, 60), (-3, 1, 60), (2, 0.5, 60), (0, 1, 60)),
}
page_hinkley = [
    dict(min_instances=30, delta=0.005, threshold=50.0, alpha=1 - 0.0001, mode="both"),
    dict(min_instances=1, delta=0.5, threshold=6.0, alpha=0.9999, mode="up"),
    dict(min_instances=10, delta=0.1, threshold=3.0, alpha=0.99, mode="down"),
]
adwin = [
    dict(delta=0.002, clock=32, max_buckets=5, min_window_length=5, grace_period=10),
    dict(delta=0.002, clock=1, max_buckets=5, min_window_length=5, grace_period=10),
    dict(delta=0.3, clock=1, max_buckets=3, min_window_length=2, grace_period=10),
]


def cusum_runs(n, k, h, warm_up=None):
    lengths = []
    for _ in range(n):
        mean, sd = 0.0, 1.0
        if warm_up:
            first = rng.normal(size=warm_up)
            mean, sd = first.mean(), first.std(ddof=1)
        high = low = 0.0
        t = 0
        while high <= h and low <= h:
            x = (rng.normal() - mean) / sd
            high, low, t = max(0.0, high + x - k), max(0.0, low - x - k), t + 1
        lengths.append(t)
    return np.array(lengths)


def conformal(points):
    d = ((points[:, None] - points[None]) ** 2).sum(-1).astype(float)
    np.fill_diagonal(d, np.inf)
    scores = np.sort(d, 1)[:, :3].sum(1)
    others, score = scores[:-1], scores[-1]
    return float(((others > score).sum() + (1 + (others == score).sum()) / 2) / len(scores))


clouds = []
for shift in (0, 1, 3):
    points = rng.integers(-20, 21, size=(12, 5))
    points[-1] += 10 * shift
    clouds.append({"points": points.tolist(), "p": conformal(points)})

known = cusum_runs(4000, 0.5, 5)
series = stretch((0, 1, 30), (1.5, 1, 10))


def likeness(points, recent):
    """All other points' mean squared distance, less the waiting ones', each of which weighs 0.7 as much as the next."""
    n = len(points)
    d = ((points[:, None] - points[None]) ** 2).sum(-1)
    r = ((points[:, None] - recent[None]) ** 2).sum(-1)
    weights = 0.7 ** np.arange(len(recent))[::-1]
    scores = d.sum(1) / (n - 1) - r @ weights / weights.sum()
    others, score = scores[:-1], scores[-1]
    return float(((others > score).sum() + (1 + (others == score).sum()) / 2) / n)


alike = []
for waiting, shift in ((1, 0), (5, 0), (5, 1), (16, 2)):
    points = rng.integers(-20, 21, size=(12, 5))
    recent = rng.integers(-20, 21, size=(waiting, 5))
    points[-1] += 5 * shift
    recent[-2:] += 5 * shift
    alike.append({"settled": points[:-1].tolist(), "recent": recent.tolist(), "point": points[-1].tolist(), "p": likeness(points, recent)})

high = low = 0.0
sums = []
for x in series:
    high, low = max(0.0, high + x - 0.5), max(0.0, low - x - 0.5)
    sums.append([high, low])
print(
    json.dumps(
        {
            "river": river.__version__,
            "streams": [
                {
                    "name": name,
                    "values": values,
                    "pageHinkley": [
                        {"options": o, "indices": indices(drift.PageHinkley(**o), values)} for o in page_hinkley
                    ],
                    "adwin": [{"options": o, "indices": indices(drift.ADWIN(**o), values)} for o in adwin],
                }
                for name, values in streams.items()
            ],
            "quantiles": [[p, float(ndtri(p))] for p in (1e-6, 0.004, 0.02, 0.03, 0.2, 0.5, 0.71, 0.975, 0.99, 0.9999)],
            "cusum": {"values": series, "sums": sums, "runs": len(known), "mean": known.mean(), "median": float(np.median(known)),
                      "warmedUpMedian": float(np.median(cusum_runs(4000, 0.5, 5, 30)))},
            "conformal": clouds,
            "likeness": alike,
        }
    )
)
