"""Reference values for the calibration metrics, from independent implementations.

Run:  python make-golden.py > calibration.json      (Python 3.12 or newer, a few seconds)

Pinned (pip): numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, netcal 1.4.0, relplot 1.0.3,
torch 2.15.0, torchmetrics 1.9.0, uncertainty-calibration 0.1.4 (with parameterized 0.9.0).
Seed: 20260823. Confidences avoid bin edges (multiples of 1/10 and 1/15), where libraries differ;
the edges have their own hand-derived cases in the unit tests.
"""

import importlib.metadata
import json
import sys
import warnings
from fractions import Fraction

import calibration.utils as kumar
import numpy as np
import relplot
import torch
from netcal.metrics import ECE, MCE
from scipy import optimize, stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score
from torchmetrics.classification import BinaryCalibrationError

SEED = 20260823
rng = np.random.default_rng(SEED)
warnings.filterwarnings("ignore")


def off_edges(f):
    """Moves what lies within 1e-6 of an edge of 10 or 15 bins away from it."""
    near = np.zeros(len(f), bool)
    for bins in (10, 15):
        near |= np.abs(f * bins - np.round(f * bins)) < 1e-5
    return np.where(near, np.clip(f + 3e-3, 1e-3, 1 - 2e-3), f)


def datasets():
    f = off_edges(rng.random(400))
    yield "uniform-calibrated", f, rng.random(400) < f
    f = off_edges(rng.beta(5, 1.5, 600))
    yield "overconfident", f, rng.random(600) < f**3
    f = rng.choice([0.05, 0.45, 0.55, 0.75, 0.85, 0.95], 300, p=[0.02, 0.05, 0.1, 0.2, 0.4, 0.23])
    yield "verbalized-ties", f, rng.random(300) < 0.35
    f = off_edges(rng.beta(0.4, 0.4, 1000))
    yield "two-peaks", f, rng.random(1000) < 1 / (1 + np.exp(-1.5 * np.log(f / (1 - f))))
    f = off_edges(rng.random(20))
    yield "few", f, rng.random(20) < 0.5
    f = off_edges(rng.random(50))
    yield "one-class", f, np.ones(50, bool)


def bin_of(f, bins):
    return np.digitize(f, np.arange(1, bins) / bins)


def decomposition(f, y, bins):
    """From means, variances and covariances of numpy, bin by bin."""
    b = bin_of(f, bins)
    parts = dict.fromkeys(["reliability", "resolution", "withinBinVariance", "withinBinCovariance"], 0.0)
    for k in np.unique(b):
        fk, yk = f[b == k], y[b == k].astype(float)
        w = len(fk) / len(f)
        c = np.cov(np.stack([fk, yk]), bias=True)
        parts["reliability"] += w * (fk.mean() - yk.mean()) ** 2
        parts["resolution"] += w * (yk.mean() - y.mean()) ** 2
        parts["withinBinVariance"] += w * c[0, 0]
        parts["withinBinCovariance"] += w * 2 * c[0, 1]
    parts["uncertainty"] = float(np.var(y.astype(float)))
    return parts


def mid_rank_bins(f, bins):
    """Tie-safe equal-mass bins, in exact fractions, by counting rather than sorting."""
    n = len(f)
    out = []
    for x in f:
        below, upto = int(np.sum(f < x)), int(np.sum(f <= x))
        out.append(int(Fraction(bins * (below + upto), 2 * n)))
    return np.array(out)


def ece_from_bins(f, y, b):
    return float(sum(abs(np.sum(y[b == k]) - np.sum(f[b == k])) for k in np.unique(b)) / len(f))


def sweep(f, y):
    best = (1, mid_rank_bins(f, 1))
    for bins in range(2, len(f) + 1):
        b = mid_rank_bins(f, bins)
        means = [y[b == k].mean() for k in np.unique(b)]
        if any(np.diff(means) < 0):
            break
        best = (bins, b)
    return {"bins": best[0], "value": ece_from_bins(f, y, best[1])}


def ks(f, y):
    """Largest gap between two step functions, evaluated at each distinct confidence."""
    return float(max(abs(np.mean(y * (f <= t)) - np.mean(f * (f <= t))) for t in np.unique(f)))


def smooth(f, y, sigma, grid=1000, images=8):
    """Direct sum over mirror images of the Gaussian; no cosines."""
    t = (np.arange(grid) + 0.5) / grid
    height = np.zeros(grid)
    for k in range(-images, images + 1):
        for centre in (2 * k + f, 2 * k - f):
            height += stats.norm.pdf(t[:, None], centre[None, :], sigma) @ (y - f)
    return float(np.mean(np.abs(height)) / len(f))


def smooth_fixed_point(f, y):
    sigma = optimize.brentq(lambda s: smooth(f, y, s) - s, 0.002, 1, xtol=1e-15, rtol=1e-14)
    return smooth(f, y, sigma)


def floor_exact_mean(f, bins):
    """Exact E[ECE] under y_i ~ Bernoulli(f_i), from the Poisson-binomial law of each bin."""
    b = bin_of(f, bins)
    total = 0.0
    for k in np.unique(b):
        fk = f[b == k]
        pmf = np.ones(1)
        for p in fk:
            pmf = np.convolve(pmf, [1 - p, p])
        total += np.sum(pmf * np.abs(np.arange(len(pmf)) - fk.sum()))
    return float(total / len(f))


def floor_p95(f, bins, rounds=20000):
    b = bin_of(f, bins)
    gaps = np.stack([(b == k).astype(float) for k in np.unique(b)], 1)
    local = np.random.default_rng(SEED + 1)
    values = []
    for _ in range(rounds // 1000):
        y = local.random((1000, len(f))) < f
        values.append(np.abs((y - f) @ gaps).sum(1) / len(f))
    return float(np.quantile(np.concatenate(values), 0.95))


def bootstrap(f, y, metric, method):
    result = stats.bootstrap(
        (f, y), metric, paired=True, vectorized=False, method=method,
        n_resamples=9999, rng=np.random.default_rng(SEED + 2),
    )
    return {
        "low": float(result.confidence_interval.low),
        "high": float(result.confidence_interval.high),
        "standardError": float(result.standard_error),
    }


def measure(name, f, y):
    yi = y.astype(int)
    n = len(f)
    tied = len(np.unique(f)) < n
    both = 0 < yi.sum() < n
    torch_f, torch_y = torch.tensor(f, dtype=torch.float64), torch.tensor(yi)
    case = {"name": name, "confidence": f.tolist(), "correct": yi.tolist()}
    case["netcal"] = {
        str(b): {"ece": float(ECE(b).measure(f, yi)), "mce": float(MCE(b).measure(f, yi))} for b in (10, 15)
    }
    case["torchmetrics"] = {
        "ece": float(BinaryCalibrationError(n_bins=10, norm="l1").set_dtype(torch.float64)(torch_f, torch_y)),
        "mce": float(BinaryCalibrationError(n_bins=10, norm="max").set_dtype(torch.float64)(torch_f, torch_y)),
    }
    case["sklearn"] = {
        "brier": float(brier_score_loss(yi, f)),
        "accuracy": float(accuracy_score(yi, np.ones(n, int))),
        "logLoss": float(log_loss(yi, f, labels=[0, 1])),
        "auroc": float(roc_auc_score(yi, f)) if both else None,
    }
    true, pred = calibration_curve(yi, f, n_bins=10, strategy="uniform")
    case["sklearn"]["curve"] = {"accuracy": true.tolist(), "meanConfidence": pred.tolist()}
    if not tied and n % 10 == 0:
        true, pred = calibration_curve(yi, f, n_bins=10, strategy="quantile")
        case["sklearn"]["quantileCurve"] = {"accuracy": true.tolist(), "meanConfidence": pred.tolist()}
        data = list(zip(f.tolist(), yi.tolist()))
        binned = kumar.bin(data, kumar.get_equal_bins(f.tolist(), num_bins=10))
        case["kumar"] = {
            "equalMassEce": float(kumar.plugin_ce(binned, power=1)),
            "debiasedSquared": float(kumar.unbiased_square_ce(binned)),
            "debiased": float(kumar.unbiased_l2_ce(binned)),
        }
    case["numpy"] = {
        "mean": float(np.mean(f)),
        "brierDecomposition": decomposition(f, y, 10),
        "equalMassEce": ece_from_bins(f, yi, mid_rank_bins(f, 10)),
        "equalMassEce7": ece_from_bins(f, yi, mid_rank_bins(f, 7)),
        "ks": ks(f, yi),
        "sweep": sweep(f, yi),
        "smooth": {"0.05": smooth(f, yi, 0.05), "0.3": smooth(f, yi, 0.3), "fixedPoint": smooth_fixed_point(f, yi)},
        "floor": {"mean": floor_exact_mean(f, 10), "p95": floor_p95(f, 10)},
    }
    case["relplot"] = {"smooth": float(relplot.smECE(f, yi)), "smooth0.05": float(relplot.smECE_sigma(f, yi, 0.05))}
    if name == "overconfident":
        brier = lambda a, b: np.mean((a - b) ** 2)
        ece = lambda a, b: ece_from_bins(a, b, bin_of(a, 10))
        case["scipyBootstrap"] = {
            "brierPercentile": bootstrap(f, yi, brier, "percentile"),
            "brierReflected": bootstrap(f, yi, brier, "basic"),
            "ecePercentile": bootstrap(f, yi, ece, "percentile"),
            "aurocPercentile": bootstrap(f, yi, lambda a, b: roc_auc_score(b, a), "percentile"),
            "accuracyExact": [float(q / n) for q in stats.binom.ppf([0.025, 0.975], n, yi.mean())],
        }
    return case


def main():
    versions = {
        p: importlib.metadata.version(p)
        for p in ("numpy", "scipy", "scikit-learn", "netcal", "relplot", "torch", "torchmetrics", "uncertainty-calibration")
    }
    edges = np.arange(11) / 10
    edge_labels = np.array([0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1])
    # Certain answers, right and wrong: 0 and 1 are clipped by log loss.
    certain_f, certain_y = np.array([0, 0, 1, 1, 0.3, 0.8]), np.array([0, 1, 1, 0, 0, 1])
    json.dump(
        {
            "script": "make-golden.py",
            "seed": SEED,
            "versions": versions,
            "cases": [measure(*d) for d in datasets()],
            "edges": {"netcalEce": float(ECE(10).measure(edges, edge_labels))},
            "certain": {
                "confidence": certain_f.tolist(),
                "correct": certain_y.tolist(),
                "logLoss": float(log_loss(certain_y, certain_f, labels=[0, 1])),
                "auroc": float(roc_auc_score(certain_y, certain_f)),
                "brier": float(brier_score_loss(certain_y, certain_f)),
            },
            "wilson": [
                {"successes": k, "n": n, **dict(zip(("low", "high"), map(float, stats.binomtest(k, n).proportion_ci(method="wilson"))))}
                for k, n in ((0, 1), (1, 1), (0, 30), (7, 30), (30, 30), (123, 1000))
            ],
            "quantile": {
                "numbers": (numbers := np.sort(rng.normal(size=23))).tolist(),
                "at": (at := [0, 0.025, 0.3, 0.5, 0.975, 1]),
                "values": np.quantile(numbers, at).tolist(),
            },
        },
        sys.stdout,
        indent=1,
    )
    print()


main()
