"""Libraries that make arrays and numbers of what they are given, differentiated as they stand, in a copy."""

from __future__ import annotations

import importlib.util
import math
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.linalg
import scipy.signal

import autograd
from autograd import Tensor, adopt, grad, jvp
from autograd.adoption.copies import copies_of
from autograd.testing import check_gradients

MODULE = '''
import cmath
import math
from math import sqrt as root
import numpy
import numpy as np
import numpy.linalg as la
from numpy import asarray
import scipy.special
from scipy import ndimage as ndi
from scipy.linalg import expm

TABLE = np.array([1.0, 2.0, 3.0])
'''
BODIES = {  # each is differentiated at x = (0.3, 0.5, 0.7)
    "asarray": "return np.sum(np.asarray(x, dtype=float) ** 2)",
    "from numpy import asarray": "return np.sum(asarray(x, np.float64) ** 2)",
    "array of a list": "return np.sum(np.array([x[0], 2.0, x[1] * x[2]]) ** 2)",
    "array, two axes": "return np.sum(np.array(x, ndmin=2)[0] ** 2)",
    "asanyarray": "return np.sum(numpy.asanyarray(x) ** 2)",
    "ascontiguousarray": "return np.ascontiguousarray(x[0])[0] ** 2",
    "require": "return np.sum(np.require(x, float, ['C', 'W']) ** 2)",
    "asarray_chkfinite": "return np.sum(np.asarray_chkfinite(x) ** 2)",
    "array copies": "out = np.array(x)\\n    out[0] = 0.0\\n    return np.sum(out * np.asarray(x))",
    "asarray does not": "out = x * 1.0\\n    same = np.asarray(out)\\n    same[0] = 0.0\\n    return np.sum(out ** 2)",
    "zeros": "out = np.zeros(3)\\n    out[1:] = x[:2] ** 2\\n    return out.sum()",
    "empty": "out = np.empty((2, 2))\\n    out[...] = x[1]\\n    return np.sum(out ** 2)",
    "eye": "m = np.eye(3)\\n    m[0, 1] = x[0]\\n    return la.det(m @ m.T)",
    "identity": "m = np.identity(3)\\n    m[:2, 2] = x[:2]\\n    return la.norm(m)",
    "ones": "out = np.ones(3)\\n    out *= x\\n    return np.sum(out ** 2)",
    "full": "return np.sum(np.full((2, 3), x[0]) * x)",
    "full of numbers": "out = np.full(3, 2.0)\\n    out[0] = x[0]\\n    return np.sum(out * x)",
    "zeros_like": "out = np.zeros_like(TABLE)\\n    out[0] = x[0] ** 2\\n    return np.sum(out)",
    "array of numbers": "out = np.array([1.0, 2.0, 3.0])\\n    out += x\\n    return np.sum(out ** 2)",
    "a constant": "return np.sum(TABLE * x ** 2)",
    "float": "return float(x[0]) ** 2 * float('2') + float(x[1])",
    "a float is not written to": "a = b = float(x[0])\\n    a += 1.0\\n    return b * x[1]",
    "a float of an array is not written to": "a = b = float(x[:1].reshape(()))\\n    a += 1.0\\n    return b * x[1]",
    "float64 of one number": "return np.sum(np.array([np.float64(x[:1]), np.float64(x[1:2])]) ** 2)",
    "float64": "return np.sum(np.float64(x) ** 2)",
    "sctypeDict": "return np.sum(np.sctypeDict['float64'](x) ** 2)",
    "full of a type": "return np.sum(np.full(3, x[0], dtype=np.float64) * np.full((2, 3), [x[1], 1, 2], float))",
    "dtypes": """
    assert np.double is np.float64 and np.single == np.float32 and issubclass(np.float64, np.floating)
    return np.sum(x.astype(float).astype(np.float64) ** 2) + np.zeros(1, dtype=np.float64)[0]""",
    "math": "return math.sqrt(x[0]) * math.atan2(x[1], x[2]) + root(x[1]) + math.log(x[2], 2) + math.pow(x[0], 3)",
    "math, piecewise constant": "return (math.floor(x[0] * 10) + math.isclose(x[0], 0.3) + math.isnan(x[1])) * x[1]",
    "math, of the error function": "return math.erf(x[0]) * math.erfc(x[1]) + math.gamma(x[0]) * math.lgamma(x[2])",
    "math, of several": "return math.hypot(x[0], x[1], x[2]) + math.dist(x, [1, 2, 3]) + math.fsum([x[0], x[1] ** 2])",
    "math of numbers": "return math.sqrt(4.0) * x[0] + math.log(math.e) * x[1]",
    "isinstance": "return np.sum(x ** 2) if isinstance(x, np.ndarray) and not isinstance(x, float | int) else 0",
    "isscalar": "return x[0] ** 2 if np.isscalar(np.sum(x)) and not np.isscalar(x) else 0",
    "lists": "return np.sum([x[0], x[1] ** 2]) + np.diag([x[0], x[2]]).sum() + np.concatenate([x, x]).max()",
    "block": "return np.sum(np.block([[x, x ** 2], [x, x]]) * np.arange(12.0).reshape(2, 6))",
    "arrays of several lengths": "return np.sum(np.concatenate([x, x[:2] ** 2]) * np.arange(5.0))",
    "inside a function": "import numpy as other\\n    return np.sum(other.asarray(x) ** 2)",
    "special": "return np.sum(scipy.special.gammaln(np.asarray(x)))",
    "ndimage": "return np.sum(ndi.gaussian_filter1d(np.asarray(x), 1.0) ** 2)",
    "linalg": "return np.sum(expm(np.outer(np.asarray(x), TABLE)))",
    "complex": "z = complex(x[0], x[1]) * complex(x[2]) * complex('1j')\\n    return z.real + z.imag ** 2",
    "cmath": """
    z = cmath.exp(x[0] + 1j) + cmath.sqrt(-x[1]) + cmath.log(x[2], 2) + cmath.rect(x[0], x[1]) + cmath.asin(x[1] + 2)
    distance = cmath.polar(z)[0] * cmath.isfinite(z) + cmath.log(2j).imag * abs(cmath.log(x[0]))
    return z.imag * cmath.phase(z) + distance""",
    "builtins in a class": """
    class Functions:
        root, of, __getitem__ = math.sqrt, np.zeros, np.array
    made = Functions().of(3)
    made[0] = Functions().root(x[0])
    return np.sum(made * Functions()[x[1], 1.0, x[2]])""",
    "item": "return np.square(x[:1]).item() * x.item(1) + (x[None] * x).item(0, 2) + np.outer(x, x).item((1, 2))",
    "__array__": "return np.sum(x.__array__() ** 2) + np.zeros(2).__array__().sum() + (x.__array__())[0]",
    "tolist": "a, b, c = (x ** 2).tolist()\\n    return a * b + c + np.outer(x, x).tolist()[0][2] + TABLE.tolist()[1]",
    "r_": "return np.sum(np.r_[x, 1.0, x[0], 0:2, np.arange(2.0)] ** 2) + np.r_['0,2', TABLE, TABLE].sum()",
    "c_": "return np.linalg.det(np.c_[x, x ** 2, TABLE]) + np.c_[TABLE, TABLE].sum() + np.c_[np.outer(x, x), x].max()",
    "vectorize": """
    clip = np.vectorize(lambda a, b: a * b if a < 0.6 else math.sin(a))
    return clip(x[:, None], x).sum() + clip(TABLE, 2).sum() + np.vectorize(np.sum, signature='(n)->()')(TABLE)""",
    "fromiter": "return np.fromiter((a ** 2 for a in x), float).prod() + np.fromiter((a for a in x), float, 2).sum()",
    "ndenumerate": "return sum(i * a ** 2 for (i,), a in np.ndenumerate(x)) * [*np.ndenumerate(TABLE)][1][1]",
    "out": "out = np.empty(3)\\n    np.cumprod(x, out=out)\\n    return np.sum(out ** 2)",
    "a class": """
    class Number(float):
        pass
    class Rows(np.ndarray):
        pass
    assert type(Number(2)) is Number and issubclass(Rows, np.ndarray) and np.asarray([0.0]).view(Rows).sum() == 0
    return Number(2.0) * np.sum(np.asarray(x) ** 2)""",
}
X = np.array([0.3, 0.5, 0.7])


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name, module in sys.modules.items() if str(tmp_path) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]
    copies_of.cache_clear()


def adopted(path: Path, body: str) -> Any:
    path.joinpath("physics.py").write_text(f"{MODULE}\n\ndef f(x):\n    {body.strip()}\n".replace("\\n", "\n"))
    importlib.invalidate_caches()
    return adopt("physics").f


@pytest.mark.parametrize("name", BODIES)
def test_what_makes_arrays_and_numbers_keeps_tensors(name: str, path: Path) -> None:
    f = adopted(path, BODIES[name])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.any(grad(f)(X) != 0)
        check_gradients(f, X)


@pytest.mark.parametrize("name", BODIES)
def test_the_numbers_are_those_of_the_library(name: str, path: Path) -> None:
    f = adopted(path, BODIES[name])
    expected = importlib.import_module("physics").f(X)
    np.testing.assert_allclose(np.asarray(f(Tensor(X))), expected, rtol=1e-14)


def package(path: Path, **modules: str) -> None:
    path.joinpath("chemistry").mkdir()
    for name, text in {"__init__": "", **modules}.items():
        path.joinpath("chemistry", f"{name}.py").write_text(text)
    importlib.invalidate_caches()


def test_a_library_stays_as_it_is(path: Path) -> None:
    package(path, rates="import numpy as np\ndef f(x):\n    return np.sum(np.asarray(x) ** 2)\n")
    own = importlib.import_module("chemistry.rates")
    copy = adopt("chemistry.rates")
    assert own is not copy is adopt(own)
    assert adopt(own.f) is copy.f
    assert importlib.import_module("chemistry.rates") is own is sys.modules["chemistry.rates"]
    assert own.np is np is not copy.np
    assert type(own.f(X)) is np.float64
    with pytest.raises(TypeError, match="would lose its gradient"):
        own.f(Tensor(X, requires_grad=True))


def test_modules_of_a_library_find_copies_of_one_another(path: Path) -> None:
    package(
        path, __init__="from . import late\nfrom .rates import f\n",
        rates="from chemistry import tools\nimport chemistry.tools\nfrom .tools import *\n"
              "def f(x):\n    from . import late\n"
              "    return late.sums(tools.squares(chemistry.tools.squares(squares(x))))\n",
        tools="import numpy as np\n__all__ = ['squares']\ndef squares(x):\n    return np.asarray(x) ** 2\n",
        late="import numpy as np\ndef sums(x):\n    return np.asanyarray(x).sum()\n")
    assert grad(adopt("chemistry").f)(X) == pytest.approx(8 * X**7)
    assert {module.__name__ for module in vars(adopt("chemistry")).values() if isinstance(module, ModuleType)} >= {
        "chemistry.rates", "chemistry.late", "chemistry.tools"}


def test_libraries_that_a_library_calls_can_be_copied_with_it(path: Path) -> None:
    package(path, rates="from tools import root, square\ndef f(x):\n    return root(square(x[0]) * x[1])\n")
    path.joinpath("tools.py").write_text("from math import sqrt as root\nimport numpy as np\n"
                                         "def square(x):\n    return np.asarray(x) ** 2\n")
    with pytest.raises(TypeError, match="would lose its gradient"):
        grad(adopt("chemistry.rates").f)(X)
    both = adopt("chemistry.rates", also=["tools"])
    assert both is adopt("chemistry.rates", also="tools") is not adopt("chemistry.rates")
    check_gradients(both.f, X)
    assert adopt(importlib.import_module("chemistry.rates").f, also="tools") is both.f
    assert importlib.import_module("chemistry.rates").square is importlib.import_module("tools").square


def test_what_is_not_copied_with_it_says_so(path: Path) -> None:
    package(path, rates="from tools import root, square\ndef f(x):\n    return square(x)\n"
                        "def g(x):\n    return root(x)\n")
    installed = path / "site-packages"
    installed.mkdir()
    sys.path.insert(0, str(installed))
    try:
        installed.joinpath("tools.py").write_text("from math import sqrt as root\nimport numpy as np\n"
                                                  "def square(x):\n    return np.asarray(x) ** 2\n")
        copy, x = adopt("chemistry.rates"), Tensor(0.5, requires_grad=True)
        with pytest.raises(TypeError, match=r"autograd.adopt\('chemistry', also='tools'\)"):
            copy.f(x)
        with pytest.warns(autograd.GradientLostWarning, match=r"name the other, too, autograd.adopt\(library, also="):
            copy.g(x)
    finally:
        sys.path.remove(str(installed))


COMPILED = """
import math
import numba
import numpy as np
from numba import njit, prange
from numba.experimental import jitclass
from numba.extending import register_jitable

@jitclass([("rate", numba.float64)])
class Decay:
    def __init__(self, rate):
        self.rate = rate
    def after(self, time):
        return math.exp(-self.rate * time)

@register_jitable
def square(x):
    return x * x

@njit(cache=True)
def total(x):
    out = np.empty(len(x))
    for i in prange(len(x)):
        out[i] = square(x[i]) + Decay(x[i]).after(2.0)
    return out.sum()

@numba.jit("float64(float64[:])", nopython=True)
def first(x):
    return math.sqrt(x[0])

@numba.vectorize
def clipped(x, y):
    return math.sin(x) * y if x < 0.6 else 2.0 * y

@numba.vectorize(["float64(float64)"], nopython=True)
def cubed(x):
    return np.power(x, 3)

@numba.guvectorize(["void(float64[:], float64[:])"], "(n)->()")
def middle(x, out):
    out[0] = x[len(x) // 2]

@numba.guvectorize(["void(float64[:], float64[:])"], "(n)->()")
def median(x, out):
    out[0] = np.median(x)

def f(x):
    return total(x) * first(x) + total.py_func(x) + clipped(x[:, None], x).sum() + cubed(x).sum() + cubed(x[0])
"""


def test_what_numba_would_compile_stays_python(path: Path) -> None:
    path.joinpath("physics.py").write_text(COMPILED)
    importlib.invalidate_caches()
    own, copy = importlib.import_module("physics"), adopt("physics")
    check_gradients(copy.f, X)
    assert copy.f(Tensor(X)).item() == pytest.approx(own.f(X), rel=1e-14)
    assert copy.clipped(Tensor(X[:, None]), X).shape == (3, 3)
    assert hasattr(own.total, "signatures") > hasattr(copy.total, "signatures")
    assert copy.middle(X) == own.middle(X) == X[1]  # still compiled
    with pytest.raises(Exception, match="Unknown attribute 'median'"):  # and only when it is called
        copy.median(X)


def test_what_a_package_loads_on_first_use_is_a_copy(path: Path) -> None:
    package(path, __init__="import importlib\ndef __getattr__(name):\n"
                           "    return importlib.import_module('chemistry.' + name)\n",
            rates="import numpy as np\ndef f(x):\n    return np.sum(np.asarray(x) ** 2)\n")
    assert grad(adopt("chemistry").rates.f)(X) == pytest.approx(2 * X)


def test_a_library_may_put_finders_of_its_own_around_the_others(path: Path) -> None:
    """As cirq does while it loads its parts."""
    package(path, __init__="""
import sys

class Finder:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return self.finder.find_spec(name, path, target)

before = sys.meta_path[:]
sys.meta_path[:] = [Finder(finder) for finder in before]
from .rates import f
sys.meta_path[:] = before
""", rates="import numpy as np\ndef f(x):\n    return np.sum(np.asarray(x) ** 2)\n")
    assert grad(adopt("chemistry").f)(X) == pytest.approx(2 * X)


def test_what_is_compiled_is_loaded_once(path: Path) -> None:
    """As extensions written in Rust must be."""
    package(path, rates="def compiled():\n    from . import _safetensors_rust\n    return _safetensors_rust\n")
    spec = importlib.util.find_spec("safetensors._safetensors_rust")
    assert spec is not None
    assert spec.origin is not None
    shutil.copy(spec.origin, path / "chemistry")
    first = adopt("chemistry.rates").compiled()
    assert importlib.import_module("chemistry._safetensors_rust") is first
    assert importlib.import_module("chemistry.rates").compiled() is first


def test_the_constants_of_a_module_are_arrays(path: Path) -> None:
    package(path, rates="import numpy as np\nRATES = np.zeros(2)\nTABLE = np.array([1.0, 2.0])\n")
    rates = adopt("chemistry.rates")
    assert type(rates.RATES) is type(rates.TABLE) is np.ndarray


def test_both_modes_agree(path: Path) -> None:
    f = adopted(path, BODIES["math"])
    slope, tangent = grad(f)(X), np.array([1.0, -2.0, 0.5])
    assert float(jvp(f, (X,), (tangent,))[1]) == pytest.approx(slope @ tangent)


def test_several_numbers_are_no_float(path: Path) -> None:
    with pytest.raises(TypeError, match=r"a number, got a tensor of shape \(3,\)"):
        adopted(path, "return float(x)")(Tensor(X))


def test_what_is_not_finite_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="infs or NaNs"):
        adopted(path, BODIES["asarray_chkfinite"])(Tensor([1.0, np.nan]))


def test_copies_of_arrays_are_copies(path: Path) -> None:
    f = adopted(path, "return np.asarray(x, copy=True), np.asarray(x), np.array(x, copy=None), np.array(object=x)")
    copy, same, shared, named = f(X)
    assert not np.shares_memory(copy, X)
    assert same is shared is X
    assert not np.shares_memory(np.asarray(named), X)


def test_what_is_given_no_tensor_is_numpys(path: Path) -> None:
    f = adopted(path, "return type(np.asarray(x)), np.zeros(2, int), float('nan'), math.floor(2.5), np.float32(1)")
    kind, zeros, number, whole, single = f([1.0])
    assert (kind, type(zeros), whole, type(single)) == (np.ndarray, np.ndarray, 2, np.float32)
    assert math.isnan(number)


def test_installed_libraries() -> None:
    """They call `np.asarray`, `np.zeros`, `scipy.ndimage`, and check what they are given."""
    from sklearn.utils import _isfinite, validation

    compiled = _isfinite.__spec__
    metrics, kernels = adopt("skimage").metrics, adopt("sklearn.gaussian_process.kernels")
    rng = np.random.default_rng(0)
    image, other = rng.random((2, 8, 8))
    check_gradients(lambda x: metrics.structural_similarity(x, other, data_range=1.0), image)
    check_gradients(lambda x: adopt("skimage").color.rgb2lab(x), rng.uniform(0.1, 0.9, (2, 3)))
    check_gradients(lambda x: kernels.Matern(1.3, nu=2.5)(x, image[:3, :2]), other[:3, :2])
    assert adopt(validation) is not validation  # but what is compiled is the library's, as it was
    assert adopt(validation).cy_isfinite is validation.cy_isfinite
    assert _isfinite.__spec__ is compiled


@pytest.mark.parametrize(("module", "call"), [
    ("scipy.signal", lambda m, x: m.lfiltic([0.5, 0.2], [1.0, -0.3], x)),
    ("scipy.interpolate", lambda m, x: m.barycentric_interpolate(np.arange(3.0), x, [0.4, 1.3])),
    ("scipy.interpolate", lambda m, x: m.krogh_interpolate(np.arange(3.0), x, 1.3, der=1)),
    ("scipy.stats", lambda m, x: m.boxcox_llf(0.3, x)),
    ("scipy.stats", lambda m, x: m.pearsonr(x, [1.0, 3.0, 2.0]).statistic),
])
def test_functions_of_scipy_that_have_no_twins(module: str, call: Any) -> None:
    copy, own = adopt(module), importlib.import_module(module)
    check_gradients(lambda x: call(copy, x), X)
    np.testing.assert_allclose(np.asarray(call(copy, Tensor(X))), call(own, X), rtol=1e-13)
    assert not isinstance(call(own, X), Tensor)


def test_a_copy_of_scipy_has_the_twins() -> None:
    copy = adopt("scipy.linalg")
    assert copy.expm is autograd.scipy.linalg.expm is not scipy.linalg.expm
    assert copy is not scipy.linalg is importlib.import_module("scipy.linalg")
    assert autograd.scipy.linalg.expm.__wrapped__ is scipy.linalg.expm


def test_a_copy_of_scipy_does_not_become_its_backend() -> None:
    """It registered itself, for the whole process: arrays of complex numbers had become tensors inside SciPy's FFTs."""
    copy, z = adopt("scipy.fft"), np.array([1.0, 2.0j, 3.0])
    assert copy.dct is autograd.scipy.fft.dct
    assert adopt("scipy.signal")._signaltools.sp_fft.dct is copy.dct
    assert type(scipy.fft.dct(z)) is np.ndarray
    np.testing.assert_allclose(scipy.fft.idct(scipy.fft.dct(z)), z, rtol=1e-12)


def test_scipys_error_says_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"more in a copy, autograd.adopt\('scipy.signal'\)"):
        scipy.signal.lfiltic([0.5, 0.2], [1.0, -0.3], Tensor(X, requires_grad=True))


@pytest.mark.parametrize(("given", "error", "words"), [
    ("no_such_module", ModuleNotFoundError, "no_such_module"), ("numpy.linalg", ValueError, "functions take tensors"),
    ("nn", ValueError, "needs no copy"),
    ("_json", ValueError, "no Python source"), (3, TypeError, "a module, its name or a function of it, got int"),
    (np.linalg.inv, ValueError, "numpy.linalg needs no copy"),
])
def test_refusals(given: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        adopt(given)


def test_a_function_without_a_place_in_its_module_is_refused(path: Path) -> None:
    package(path, rates="def make():\n    def f(x):\n        return x\n    return f\n")
    with pytest.raises(ValueError, match=r"under its own name, got make.<locals>.f of chemistry.rates"):
        adopt(importlib.import_module("chemistry.rates").make())


def test_the_error_in_a_library_says_what_to_write() -> None:
    from skimage.color import rgb2lab
    from skimage.filters import sobel

    image = Tensor(np.full((4, 4, 3), 0.5), requires_grad=True)
    for call in (lambda: rgb2lab(image), lambda: sobel(image[..., 0])):
        with pytest.raises(TypeError, match=r"autograd.adopt\('skimage'\) is a copy .*, if its results"):
            call()


def test_an_import_of_the_library_in_between_finds_the_library(path: Path) -> None:
    """Also one that failed to be adopted."""
    package(path, rates="import numpy as np\nnp.zeros(2)[5]\n", fine="here = 1\n")
    with pytest.raises(IndexError):
        adopt("chemistry.rates")
    assert importlib.import_module("chemistry.fine") is not adopt("chemistry.fine")


def test_adopting_costs_nothing_until_it_is_used() -> None:
    code = "import sys, autograd; sys.exit('autograd.adoption' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=Path(autograd.__file__).parents[1], check=True)
