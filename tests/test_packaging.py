"""What a user installs and what an import costs: one pure wheel, four dependencies, nothing heavy until it is used."""

from __future__ import annotations

import ast
import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from autograd.errors import needing
from tests.oldest import oldest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("autograd", "nn", "optim")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
HEAVY = [
    *("IPython", "graphviz", "matplotlib", "numba", "onnx", "pandas", "pygraphviz"),
    *("safetensors", "scipy", "skimage", "sklearn", "sympy", "tqdm"),
]


def python(code: str, cache: Path) -> str:
    """What a fresh Python prints, started in the project, with bytecode as an installed package has it."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = own | {"PYTHONPYCACHEPREFIX": str(cache)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment).stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    generated = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "out", "results")
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("copy") / "cleargrad", ignore=generated))


def built(what: str, source: Path) -> Path:
    """The wheel or the source archive."""
    build = f"from setuptools.build_meta import build_{what} as build; print(build('dist'))"
    out = subprocess.run([sys.executable, "-c", build], check=True, capture_output=True, text=True, cwd=source).stdout
    return source / "dist" / out.split()[-1]


@pytest.fixture(scope="module")
def wheel(source: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(built("wheel", source))


def test_the_source_archive_is_the_whole_project(source):
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    expected = {str(file) for file in files if file.parts[0] not in ("build", "dist", "cleargrad.egg-info")}
    with tarfile.open(built("sdist", source)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames() if archive.getmember(name).isfile()}
    made = {name for name in names if name in ("PKG-INFO", "setup.cfg") or name.startswith("cleargrad.egg-info/")}
    assert names - made == expected
    assert {"tests/conftest.py", "tests/golden/lbfgs.npz", "docs/index.md", "Makefile", "CHANGELOG.md"} <= names


def test_the_wheel_is_pure_small_and_whole(wheel):
    assert Path(wheel.filename).name == "cleargrad-0.1.0-py3-none-any.whl"
    assert Path(wheel.filename).stat().st_size < 1_000_000
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    expected = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected
    assert expected >= {f"{package}/py.typed" for package in PACKAGES}


def test_four_dependencies_and_the_promised_extras(wheel):
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(name))
    required = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert {re.match(r"[\w-]+", line).group() for line in required} == {"numpy", "graphviz", "tqdm", "safetensors"}
    extras = {"scipy", "symbolic", "plot", "draw", "fast", "data", "onnx", "test", "dev", "docs", "all"}
    assert set(metadata.get_all("Provides-Extra")) == extras
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"


def test_every_requirement_says_the_oldest_version_that_is_tested(wheel):
    """Which `make oldest` installs."""
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    required = email.message_from_bytes(wheel.read(name)).get_all("Requires-Dist")
    assert {re.match(r"[\w-]+", line).group() for line in required} - {"cleargrad"} == set(oldest())


def test_every_extra_that_an_error_names_exists():
    text = (ROOT / "pyproject.toml").read_text()
    calls = [call for path in SOURCES for call in re.findall(r'needing\([^)]*extra="(\w+)"', path.read_text())]
    assert calls
    assert [extra for extra in calls if f"\n{extra} = [" not in text] == []


def test_an_import_loads_nothing_heavy(tmp_path):
    loaded = python("import autograd, nn, optim, sys; print(*sys.modules)", tmp_path).split()
    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.parametrize("package", [*PACKAGES, "autograd.scipy", "autograd.testing"])
def test_completion_offers_what_is_imported_on_first_use(package, tmp_path):
    code = f"import {package}; print(*(set({package}.__all__) - set(dir({package}))), sep=' ')"
    assert python(code, tmp_path).strip() == ""


ONLY_NUMPY = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {[*HEAVY, "hypothesis"]}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Refuse())
import autograd, nn, optim
import numpy as np
t = autograd.Tensor([1.0, 2.0], requires_grad=True)
model = nn.Linear(2, 1)
"""


def test_everything_imports_where_only_numpy_is_installed(tmp_path):
    assert python(f"{ONLY_NUMPY}(t * t).sum().backward(); print(t.grad.tolist())", tmp_path) == "[2.0, 4.0]\n"


@pytest.mark.parametrize("form", [
    pytest.param("nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 2))", id="dense"),
    pytest.param("nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.GELU(), "
                 "nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2))", id="convolutional"),
])
def test_networks_are_trained_where_only_numpy_is_installed(form, tmp_path):
    code = f"""{ONLY_NUMPY}
x = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
autograd.manual_seed(0)
model = {form}
data = nn.data.DataLoader(nn.data.TensorDataset(x, (x.sum(1) > 0).astype(int)), batch_size=16)
print(*nn.fit(model, data, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=0.01), epochs=5,
              progress=False)["loss"])
"""
    first, *_, last = map(float, python(code, tmp_path).split())
    assert last < 0.9 * first


NEEDING = {
    "import autograd.scipy.fft": "'cleargrad[scipy]'",
    "import autograd.scipy.special": "'cleargrad[scipy]'",
    "from autograd.scipy.signal import lfilter": "'cleargrad[scipy]'",
    "autograd.scipy.linalg": "'cleargrad[scipy]'",
    "autograd.implicit.root(lambda x, a: x - a, 1.0, 2.0)": "'cleargrad[scipy]'",
    "autograd.minimize(lambda x: x * x, 1.0)": "'cleargrad[scipy]'",
    "autograd.symbolic.grad(lambda x: x * x)(1.0)": "'cleargrad[symbolic]'",
    "autograd.draw(t)": "graphviz",
    "autograd.testing.strategies": "'cleargrad[test]'",
    "nn.fit(model, [], loss=nn.MSELoss(), optimizer=optim.SGD(model.parameters(), lr=1.0), epochs=1)": "tqdm",
    "nn.data.digits()": "'cleargrad[data]'",
    "nn.data.faces()": "'cleargrad[data]'",
    "nn.export_onnx(model, np.ones((1, 2)), 'model.onnx')": "'cleargrad[onnx]'",
    "nn.inspect.weights(nn.Conv2d(1, 1, 3))": "'cleargrad[plot]'",
    "nn.load('LICENSE')": "safetensors",
    "nn.save(model.state_dict(), 'model.safetensors')": "safetensors",
}
"""What needs a package that is not NumPy, and what its error says to install."""


def test_what_needs_another_package_says_how_to_install_it(tmp_path):
    tries = [f"""
try:
    {code}
except ImportError as error:
    print(str(error).partition("run: pip install ")[2])
else:
    print("it ran")
""" for code in NEEDING]
    assert dict(zip(NEEDING, python(ONLY_NUMPY + "".join(tries), tmp_path).splitlines(), strict=True)) == NEEDING


def test_what_is_installed_and_does_not_load_says_itself_why():
    with pytest.raises(ImportError, match="built for another NumPy"), needing("scipy", extra="scipy"):
        raise ImportError("built for another NumPy")


def test_an_import_costs_little_more_than_numpy(tmp_path, monkeypatch):
    """In the thread that imports: beside it OpenBLAS's workers spin for a while once NumPy has started them."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # counting lines costs a third more
    code = (
        "import numpy, time; start = time.thread_time(); import autograd, nn, optim; "
        "print(time.thread_time() - start)"
    )
    python(code, tmp_path)  # writes the bytecode
    assert min(float(python(code, tmp_path)) for _ in range(5)) < 0.060


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module)
    return found


def test_imports_go_one_way():
    forbidden = {"autograd": {"nn", "optim"}, "nn": {"optim"}, "optim": {"nn"}}
    backwards = {
        str(path.relative_to(ROOT)): wrong
        for path in SOURCES
        if (wrong := {name.partition(".")[0] for name in imports(path)} & forbidden[path.relative_to(ROOT).parts[0]])
    }
    assert backwards == {}


def test_neither_packages_nor_tests_need_other_frameworks():
    files = [*SOURCES, *(path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "golden")]
    found = {path.name: name for path in files for name in imports(path) if re.match(r"(torch|jax|tensorflow)\b", name)}
    assert found == {}


def test_nothing_private_of_numpy_is_used():
    modules = [f"{p.name}: {name}" for p in SOURCES for name in imports(p) if re.match(r"numpy.*\._|numpy\.core", name)]
    attributes = [
        f"{path.name}:{node.lineno} np.{node.attr}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("np", "numpy")
        and re.match(r"_(?!_file__$|_version__$)|core$", node.attr)
    ]
    assert modules + attributes == []
