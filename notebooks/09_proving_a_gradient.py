# %% [markdown]
# # 9. Proving a gradient · 证明梯度是对的
#
# A wrong gradient rarely crashes; it trains a little worse, and nobody knows. So a rule of one's own is proved: by
# finite differences, by an exact identity between both modes, and by properties that must hold for every input that a
# machine can generate. And the proof itself is tested, with a mistake planted on purpose.
#
# 错误的梯度往往不会报错，只会让训练变差。因此，自己写的求导规则需要证明：
# 与有限差分比较，检验前向模式与反向模式之间的恒等式，检验对任意输入都应成立的性质；
# 最后故意埋下错误，看证明本身是否可靠。

# %%
import matplotlib.pyplot as plt
import numpy as np
from hypothesis import given, settings

import autograd
from autograd.testing import check_gradients, strategies

# %% [markdown]
# ## An operation of one's own · 自己的运算
#
# The Huber function: `x^2 / 2` for `|x| <= d`, and `d (|x| - d / 2)` beyond. Its derivative is `clip(x, -d, d)`.


# %%
@autograd.custom
def huber(x, *, d=1.0):
    return np.where(np.abs(x) <= d, x**2 / 2, d * (np.abs(x) - d / 2))


huber.defvjp(lambda g, out, x, *, d=1.0: g * np.clip(x, -d, d))

x = np.linspace(-3, 3, 121)
value, pull = autograd.vjp(huber, x)
plt.figure(figsize=(5, 2.6))
plt.plot(x, np.asarray(value), label="huber")
plt.plot(x, np.asarray(pull(np.ones_like(x))[0]), "--", label="its derivative")
plt.xlabel("x")
plt.legend()
plt.show()

# %% [markdown]
# ## Against differences · 与有限差分比较
#
# `check_gradients` compares reverse mode, forward mode (which it derives from the pullback) and second orders with
# numerical differentiation, and raises if they disagree.

# %%
report = check_gradients(huber, np.array([-2.5, -0.5, 0.3, 1.7]), order=2)
print(report)
assert report.largest_error < 1e-6

# %% [markdown]
# ## For every input that can be thought of · 性质测试
#
# Hypothesis invents arrays of all shapes, and shrinks a failure to the smallest one. The kinks of the *second*
# derivative, at -1 and 1, are kept at a distance; there is nothing to keep away from for the first.


# %%
count = {"differences": 0, "adjoint": 0}


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(strategies.arrays(strategies.shapes(max_dims=2), elements=strategies.away_from(-1, 1)))
def agrees_with_differences(x):
    count["differences"] += 1
    check_gradients(huber, x, order=2)


agrees_with_differences()
print(f"{count['differences']} arrays: gradients and second derivatives agree with differences")

# %% [markdown]
# An identity needs no step and no tolerance to speak of: if `J` is the derivative, then for all `u` and `v`
# `<u, J v> = <J^T u, v>`: forward mode computes `J v`, reverse mode `J^T u`.


# %%
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(strategies.arrays((4,)), strategies.arrays((4,)), strategies.arrays((4,)))
def modes_are_adjoint(x, u, v):
    count["adjoint"] += 1
    _, jv = autograd.jvp(huber, (x,), (v,))
    _, pull = autograd.vjp(huber, x)
    assert np.isclose(np.dot(u, np.asarray(jv)), np.dot(np.asarray(pull(u)[0]), v), rtol=1e-13, atol=1e-13)


modes_are_adjoint()
print(f"{count['adjoint']} triples: <u, J v> = <J^T u, v> to the last digits")

# %% [markdown]
# Properties of the function itself say more than examples: Huber is even, and never above the parabola.


# %%
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(strategies.arrays((5,)))
def is_even_and_below_the_parabola(x):
    assert np.array_equal(np.asarray(huber(x).data), np.asarray(huber(-x).data))
    assert np.all(huber(x).data <= x**2 / 2)


is_even_and_below_the_parabola()

# %% [markdown]
# ## Would a mistake be found? · 错误会被发现吗？
#
# The same rule with 0.1 % too much, with a forgotten limit, and with a wrong sign.


# %%
def planted(rule):
    wrong = autograd.custom(lambda x: np.where(np.abs(x) <= 1, x**2 / 2, np.abs(x) - 1 / 2))
    wrong.defvjp(rule)
    return wrong


mistakes = {
    "0.1 % too much": lambda g, out, x: 1.001 * g * np.clip(x, -1, 1),
    "limit forgotten": lambda g, out, x: g * x,
    "wrong sign": lambda g, out, x: -g * np.clip(x, -1, 1),
}
found = 0
for name, rule in mistakes.items():
    try:
        check_gradients(planted(rule), np.array([0.5, -2.0]))
    except autograd.GradientMismatch as mismatch:
        found += 1
        print(f"{name}: {str(mismatch).splitlines()[0]}")
assert found == len(mistakes)

# %% [markdown]
# Hypothesis finds the shortest array on which the forgotten limit shows:

# %%
smallest = []


@settings(max_examples=200, deadline=None, database=None, derandomize=True, report_multiple_bugs=False)
@given(strategies.arrays(strategies.shapes(min_dims=1, max_dims=2), elements=strategies.away_from(-1, 1)))
def finds_it(x):
    try:
        check_gradients(planted(mistakes["limit forgotten"]), x, order=1)
    except autograd.GradientMismatch:
        smallest.append(x)
        raise


try:
    finds_it()
except autograd.GradientMismatch:
    print("smallest counterexample:", smallest[-1])
assert smallest[-1].size == 1

# %% [markdown]
# ## What the figures showed · 小结
#
# - The rule agreed with differences to second order on every array that Hypothesis invented.
# - Forward and reverse were adjoint to the last digits, without any step to choose.
# - Three planted mistakes were found, the smallest of them 0.1 %, and shrunk to one number.
#
# 规则在所有自动生成的数组上成立；前向模式与反向模式互为伴随；故意埋下的三个错误全部被发现，最小的只有 0.1%。
#
# ## Try it yourself · 练习
#
# 1. Add a mistake of your own to `mistakes`, for instance a factor of 1.00001. Which is the smallest that is found?
#    在 `mistakes` 中加入自己的错误，例如系数 1.00001：能发现的最小错误是多少？
# 2. State the derivative of `log(1 + exp(x))` as an operation of your own, and prove it, also at `x = 800`.
#    把 `log(1 + exp(x))` 写成自己的运算并证明其导数，包括 `x = 800` 处。
