"""What a library does where libraries differ: `python probes.py SIDE` tests one and prints the answers as JSON.

It runs under the peer's own Python, as `worker.py` does. For each list of calls below it counts those whose gradient
agrees with central differences; calls that raise, or that the library lacks, do not count.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

CALLS = {
    "NumPy": """
        sum(x) mean(x) var(x) std(x) max(x) min(x) prod(x) cumsum(x) cumprod(x) ptp(x) median(x) percentile(x,40.0)
        quantile(x,0.3) average(x,weights=c) nansum(x) nanmean(x) nanprod(x) sin(x) tanh(x) exp(x) log1p(x) sqrt(x)
        cbrt(x) arctan2(x,c) hypot(x,c) maximum(x,c) logaddexp(x,c) float_power(x,1.5) copysign(x,-c)
        where(c>0.6,x,x**2) clip(x,0.4,1.0) abs(x) dot(x,c) vdot(x,c) vecdot(x,c) outer(x,c) inner(x,c) kron(x,c)
        cross(x[:3],c[:3]) einsum('i,j->ij',x,c) tensordot(x,c,1) convolve(x,c) correlate(x,c) diff(x) ediff1d(x)
        gradient(x) trapezoid(x) interp(0.55,[0.0,0.3,0.5,0.8,1.0],x) unwrap(9*x) polyval(x,0.7) concatenate([x,c])
        stack([x,c]) reshape(x,(5,1)) flip(x) roll(x,2) tile(x,2) repeat(x,2) pad(x,1) pad(x,1,mode='edge')
        pad(x,2,mode='reflect') sort(x) sort(reshape(x,(1,5))) take(x,[0,2]) take_along_axis(x,i,0) insert(x,1,x[0])
        delete(x,1) bincount(i,weights=x) cov(stack([x,c])) split(x,[2])[0] trace(outer(x,x)) diag(x) triu(outer(x,x))
        nan_to_num(x) apply_along_axis(halved,0,x) sum(x,where=c>0.6) max(x,initial=0.0)""",
    "np.linalg": """
        inv(a) det(a) slogdet(a)[1] solve(a,b) cholesky(a+a.T) eigh(a+a.T)[0] eigvalsh(a+a.T) svd(a)[1] svdvals(a)
        qr(a)[1] lstsq(a,b,rcond=None)[0] pinv(a) norm(a) norm(a,1) norm(a,2) cond(a) matrix_power(a,3) matrix_norm(a)
        multi_dot([a,a,a]) tensorsolve(a,b)""",
    "scipy.special": """
        gamma(x) gammaln(x) digamma(x) beta(x,c) betaln(x,c) erf(x) erfc(x) expit(x) logit(x/2) logsumexp(x) softmax(x)
        log_softmax(x) xlogy(x,c) ndtr(x) log_ndtr(x) gammainc(x,c) betainc(x,c,0.4) jv(1,x) i0(x) entr(x)""",
    "the rest of SciPy": """
        linalg.expm(a) linalg.sqrtm(a) linalg.solve_triangular(a,b) linalg.toeplitz(x,c) stats.norm.logpdf(x)
        stats.t.logpdf(x,3.0) stats.gamma.logpdf(x,2.0) stats.beta.cdf(x/2,2.0,3.0) stats.poisson.logpmf(2,x)
        stats.multivariate_normal.logpdf(b,b,a+a.T) integrate.odeint(decay,x,[0.0,0.5],rtol=1e-10,atol=1e-10)
        integrate.solve_ivp(later,(0,1),x,rtol=1e-10,atol=1e-10).y[:,-1] integrate.quad(bump,0.0,x[0])[0]
        integrate.simpson(x) signal.convolve(x,c) signal.lfilter(c,x,c) signal.detrend(x) fft.dct(x) fft.rfft(x).real
        interpolate.CubicSpline(k,x)(0.5) interpolate.interp1d(k,x)(0.5) spatial.distance.pdist(a)
        ndimage.gaussian_filter(a,1.0) sparse.linalg.spsolve(lines,x)""",
    "scikit-learn and scikit-image": """
        learn.linear_model.Ridge(alpha=0.5).fit(m,x).coef_ learn.linear_model.Ridge().fit(a,b).coef_
        learn.linear_model.LinearRegression().fit(m,x).coef_ learn.decomposition.PCA(2).fit(a).explained_variance_
        learn.gaussian_process.GaussianProcessRegressor(optimizer=None,alpha=0.1).fit(m,x).predict(m+1)
        learn.gaussian_process.kernels.Matern(nu=2.5)(a,a+1) learn.metrics.pairwise.rbf_kernel(a)
        learn.metrics.r2_score(c,x) learn.metrics.mean_tweedie_deviance(c,x,power=1.5)
        learn.preprocessing.StandardScaler().fit_transform(a) learn.preprocessing.normalize(a)
        image.color.rgb2lab(a/3) image.color.deltaE_ciede2000(a,a.T) image.filters.gaussian(a,1.0)
        image.filters.sobel(a) image.transform.resize(a,(2,2)) image.metrics.normalized_root_mse(a,a.T)
        image.exposure.adjust_gamma(a,0.7)
        image.restoration.denoise_tv_chambolle(a,max_num_iter=5)""",
}
VALUES: dict[str, Any] = {
    "c": np.array([0.55, 0.25, 0.95, 0.65, 0.35]), "b": np.array([0.5, 0.2, 0.9]), "i": np.array([2, 0, 1, 4, 3]),
    "m": np.array([[0.2, 1.1], [0.9, 0.3], [0.4, 0.8], [1.3, 0.6], [0.7, 0.1]]),
    "k": np.arange(5.0), "halved": lambda r: r / 2,
    "decay": lambda y, t: -y * y, "later": lambda t, y: -y * y, "bump": lambda z: 1 / (1 + z * z),
}
AT = {"x": np.array([0.3, 1.2, 0.7, 0.45, 0.9]), "a": np.array([[2.0, 0.3, 0.1], [0.4, 1.5, 0.2], [0.1, 0.6, 1.1]])}


def _slope(f: Callable[[Any, Any], Any], at: Any) -> Callable[[Any], Any]:
    """The question what a library's gradient of `f(namespace, x)` is."""
    return lambda library: library.grad(functools.partial(f, library.namespace))(np.asarray(at))


QUESTIONS: dict[str, Callable[[Any], Any]] = {  # asked of a library
    "d where(x >= 0, x, sqrt(-x)) at 1": _slope(lambda np, x: np.where(x >= 0, x, np.sqrt(-x)), 1.0),
    "d norm(x) at (0, 0)": _slope(lambda np, x: np.linalg.norm(x), [0.0, 0.0]),
    "d prod(x) at (0, 2, 3)": _slope(lambda np, x: np.prod(x), [0.0, 2.0, 3.0]),
    "d b[0] after b = zeros(1); b[0] = x": _slope(lambda np, x: _assigned(np.zeros(1), x), 1.0),
    "d sum(c * x), c = (1, 2) overwritten before the backward pass": lambda library: library.overwritten(),
    "d mean(x), x in float32": _slope(lambda np, x: np.mean(x), np.array([1, 2], np.float32)),
}


def main(side: str) -> None:
    """Print the answers of a side as JSON."""
    root = str(Path(__file__).resolve().parent.parent)
    sys.path[0] = root if side == "cleargrad" else sys.path.pop()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    library = {"cleargrad": _cleargrad, "hips": _hips, "torch": _torch}[side]()
    answers: dict[str, Any] = {"MB on disk, without bytecode": round(_size(side, root) / 1e6, 1)}
    for group, space in library.spaces.items():
        calls = CALLS[group].split()
        right = [call for call in calls if is_right(call, space, library.grad)]
        answers[f"differentiates, of {len(calls)} calls of {group}"] = len(right)
    for question, ask in QUESTIONS.items():
        answers[question] = _answer(question, functools.partial(ask, library))
    print(json.dumps(answers))


def is_right(call: str, space: Any, grad: Callable[..., Any]) -> bool:
    """Whether the gradient of a weighted sum of a call's results agrees with central differences to six digits."""
    code = compile(call, call, "eval")
    name = "a" if "a" in code.co_names else "x"
    names = VALUES | {n: getattr(space, n) for n in code.co_names if hasattr(space, n)}

    def value(operand: Any) -> Any:
        out = eval(code, names | {name: operand})
        return (out * np.cos(np.arange(np.size(out))).reshape(np.shape(out))).sum()

    try:
        at, h = AT[name], 1e-6
        steps = h * np.eye(at.size).reshape(-1, *at.shape)
        expected = [(float(value(at + step)) - float(value(at - step))) / (2 * h) for step in steps]
        return bool(np.allclose(np.ravel(grad(value)(at)), expected, rtol=1e-6, atol=1e-7))
    except Exception:  # noqa: BLE001  # whatever the error, there is no gradient
        return False


def _assigned(b: Any, x: Any) -> Any:
    b[0] = x
    return b.sum()


def _answer(question: str, ask: Callable[[], Any]) -> str:
    try:
        answer = np.asarray(ask())
        dtype = f" in {answer.dtype}" if "float32" in question else ""
        return ", ".join(f"{v:g}" for v in answer.ravel()) + dtype
    except Exception as error:  # noqa: BLE001  # that it raises is the answer
        return f"`{type(error).__name__}`"


def _size(side: str, root: str) -> int:
    """Bytes of the library itself, without what it depends on and without bytecode."""
    if side == "cleargrad":
        files = [f for package in ("autograd", "nn", "optim") for f in Path(root, package).rglob("*")]
    else:
        distribution = {"hips": "autograd", "torch": "torch"}[side]
        files = [Path(str(f.locate())) for f in importlib.metadata.files(distribution) or []]
    return sum(f.stat().st_size for f in files if f.is_file() and "__pycache__" not in f.parts)


def _cleargrad() -> SimpleNamespace:
    import scipy.special

    import autograd
    import autograd.scipy.special as twins

    def overwritten() -> Any:
        x, c = autograd.Tensor(np.ones(2), requires_grad=True), np.array([1.0, 2.0])
        loss = np.sum(c * x)
        c[:] = 100
        loss.backward()
        return x.grad

    known = {name: f for name, f in vars(twins).items() if hasattr(scipy.special, name)}
    special = SimpleNamespace(**vars(scipy.special) | known)
    spaces = {"NumPy": np, "np.linalg": np.linalg, "scipy.special": special, "the rest of SciPy": _rest(autograd.scipy),
              **_scikits(autograd.adopt)}
    namespace = SimpleNamespace(**vars(np) | {"zeros": autograd.zeros})
    return SimpleNamespace(grad=autograd.grad, spaces=spaces, namespace=namespace, overwritten=overwritten)


def _hips() -> SimpleNamespace:
    import autograd
    import autograd.numpy as anp
    import autograd.scipy.special

    def overwritten() -> Any:
        c = np.array([1.0, 2.0])
        pullback, _ = autograd.make_vjp(lambda x: anp.sum(c * x))(np.ones(2))
        c[:] = 100
        return pullback(1.0)

    spaces = {"NumPy": anp, "np.linalg": anp.linalg, "scipy.special": autograd.scipy.special,
              "the rest of SciPy": _rest(autograd.scipy), **_scikits(importlib.import_module)}
    return SimpleNamespace(grad=autograd.grad, spaces=spaces, namespace=anp, overwritten=overwritten)


def _rest(package: Any) -> SimpleNamespace:
    """The modules that a library's `scipy` has, and a sparse matrix."""
    import scipy.sparse

    modules = {}
    for name in ("fft", "integrate", "interpolate", "linalg", "ndimage", "signal", "sparse", "spatial", "stats"):
        with contextlib.suppress(ImportError):
            modules[name] = importlib.import_module(f"{package.__name__}.{name}")
    lines = scipy.sparse.diags_array([np.full(4, -1.0), np.full(5, 3.0)], offsets=[1, 0], format="csc")
    return SimpleNamespace(**modules, lines=lines)


def _scikits(load: Callable[[str], Any]) -> dict[str, SimpleNamespace]:
    """Two libraries that are written for NumPy and SciPy, if they are installed."""
    try:
        for module in ("decomposition", "gaussian_process", "linear_model", "metrics", "preprocessing"):
            load(f"sklearn.{module}")
        return {"scikit-learn and scikit-image": SimpleNamespace(learn=load("sklearn"), image=load("skimage"))}
    except ImportError:
        return {}


def _torch() -> SimpleNamespace:
    import torch

    def overwritten() -> Any:
        x, c = torch.ones(2, dtype=torch.float64, requires_grad=True), np.array([1.0, 2.0])
        loss = (torch.from_numpy(c) * x).sum()
        c[:] = 100
        loss.backward()
        return x.grad

    def grad(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x: torch.func.grad(f)(torch.as_tensor(x))

    return SimpleNamespace(grad=grad, spaces={}, namespace=torch, overwritten=overwritten)


if __name__ == "__main__":
    main(sys.argv[1])
