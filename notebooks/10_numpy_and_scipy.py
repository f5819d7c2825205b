# %% [markdown]
# # 10. NumPy and SciPy code, differentiated as it stands · 直接对 NumPy 与 SciPy 代码求导
#
# Differentiation is not only for networks. A measured oscillation is fitted, a distribution estimated with its error
# bars, a differential equation fitted through its solver, a library's regression asked what it depends on: each with
# code written for arrays, unchanged.
#
# 求导不只用于神经网络。本节直接对普通的数组代码求导，代码不作任何改动：
# 拟合一个物理模型，做最大似然估计并给出误差棒，拟合一个常微分方程，追问第三方库的回归依赖什么。

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import special, stats

import autograd

rng = np.random.default_rng(0)

# %% [markdown]
# ## Fitting a physical model · 拟合物理模型
#
# A damped oscillation `A exp(-t / tau) cos(omega t + phase) + offset`, measured 80 times with noise.


# %%
def model(p, t):
    return p["A"] * np.exp(-t / p["tau"]) * np.cos(p["omega"] * t + p["phase"]) + p["offset"]


truth = {"A": 2.0, "tau": 3.0, "omega": 4.0, "phase": 0.5, "offset": 0.3}
t = np.linspace(0, 6, 80)
noise = 0.1
measured = model(truth, t) + noise * rng.normal(size=t.size)


def misfit(p):
    return 0.5 * np.sum((model(p, t) - measured) ** 2) / noise**2


start = {"A": 1.0, "tau": 2.0, "omega": 3.8, "phase": 0.0, "offset": 0.0}
calls = {"with gradient": 0, "without": 0}


def counted(p, key):
    calls[key] += 1
    return misfit(p)


fit = autograd.minimize(lambda p: counted(p, "with gradient"), start, method="BFGS")
without = autograd.minimize(lambda p: counted(p, "without"), start, method="Nelder-Mead", options={"maxiter": 5000})
print(f"misfit {fit.fun:.2f} after {calls['with gradient']} evaluations with gradients; "
      f"Nelder-Mead, without: {without.fun:.2f} after {calls['without']}")
assert fit.fun <= without.fun + 1e-3
assert calls["with gradient"] < calls["without"]

# %% [markdown]
# The inverse of the Hessian at the minimum is the covariance of the estimates: error bars at no further cost.

# %%
vector, unravel = autograd.ravel(fit.params)
covariance = np.linalg.inv(np.asarray(autograd.hessian(lambda v: misfit(unravel(v)))(vector)))
errors = unravel(np.sqrt(np.diag(covariance)))
for name, value in fit.params.items():
    print(f"{name:7} {float(value):7.3f} +- {float(errors[name]):.3f}   truth {truth[name]}")
    assert abs(value - truth[name]) < 2 * errors[name]
plt.figure(figsize=(6, 2.8))
plt.plot(t, measured, ".", label="measured")
plt.plot(t, model(fit.params, t), label="fitted")
plt.xlabel("t")
plt.ylabel("signal")
plt.legend()
plt.show()

# %% [markdown]
# ## Maximum likelihood · 最大似然估计
#
# Waiting times follow a gamma distribution. `scipy.special.gammaln` differentiates like everything else; the logarithms
# keep both parameters positive.

# %%
waits = rng.gamma(shape=2.5, scale=1.7, size=2000)


def negative_log_likelihood(log_parameters):
    shape, scale = np.exp(log_parameters)
    return -np.sum((shape - 1) * np.log(waits) - waits / scale - special.gammaln(shape) - shape * np.log(scale))


score = autograd.grad(negative_log_likelihood)(np.array([0.5, 0.5]))
by_differences = autograd.numerical.grad(negative_log_likelihood, np.array([0.5, 0.5]))
print("gradient", np.asarray(score), "differences", by_differences)
assert np.allclose(np.asarray(score), by_differences, rtol=1e-6)

estimate = autograd.minimize(negative_log_likelihood, np.zeros(2), method="trust-exact")
information = np.asarray(autograd.hessian(negative_log_likelihood)(estimate.params))
spread = np.sqrt(np.diag(np.linalg.inv(information)))
shape, scale = np.exp(estimate.params)
for name, value, relative, true in (("shape", shape, spread[0], 2.5), ("scale", scale, spread[1], 1.7)):
    print(f"{name} {value:.3f} +- {value * relative:.3f}, truth {true}")
scipys = stats.gamma.fit(waits, floc=0)
print(f"scipy.stats.gamma.fit: shape {scipys[0]:.3f}, scale {scipys[2]:.3f}")
assert np.allclose([shape, scale], [scipys[0], scipys[2]], rtol=1e-3)
assert abs(shape - 2.5) < 2 * shape * spread[0]

# %%
plt.figure(figsize=(6, 2.6))
plt.hist(waits, 60, density=True, alpha=0.4)
s = np.linspace(0.01, 15, 300)
plt.plot(s, stats.gamma.pdf(s, shape, scale=scale))
plt.xlabel("waiting time")
plt.ylabel("density")
plt.show()

# %% [markdown]
# ## A differential equation · 常微分方程
#
# Hares and lynxes: `h' = a h - b h l`, `l' = c h l - d l`. The solver, Runge and Kutta's of order 4, is ten lines of
# NumPy. The gradient goes through all of its steps.


# %%
def rates(state, p):
    hares, lynxes = state
    met = hares * lynxes
    return np.stack([p[0] * hares - p[1] * met, p[2] * met - p[3] * lynxes])


def solve(p, start, steps=120, dt=0.1):
    states, state = [start], start
    for _ in range(steps):
        k1 = rates(state, p)
        k2 = rates(state + dt / 2 * k1, p)
        k3 = rates(state + dt / 2 * k2, p)
        k4 = rates(state + dt * k3, p)
        state = state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states.append(state)
    return np.stack(states)


nature = np.array([1.0, 0.6, 0.4, 0.9])
first = np.array([2.0, 1.0])
counts = solve(nature, first) * np.exp(0.05 * rng.normal(size=(121, 2)))


def error(log_p):
    return np.mean((np.log(solve(np.exp(log_p), first)) - np.log(counts)) ** 2)


guess = np.log(np.array([0.8, 0.5, 0.5, 0.7]))
slope = np.asarray(autograd.grad(error)(guess))
check = autograd.numerical.grad(error, guess)
print("gradient through 120 steps", slope, "\ncentral differences       ", check)
assert np.allclose(slope, check, rtol=1e-5)

found = autograd.minimize(error, guess, method="L-BFGS-B")
print("found", np.exp(found.params).round(3), "truth", nature)
assert np.allclose(np.exp(found.params), nature, rtol=0.05)

figure, axes = plt.subplots(1, 2, figsize=(10, 2.8), layout="constrained")
times = np.arange(121) * 0.1
for ax, p, title in zip(axes, (np.exp(guess), np.exp(found.params)), ("guess", "fitted"), strict=True):
    ax.plot(times, counts, ".", markersize=3)
    ax.set_prop_cycle(None)
    ax.plot(times, solve(p, first), label=["hares", "lynxes"])
    ax.set_title(title)
    ax.set_xlabel("time")
axes[0].set_ylabel("animals")
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
# ## A solution without its iterations · 隐函数求导
#
# Where a solver iterates until it is done, `implicit.root` differentiates the equation and not the iterations: the
# pull-in of a spring against an electric force, `k x = V^2 / (1 - x)^2`, and how far it moves per volt.


# %%
def balance(x, volts):
    return 4.0 * x - volts**2 / (1 - x) ** 2


def position(volts):
    return autograd.implicit.root(balance, np.array(0.1), volts)


x_of_v = position(0.5).item()
slope = float(autograd.grad(position)(0.5))
by_formula = (2 * 0.5 / (1 - x_of_v) ** 2) / (4.0 - 2 * 0.5**2 / (1 - x_of_v) ** 3)
print(f"x = {x_of_v:.6f}, dx/dV = {slope:.6f}, by the formula {by_formula:.6f}")
assert np.isclose(slope, by_formula)

# %% [markdown]
# ## A library as it stands · 第三方库原样求导
#
# scikit-learn calls `np.asarray` and SciPy's solvers, which would make arrays of tensors. `autograd.adopt` makes a copy
# of it in which they keep tensors. So a fit can be asked how far each measurement pulls the line at its own place.
#
# scikit-learn 内部调用 `np.asarray` 与 SciPy 的求解器，张量会在那里变成普通数组；
# `autograd.adopt` 给出一份保留张量的副本。
# 于是可以直接问：每个测量值把拟合直线在它自己的位置拉动多少？这就是它的“杠杆值”。

# %%
linear_model = autograd.adopt("sklearn.linear_model")
places = np.append(rng.uniform(0, 3, size=15), 8.0)
heights = 0.5 * places + 0.3 * rng.normal(size=16)


def line(heights):
    column = places[:, np.newaxis]
    return linear_model.Ridge(alpha=0.1).fit(column, heights).predict(column)


pull = np.diag(autograd.jacobian(line)(heights))
aside = places - places.mean()
assert np.allclose(pull, 1 / 16 + aside**2 / (np.sum(aside**2) + 0.1))  # the formula of the textbooks
print(f"The point at 8 pulls the line by {pull[-1]:.2f} of its own change, the others by up to {pull[:-1].max():.2f}.")
plt.figure(figsize=(6, 2.6))
plt.scatter(places, heights, s=400 * pull)
plt.plot(np.sort(places), line(heights)[np.argsort(places)])
plt.xlabel("place")
plt.ylabel("height")
plt.show()

# %% [markdown]
# ## What the figures showed · 小结
#
# - Code written for arrays was differentiated as it stood: a model, a likelihood with `gammaln`, a Runge-Kutta solver.
# - With gradients the fit needed fewer evaluations; the true values lay within two of the Hessian's error bars.
# - The gradient through 120 steps of the solver agreed with differences, and that of `implicit.root` with the formula.
# - scikit-learn's ridge regression was differentiated in a copy, and each point's leverage agreed with the formula.
#
# 数组代码不作改动就能求导；有了梯度，拟合所需的计算更少；Hessian 给出误差棒，真值都在两倍误差之内；
# 穿过求解器全部 120 步的梯度与有限差分一致，隐函数的导数与公式一致；
# scikit-learn 的岭回归也能原样求导，杠杆值与公式一致。
#
# ## Try it yourself · 练习
#
# 1. Start the oscillation's fit from `omega = 1`. Where does it end, and would the error bars warn you?
#    从 `omega = 1` 开始拟合，会停在哪里？误差棒能提醒你吗？
# 2. Differentiate the final number of hares with respect to the *first* state: which of the two matters more?
#    求最终野兔数量对初始状态的导数：哪一个初值影响更大？
