"""SciPy's own functions on tensors, as a program: with SCIPY_ARRAY_API=1, set before SciPy loads, they take tensors.

It prints, as JSON, what is wrong with the gradient of each function in the table; `test_scipy_itself.py` runs it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import fft, integrate, optimize, signal, special, stats
from scipy.cluster import vq
from scipy.spatial.transform import Rotation

import autograd
from autograd import Tensor, grad, jvp
from autograd.duck_arrays import Array


class Case(NamedTuple):
    """A SciPy function by name, called on one array; real or complex numbers, or several arrays of them."""

    function: str
    call: Callable[[Array], Any]
    operand: Array


rng = np.random.default_rng(0)
x = rng.standard_normal(8)
positive = np.abs(x) + 0.3
points = rng.standard_normal((4, 3))
vector = rng.standard_normal(3)

CASES = [
    Case("fft.fft", fft.fft, x), Case("fft.ifft", fft.ifft, x), Case("fft.rfft", lambda t: fft.rfft(t, 12), x),
    Case("fft.irfft", lambda t: fft.irfft(t + 0j), x), Case("fft.hfft", lambda t: fft.hfft(t + 0j), x),
    Case("fft.ihfft", fft.ihfft, x), Case("fft.fft2", fft.fft2, points), Case("fft.rfftn", fft.rfftn, points),
    Case("fft.fftn", lambda t: fft.fftn(t, norm="ortho"), points), Case("fft.fht", lambda t: fft.fht(t, 0.1, 0.5), x),
    Case("fft.fftshift", fft.fftshift, x),
    Case("signal.hilbert", signal.hilbert, x), Case("signal.envelope", lambda t: signal.envelope(t)[0], x),
    Case("signal.fftconvolve", lambda t: signal.fftconvolve(t, t), x), Case("signal.resample", lambda t:
                                                                             signal.resample(t, 12), x),
    Case("signal.freqz", lambda t: signal.freqz(t, worN=16)[1], x),
    Case("integrate.trapezoid", lambda t: integrate.trapezoid(t**2, np.cumsum(t)), positive),
    Case("integrate.cumulative_trapezoid", lambda t: integrate.cumulative_trapezoid(t**2, np.cumsum(t)), positive),
    Case("integrate.cumulative_simpson", lambda t: integrate.cumulative_simpson(t**2, x=np.cumsum(t)), positive),
    Case("integrate.romb", lambda t: integrate.romb(np.concatenate([t, t[:1]]) ** 2), x),
    Case("integrate.fixed_quad", lambda t: integrate.fixed_quad(lambda z: np.sin(z * t[0] + t[1]), 0, 1)[0], x),
    Case("optimize.rosen", optimize.rosen, x), Case("optimize.rosen_der", optimize.rosen_der, x),
    Case("optimize.rosen_hess", optimize.rosen_hess, x),
    Case("cluster.vq.whiten", vq.whiten, points),
    Case("special.softmax", special.softmax, x), Case("special.logsumexp", special.logsumexp, x),
    Case("special.erf", special.erf, x), Case("special.gammaln", special.gammaln, positive),
    Case("special.betainc", lambda t: special.betainc(t, t + 1, t / 3), positive / 2),
    Case("special.xlogy", lambda t: special.xlogy(t, t), positive), Case("special.j0", special.j0, x),
    # statistics
    *[Case(f"stats.{name}", getattr(stats, name), x) for name in (
        "zscore", "skew", "kurtosis", "variation", "sem", "tmean", "tvar", "tstd", "circmean", "circvar", "circstd",
        "iqr", "median_abs_deviation", "lmoment", "differential_entropy")],
    *[Case(f"stats.{name}", getattr(stats, name), positive) for name in (
        "gzscore", "gmean", "hmean", "gstd", "entropy")],
    Case("stats.zmap", lambda t: stats.zmap(t, t[::2]), x), Case("stats.pmean", lambda t: stats.pmean(t, 3), positive),
    Case("stats.moment", lambda t: stats.moment(t, 3), x), Case("stats.kstat", lambda t: stats.kstat(t, 3), x),
    Case("stats.kstatvar", lambda t: stats.kstatvar(t, 2), x),
    Case("stats.describe", lambda t: stats.describe(t).variance, x),
    Case("stats.trim_mean", lambda t: stats.trim_mean(t, 0.2), x),
    Case("stats.boxcox_llf", lambda t: stats.boxcox_llf(0.5, t), positive),
    Case("stats.quantile", lambda t: stats.quantile(t, 0.3), x),
    Case("stats.directional_stats", lambda t: stats.directional_stats(t).mean_direction, points),
    Case("stats.false_discovery_control", stats.false_discovery_control, positive / 3),
    Case("stats.combine_pvalues", lambda t: stats.combine_pvalues(t).statistic, positive / 3),
    # tests: their statistics, and their p-values
    *[Case(f"stats.{name}", lambda t, name=name: getattr(stats, name)(t)[:2], x) for name in (
        "normaltest", "jarque_bera", "skewtest", "kurtosistest")],
    Case("stats.ttest_1samp", lambda t: stats.ttest_1samp(t, 0.1)[:2], x),
    Case("stats.ttest_ind", lambda t: stats.ttest_ind(t, t[:5] ** 2)[:2], x),
    Case("stats.ttest_rel", lambda t: stats.ttest_rel(t, t**2)[:2], x),
    Case("stats.pearsonr", lambda t: stats.pearsonr(t, t**2)[:2], x),
    Case("stats.chisquare", lambda t: stats.chisquare(t)[:2], positive),
    Case("stats.power_divergence", lambda t: stats.power_divergence(t, lambda_="log-likelihood")[:2], positive),
    Case("stats.f_oneway", lambda t: stats.f_oneway(t[:3], t[3:])[:2], x),
    Case("stats.bartlett", lambda t: stats.bartlett(t[:4], t[4:])[:2], x),
    Case("stats.levene", lambda t: stats.levene(t[:4], t[4:])[:2], x),
    # rotations
    *[Case(f"spatial.transform.Rotation.{name}", call, operand) for name, call, operand in (
        ("from_rotvec", lambda t: Rotation.from_rotvec(t).as_matrix(), points),
        ("from_quat", lambda t: Rotation.from_quat(t).as_matrix(), points.reshape(3, 4)),
        ("from_euler", lambda t: Rotation.from_euler("xyz", t).as_matrix(), vector),
        ("from_mrp", lambda t: Rotation.from_mrp(t).as_matrix(), vector),
        ("apply", lambda t: Rotation.from_rotvec(t).apply(vector), points),
        ("as_euler", lambda t: Rotation.from_rotvec(t).as_euler("xyz"), vector),
        ("as_rotvec", lambda t: (Rotation.from_rotvec(t) * Rotation.from_rotvec(vector)).as_rotvec(), vector / 3),
        ("inv", lambda t: Rotation.from_rotvec(t).inv().as_matrix(), points),
        ("magnitude", lambda t: Rotation.from_rotvec(t).magnitude(), points),
        ("mean", lambda t: Rotation.from_rotvec(t).mean().as_rotvec(), points))],
]


def parts_of(found: Any) -> list[Any]:
    parts = found if isinstance(found, tuple) else (found,)
    return [half for part in parts for half in ([part.real, part.imag] if part.dtype.kind == "c" else [part])]


def fault_of(case: Case) -> str:
    """What is wrong: values are SciPy's own, gradients and tangents agree with central differences; "" if nothing."""
    expected = parts_of(case.call(case.operand))
    values = parts_of(case.call(Tensor(case.operand)))
    if not all(np.allclose(v.numpy(), e, rtol=1e-12, atol=1e-14) for v, e in zip(values, expected, strict=True)):
        return f"the value {values} is not {expected}"
    weights = [rng.standard_normal(np.shape(e)) for e in expected]

    def weighted(t: Array) -> Any:
        return sum(np.sum(w * part) for w, part in zip(weights, parts_of(case.call(t)), strict=True))

    gradient = np.asarray(grad(weighted)(case.operand))
    direction = rng.standard_normal(case.operand.shape)
    _, tangent = jvp(weighted, (case.operand,), (direction,))
    step = 1e-5
    slope = (weighted(case.operand + step * direction) - weighted(case.operand - step * direction)) / (2 * step)
    scale = 1 + abs(float(slope))
    for what, found in (("the gradient along a direction", np.sum(gradient * direction)), ("the tangent", tangent)):
        if not abs(float(found) - float(slope)) < 1e-6 * scale:
            return f"{what} is {float(found)}, differences say {float(slope)}"
    return ""


def faults() -> dict[str, str]:
    found = {}
    for case in CASES:
        try:
            found[case.function] = fault_of(case)
        except Exception as error:  # noqa: BLE001  # reported by the test
            found[case.function] = f"{type(error).__name__}: {error}"
    return found


def own_rule() -> str:
    """A rule for a function that SciPy shows wrapped is one for the ufunc within."""
    autograd.rule(special.zetac, vjp=lambda g, out, x: g * 2.0)
    gradient = grad(special.zetac)(3.0)
    return "" if gradient == 2.0 else f"the rule gave {gradient}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of small samples
    print(json.dumps(faults() | {"a rule of the user's own": own_rule()}))
