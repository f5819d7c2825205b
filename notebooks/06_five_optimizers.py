# %% [markdown]
# # 6. Five optimizers · 五种优化器
#
# SGD, SGDM, Adagrad, RMSProp and Adam are one scheme with two choices: what stands for the gradient (the first moment
# `m`), and what it is divided by (the second moment `V`). We write the scheme as one short function, check that it
# equals the library, and watch the five walk over the same surfaces.
#
# 五种优化器出自同一个公式，区别只在于一阶矩 m 与二阶矩 V 的选择。
# 我们用一个简短的函数写出它，核对它与库的结果一致，再在同样的曲面上画出各自的路径。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim
from autograd import Tensor

# %% [markdown]
# ## One scheme · 一个公式
#
# The gradient `g_t` of the loss at step `t` points uphill, so each step goes against it.
# `w_{t+1} = w_t - eta_t` with `eta_t = lr * m_t / sqrt(V_t)`, and all moments start at 0. Where there is a `V`, a small
# `eps` is added to its root.
#
# | name | `m_t` | `V_t` |
# |---|---|---|
# | SGD | `g_t` | 1 |
# | SGDM | `beta m_{t-1} + (1 - beta) g_t` | 1 |
# | Adagrad | `g_t` | the sum of all `g^2` so far |
# | RMSProp | `g_t` | `beta V_{t-1} + (1 - beta) g_t^2` |
# | Adam | `beta1 m_{t-1} + (1 - beta1) g_t` | `beta2 V_{t-1} + (1 - beta2) g_t^2`, both over `1 - beta^t` |


# %%
def scheme(name, gradient, w, lr, steps, beta=0.9, beta2=0.999):
    m, V, path = np.zeros_like(w), np.zeros_like(w), [w]
    for t in range(1, steps + 1):
        g = gradient(w)
        m = beta * m + (1 - beta) * g if name in ("SGDM", "Adam") else g
        if name == "Adagrad":
            V = V + g**2
        elif name in ("RMSProp", "Adam"):
            decay = beta2 if name == "Adam" else beta
            V = decay * V + (1 - decay) * g**2
        eta = lr * m
        if name == "Adam":
            eta = lr * (m / (1 - beta**t)) / (np.sqrt(V / (1 - beta2**t)) + 1e-8)
        elif name in ("Adagrad", "RMSProp"):
            eta = lr * m / (np.sqrt(V) + 1e-8)
        w = w - eta
        path.append(w)
    return np.array(path)


OPTIMIZERS = {
    "SGD": lambda w, lr: optim.SGD(w, lr=lr),
    "SGDM": lambda w, lr: optim.SGDM(w, lr=lr, beta=0.9),
    "Adagrad": lambda w, lr: optim.Adagrad(w, lr=lr, eps=1e-8),
    "RMSProp": lambda w, lr: optim.RMSProp(w, lr=lr, beta=0.9),
    "Adam": lambda w, lr: optim.Adam(w, lr=lr),
}


def walk(name, loss, start, lr, steps):
    """The points that an optimizer of the library visits."""
    w = Tensor(np.array(start, dtype=float), requires_grad=True)
    optimizer = OPTIMIZERS[name]([w], lr)
    path = [np.array(w.data)]
    for _ in range(steps):
        optimizer.zero_grad()
        loss(w).backward()
        optimizer.step()
        path.append(np.array(w.data))
    return np.array(path)


# %% [markdown]
# The scheme and the library, on Rosenbrock's valley, 200 steps each:


# %%
def valley(w):
    return (1 - w[0]) ** 2 + 20 * (w[1] - w[0] ** 2) ** 2


START = (-1.2, 1.0)
for name in OPTIMIZERS:
    ours = scheme(name, autograd.grad(valley), np.array(START), 0.005, 200)
    theirs = walk(name, valley, START, 0.005, 200)
    print(f"{name:8} largest difference of 200 steps: {np.abs(ours - theirs).max():.1e}")
    assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-12)

# %% [markdown]
# ## Their paths · 路径
#
# On a long narrow bowl (50 times steeper across than along) and on the valley; each with the learning rate, out of
# seven, that brought it lowest in 150 steps. The grey lines join points of equal loss, the star is the minimum.


# %%
def bowl(w):
    return 0.5 * (w[0] ** 2 + 50 * w[1] ** 2)


RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SURFACES = ((bowl, (-4.0, 1.0), (0, 0), (-4.5, 1.5)), (valley, START, (1, 1), (-1.7, 1.7)))
figure, axes = plt.subplots(2, 5, figsize=(13, 5), layout="constrained", sharex="row", sharey="row")
finals = {}
for row, (loss, start, minimum, wide) in zip(axes, SURFACES, strict=True):
    x, y = np.meshgrid(np.linspace(*wide, 200), np.linspace(-1.5, 2.5, 200))
    for ax, name in zip(row, OPTIMIZERS, strict=True):
        best = (np.inf, 0.0, None)
        for lr in RATES:
            with np.errstate(all="ignore"):
                path = walk(name, loss, start, lr, 150)
                final = loss(path[-1])
            if np.isfinite(final) and final < best[0]:
                best = (final, lr, path)
        finals[loss.__name__, name] = best
        ax.contour(x, y, np.log(loss(np.stack([x, y])) + 0.1), 15, cmap="Greys", linewidths=0.5)
        ax.plot(*best[2].T, ".-", markersize=3, linewidth=0.9, color="tab:red")
        ax.plot(*minimum, "k*")
        ax.set(xlim=wide, ylim=(-1.5, 2.2))
        ax.set_title(f"{name}, lr {best[1]:g}: {best[0]:.0e}", fontsize=9)
        print(f"{loss.__name__:7} {name:8} lr {best[1]:<6g} loss after 150 steps {best[0]:.2e}")
figure.supxlabel("$w_0$")
figure.supylabel("$w_1$")
plt.show()
assert all(final < 0.05 * loss for (where, _), (final, _, _) in finals.items()
           for loss in [bowl(np.array([-4.0, 1.0])) if where == "bowl" else valley(np.array(START))])

# %% [markdown]
# ## Too small, too large · 学习率太小与太大
#
# On the bowl, plain gradient descent multiplies the error across by `1 - 50 lr` in each step, and that along by
# `1 - lr`. With `lr` 0.001 it crawls along; near 0.04 it oscillates across; above 0.04 it diverges.

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 2.8), layout="constrained")
measured = {}
for ax, lr in zip(axes, (0.001, 0.039, 0.041), strict=True):
    path = walk("SGD", bowl, (-4.0, 1.0), lr, 60)
    flips = int(np.sum(np.sign(path[1:, 1]) != np.sign(path[:-1, 1])))
    measured[lr] = (bowl(path[-1]), flips)
    ax.plot(*path.T, ".-", linewidth=0.8)
    ax.set_title(f"lr {lr}: loss {measured[lr][0]:.2g}, {flips} changes of side", fontsize=9)
figure.supxlabel("$w_0$")
figure.supylabel("$w_1$")
plt.show()
print(f"loss at the start {bowl(np.array([-4.0, 1.0])):.1f}; after 60 steps:")
for lr, (end, flips) in measured.items():
    print(f"  lr {lr}: {end:.3g}, {flips} changes of side")
assert measured[0.001][1] == 0
assert measured[0.001][0] > 5
assert measured[0.039][1] == 60
assert measured[0.041][0] > bowl(np.array([-4.0, 1.0]))

# %% [markdown]
# ## Adam adapts · Adam 自适应步长
#
# The same learning rates for SGD and Adam, on the same bowl. SGD needs the right one within a narrow window; Adam
# divides by the root of `V`, so that the steep and the flat direction move at the same speed. And multiplying the loss
# by 1000 changes every step of SGD, but none of Adam's.

# %%
final = {name: [] for name in ("SGD", "Adam")}
rates = np.geomspace(1e-3, 1, 13)
for name, losses in final.items():
    for lr in rates:
        with np.errstate(all="ignore"):
            end = bowl(walk(name, bowl, (-4.0, 1.0), lr, 300)[-1])
            losses.append(min(1e6, end))  # which is 1e6 for a nan too
plt.figure(figsize=(5, 3))
for name, losses in final.items():
    plt.loglog(rates, np.maximum(losses, 1e-12), "o-", label=name)
plt.xlabel("learning rate")
plt.ylabel("loss after 300 steps")
plt.legend()
plt.show()
diverged = {name: int(np.sum(np.array(losses) > bowl(np.array([-4.0, 1.0])))) for name, losses in final.items()}
print("of 13 learning rates, made the loss larger than at the start:", diverged)
assert diverged["SGD"] >= 4
assert diverged["Adam"] == 0

# %%
first = {}
for name in ("SGD", "Adam"):
    for scale in (1, 1000):
        path = walk(name, lambda w, scale=scale: scale * bowl(w), (-4.0, 1.0), 0.01, 20)
        first[name, scale] = path
    print(f"{name:5} first step on the loss {first[name, 1][1] - first[name, 1][0]}, "
          f"on 1000 times the loss {first[name, 1000][1] - first[name, 1000][0]}")
assert np.allclose(first["Adam", 1], first["Adam", 1000], atol=1e-6)
assert not np.allclose(first["SGD", 1][1], first["SGD", 1000][1])

# %% [markdown]
# ## On real digits · 手写数字
#
# The same network from the same start, 8 epochs, each optimizer with a usual learning rate.

# %%
train, test = nn.data.digits()
usual = {"SGD": 0.1, "SGDM": 0.3, "Adagrad": 0.03, "RMSProp": 0.003, "Adam": 0.003}
plt.figure(figsize=(6, 3))
accuracy = {}
for name, lr in usual.items():
    autograd.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    history = nn.fit(model, nn.data.DataLoader(train, batch_size=32, shuffle=True, seed=0), loss=nn.CrossEntropyLoss(),
                     optimizer=OPTIMIZERS[name](model.parameters(), lr), epochs=8, validation=test,
                     metrics=["accuracy"], progress=False)
    accuracy[name] = history["validation_accuracy"][-1]
    plt.semilogy(history["epoch"], history["loss"], "o-", label=f"{name}, lr {lr:g}")
    print(f"{name:8} lr {lr:<6g} test accuracy {accuracy[name]:.3f}")
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.legend(fontsize=7)
plt.show()
assert min(accuracy.values()) > 0.9

# %% [markdown]
# ## What the figures showed · 小结
#
# - One short function with two choices is all five optimizers, step for step equal to `optim`.
# - On a narrow bowl gradient descent crawled with a learning rate too small, and swung from side to side or diverged
#   with one too large.
# - Adam got through every learning rate tried without diverging, and does not care for the scale of the loss.
#
# 一个简短的函数就是五种优化器；学习率太小则进展缓慢，太大则震荡或发散；
# Adam 自动调节步长，与损失的尺度无关。
#
# ## Try it yourself · 练习
#
# 1. Leave out Adam's division by `1 - beta^t` in `scheme`. How large is the first step then, and why?
#    在 `scheme` 中去掉 Adam 的 `1 - beta^t` 修正，第一步有多大？为什么？
# 2. Give SGDM `beta` 0.5 and 0.99 on the bowl. What does the average do for the steep direction, and for the flat one?
#    在碗形曲面上把 SGDM 的 `beta` 设为 0.5 和 0.99：平均在陡峭的方向上、在平缓的方向上各起什么作用？
# 3. Why do Adagrad's steps become smaller and smaller, and RMSProp's not? Plot `sqrt(V_t)` of both.
#    为什么 Adagrad 的步长越来越小而 RMSProp 不会？画出两者的 `sqrt(V_t)`。
