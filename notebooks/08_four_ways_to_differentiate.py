# %% [markdown]
# # 8. Four ways to differentiate · 四种求导方法
#
# Symbolic: an expression in, an expression out. Numerical: the function as a black box. Forward accumulation:
# tangents ride along with the values. Reverse accumulation: record a graph, then visit it backwards. All four on the
# same function, with their errors, costs and growth measured.
#
# 符号求导、数值求导、前向累积（前向模式）、反向累积（反向模式，用在网络上就是反向传播）：
# 在同一个函数上比较误差、计算次数、时间与内存，以及它们如何增长。

# %%
import gc
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display

import autograd
from autograd import Tensor, numerical, symbolic
from autograd.graph import reachable

# %% [markdown]
# ## All four, side by side · 并排比较
#
# `autograd.compare` differentiates one function in every way there is here. *Evaluations* count calls of `f` (the
# complex step's last three ask whether it may be used), *passes* runs that carry derivatives along. Errors are against
# the formula in 30 digits.


# %%
def f(x):
    return np.sum(np.sin(x) * np.exp(-x) + x**2)


x = np.linspace(0.1, 1.0, 6)
table = autograd.compare(f, x)
display(table)
assert table["forward accumulation"].passes == 6
assert table["reverse accumulation"].passes == 1
assert table["numerical forward"].evaluations == 7
assert table["numerical central"].evaluations == 12
assert table["reverse accumulation"].error < 1e-14
assert table["numerical central"].error > 1e-13

# %% [markdown]
# ## 1. Symbolic, and how it swells · 符号求导与表达式膨胀
#
# Exact, and readable for a short formula:

# %%
print("f  =", symbolic.expression(lambda t: np.sin(t) * t))
print("f' =", symbolic.grad(lambda t: np.sin(t) * t).expression)

# %% [markdown]
# The logistic map `x <- 4 x (1 - x)`, composed with itself. The number of operations in the formula of its derivative
# more than doubles with every step; the recorded graph grows by the same few operations.


# %%
def logistic(steps):
    def iterated(t):
        for _ in range(steps):
            t = 4 * t * (1 - t)
        return t

    return iterated


depths = range(1, 9)
formula, graph = [], []
for n in depths:
    formula.append(symbolic.grad(logistic(n)).count_ops())
    graph.append(len(reachable(logistic(n)(Tensor(0.3, requires_grad=True))._node)))
print("steps             ", list(depths), "\nformula operations", formula, "\ngraph nodes       ", graph)
plt.figure(figsize=(5, 2.8))
plt.semilogy(depths, formula, "o-", label="operations in the formula of f'")
plt.semilogy(depths, graph, "s-", label="nodes of the graph")
plt.xlabel("compositions")
plt.legend(loc="upper left", fontsize=8)
plt.show()
assert np.all(np.diff(np.log2(formula)) > 1)
assert graph[-1] - graph[-2] == graph[1] - graph[0]

# %% [markdown]
# ## 2. Numerical: two errors · 数值求导的两种误差
#
# The forward difference `(f(x+h) - f(x)) / h` cuts the series off (error about `h`), the central one
# `(f(x+h) - f(x-h)) / 2h` later (about `h^2`). Both subtract nearly equal numbers, which loses digits: an error
# of about `1e-16 / h`. The complex step `Im f(x + ih) / h` subtracts nothing.


# %%
def h_of_t(t):
    return np.exp(t) / (np.sin(t) ** 3 + np.cos(t) ** 3)


exact = float(autograd.grad(h_of_t)(1.5))
steps = np.geomspace(1e-15, 1e-1, 61)
errors = {method: np.array([abs(numerical.grad(h_of_t, 1.5, method=method, step=h) / exact - 1) + 1e-17 for h in steps])
          for method in ("forward", "central", "complex")}
plt.figure(figsize=(6, 3.4))
for (method, error), marker in zip(errors.items(), ".ox", strict=True):  # central and complex meet on the right
    plt.loglog(steps, error, marker + "-", label=method, linewidth=0.8, markersize=5, fillstyle="none")
plt.axhline(2.2e-16, color="gray", linestyle=":", label="rounding of a double")
plt.xlabel("step h")
plt.ylabel("relative error")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
for method, error in errors.items():
    print(f"{method:8} best error {error.min():.1e} at h = {steps[error.argmin()]:.0e}; at h = 1e-12: "
          f"{error[np.argmin(abs(steps - 1e-12))]:.1e}")
middle = (steps > 1e-4) & (steps < 1e-2)
slopes = {m: np.polyfit(np.log(steps[middle]), np.log(e[middle]), 1)[0] for m, e in errors.items()}
print("measured order of the truncation error:", {m: round(float(s), 2) for m, s in slopes.items()})
assert abs(slopes["forward"] - 1) < 0.1
assert abs(slopes["central"] - 2) < 0.1
assert errors["complex"][steps < 1e-10].max() < 1e-14
assert errors["forward"].min() > 1e-11

# %% [markdown]
# ## 3. Forward accumulation · 前向累积
#
# Each value carries its **tangent**: how fast it changes when the input moves in one direction. For `z = sin(a b^2)` at
# `a = 2`, `b = 0.5` we follow every step by hand: one pass in the direction of `a`, another in that of `b`. A value is
# forgotten as soon as it has been used.


# %%
def followed(a, b, da, db):
    square, dsquare = b**2, 2 * b * db
    product, dproduct = a * square, da * square + a * dsquare
    z, dz = np.sin(product), np.cos(product) * dproduct
    for name, value, tangent in (("a", a, da), ("b", b, db), ("b^2", square, dsquare), ("a b^2", product, dproduct),
                                 ("z", z, dz)):
        print(f"  {name:6} value {value:8.4f}   tangent {tangent:8.4f}")
    return dz


by_forward = {}
for name, direction in {"a": (1.0, 0.0), "b": (0.0, 1.0)}.items():
    print(f"pass in the direction of {name}:")
    by_forward[name] = followed(2.0, 0.5, *direction)
    _, tangent = autograd.jvp(lambda a, b: np.sin(a * b**2), (2.0, 0.5), direction)
    assert np.isclose(float(tangent), by_forward[name])

# %% [markdown]
# ## 4. Reverse accumulation: the graph stepped through · 反向累积：逐步走过计算图
#
# The same function the other way round. The forward pass records a **directed acyclic graph**: a node for each
# operation, with arrows from what it was computed from. Each node keeps the values that its derivative will need: for
# `b^2` the `b`, because the derivative is `2 b`.

# %%
a = Tensor(2.0, requires_grad=True, name="a")
b = Tensor(0.5, requires_grad=True, name="b")
square = b**2
square.name = "square"
product = a * square
product.name = "product"
z = np.sin(product)
z.name = "z"
named = (a, b, square, product, z)
print("forward, in topological order:")
kept = {}
for node in reachable(z._node):
    kept[node.primitive.name] = [float(value) for value in node.saved if value is not None]
    print(f"  {node.primitive.name:10} keeps {kept[node.primitive.name]}")
assert kept["square"] == [b.item()]

# %% [markdown]
# The backward pass visits the nodes once, in the reverse topological order: no node before all that were computed from
# it, because their gradients add up in it. It multiplies as it goes (the chain rule):

# %%
for tensor in named[2:]:
    tensor.retain_grad()
z.backward()
for tensor in reversed(named):
    print(f"  dz/d{tensor.name:8} = {tensor.grad.item():8.4f}")
by_hand = {"product": np.cos(0.5), "square": np.cos(0.5) * 2}
by_hand |= {"a": by_hand["product"] * 0.25, "b": by_hand["square"] * 2 * 0.5}
for tensor in named[:4]:
    assert np.isclose(tensor.grad.item(), by_hand[tensor.name])
print(f"2 inputs: {len(by_forward)} forward passes gave {by_forward['a']:.4f} and {by_forward['b']:.4f}, "
      f"1 backward pass {a.grad.item():.4f} and {b.grad.item():.4f}")
assert np.allclose([a.grad.item(), b.grad.item()], [by_forward["a"], by_forward["b"]])

# %% [markdown]
# The same as a picture: solid arrows are the forward pass, dashed ones the backward pass; in each vertex the rule
# (`∂`) that runs there, in which `g` is the gradient that arrives.

# %%
a, b = (Tensor(t.data, requires_grad=True, name=t.name) for t in (a, b))
z = np.sin(a * b**2)
autograd.draw(z, backward=True)

# %% [markdown]
# `autograd.draw(z, backward=True).save("steps.html")` makes a page that steps through both passes.
#
# ## Growth with the number of inputs · 随输入个数的增长
#
# One gradient of `n` inputs: numerical and forward need work for every input; reverse needs one pass.


# %%
def mixed(x):
    return np.sum(np.tanh(x) * np.cos(x[::-1])) + np.prod(np.cos(x / len(x)))


ns = [4, 16, 64, 256]
scaling = autograd.compare.scaling(lambda n: mixed, ns, repeat=2)
scaling.plot()

# %%
passes = {method: scaling.column(method, "passes") for method in ("forward accumulation", "reverse accumulation")}
evaluations = scaling.column("numerical central", "evaluations")
seconds = {method: scaling.column(method, "seconds")
           for method in ("numerical central", "forward accumulation", "reverse accumulation")}
print("inputs                ", ns)
print("central, evaluations  ", evaluations)
for method, count in passes.items():
    print(f"{method}, passes", count)
for method, times in seconds.items():
    print(f"{method}: time from {ns[0]} to {ns[-1]} inputs grew by a factor {times[-1] / times[0]:.1f}")
assert evaluations == [2 * n for n in ns]
assert passes["forward accumulation"] == ns
assert passes["reverse accumulation"] == [1, 1, 1, 1]
assert seconds["forward accumulation"][-1] > 5 * seconds["reverse accumulation"][-1]

# %% [markdown]
# And the other way round: for one input and many outputs, forward needs one pass and reverse one for each output.

# %%
def curve(t):
    return np.sin(np.arange(1.0, 65.0) * t)


value, tangent = autograd.jvp(curve, (0.3,), (1.0,))
_, pull = autograd.vjp(curve, 0.3)
by_reverse = [float(pull(row)[0]) for row in np.eye(64)]
print("64 outputs, 1 input: 1 forward pass, or", len(by_reverse), "backward passes; the same derivatives:",
      np.allclose(tangent.data, by_reverse))
assert np.allclose(tangent.data, by_reverse)

# %% [markdown]
# ## Growth with the number of operations · 随运算次数的增长
#
# A chain of `n` sines on 100,000 numbers. Forward accumulation forgets as it goes: memory stays flat. Reverse keeps
# what each operation needs: memory grows with the number of operations. `checkpoint` keeps less and computes again.


# %%
def peak(run):
    gc.collect()
    tracemalloc.start()
    run()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size / 1e6


def chain(n):
    def sines(t):
        for _ in range(n):
            t = np.sin(t)
        return t

    return sines


numbers = np.linspace(0, 1, 100_000)
lengths = [10, 20, 40, 80]
forward = [peak(lambda n=n: autograd.jvp(chain(n), (numbers,), (np.ones_like(numbers),))) for n in lengths]
reverse = [peak(lambda n=n: autograd.grad(lambda t: np.sum(chain(n)(t)))(numbers)) for n in lengths]


def checkpointed(n):
    def loss(t):
        for _ in range(n // 10):
            t = autograd.checkpoint(chain(10))(t)
        return np.sum(t)

    return loss


less = [peak(lambda n=n: autograd.grad(checkpointed(n))(numbers)) for n in lengths]
plt.figure(figsize=(5, 2.8))
for name, sizes in {"forward": forward, "reverse": reverse, "reverse, checkpoints of 10": less}.items():
    plt.plot(lengths, sizes, "o-", label=name)
    print(f"{name:27} peak MB {[round(size, 1) for size in sizes]}")
plt.xlabel("operations")
plt.ylabel("peak MB")
plt.legend(fontsize=8)
plt.show()
assert forward[-1] < 1.2 * forward[0]
assert reverse[-1] > 6 * reverse[0]
assert less[-1] < reverse[-1] / 2

# %% [markdown]
# ## What the figures showed · 小结
#
# - Symbolic is exact, and its formula more than doubled with every composition while the graph grew by a few nodes.
# - Numerical traded truncation (order 1 and 2, measured) against rounding; the complex step escaped rounding.
# - Forward: one pass per input, flat memory. Reverse: one pass per output, memory that grew with the operations.
#
# 符号：精确但表达式膨胀；数值：截断误差与舍入误差的折中；
# 前向：每个输入一次，内存不增长；反向：每个输出一次，内存随运算次数增长。
#
# ## Try it yourself · 练习
#
# 1. Which way would you take for a function of 3 inputs and 10,000 outputs? Of 10,000 and 1? Try `autograd.jacfwd` and
#    `autograd.jacrev` on both, and take the time.
#    3 个输入、10000 个输出的函数该用哪种方法？10000 个输入、1 个输出呢？用 `jacfwd` 与 `jacrev` 各试一次并计时。
# 2. Follow the backward pass of `z = a * b + np.sin(a)` with a pencil. Where do two gradients add up? Check with
#    `autograd.draw(z, backward=True)`: a `Σ` marks the place.
#    用笔推导 `z = a * b + np.sin(a)` 的反向过程：两个梯度在哪里相加？
#    用 `autograd.draw(z, backward=True)` 核对（`Σ` 标出该处）。
# 3. Why can the complex step not be used for `abs(x)`? Try it.
#    复步长法（`method="complex"`）为什么不能用于 `abs(x)`？试一试。
