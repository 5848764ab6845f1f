"""Reference values of temperature scaling and isotonic regression.

Run:  python make-supervised.py > supervised.json      (Python 3.12 or newer, a second)

Pinned (pip): numpy, scipy and scikit-learn as in "versions" of the file. Seed: 20261125.
Temperature scaling by Brent's method over 1/T, isotonic regression by scikit-learn.
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import optimize, special
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(20261125)


def datasets():
    f = rng.beta(5, 1.5, 300)
    yield "overconfident", f, rng.random(300) < f**3
    f = rng.choice([0, 0.05, 0.45, 0.55, 0.75, 0.85, 0.95, 1], 200)
    yield "ties", f, rng.random(200) < 0.1 + 0.6 * f
    f = rng.random(150)
    yield "underconfident", f, rng.random(150) < special.expit(3 * special.logit(f))
    f = rng.random(60)
    yield "contrary", f, rng.random(60) < 1 - f
    f = rng.random(9)
    yield "few", f, rng.random(9) < 0.5


def temperature(f, y):
    z = special.logit(np.clip(f, 1e-6, 1 - 1e-6))

    def loss(inverse):
        return np.sum(np.logaddexp(0, z * inverse) - y * z * inverse)

    found = optimize.minimize_scalar(loss, bounds=(0, 50), method="bounded", options={"xatol": 1e-12})
    return found.x, loss(found.x) / len(f)


GRID = [0, 0.01, 0.05, 0.1, 0.3, 0.45, 0.5, 0.62, 0.75, 0.9, 0.97, 1]
cases = []
for name, f, y in datasets():
    inverse, loss = temperature(f, y)
    fit = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(f, y)
    cases.append(
        {
            "name": name,
            "confidence": f.tolist(),
            "correct": y.astype(int).tolist(),
            "inverseTemperature": float(inverse),
            "logLoss": float(loss),
            "isotonic": fit.predict(GRID).tolist(),
        }
    )
versions = {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__}
json.dump({"versions": versions, "grid": GRID, "cases": cases}, sys.stdout)
print()
