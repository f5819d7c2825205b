# %% [markdown]
# # 4. Why activations are nonlinear · 激活函数为什么要非线性
#
# Without a bend between them, a hundred layers are one layer. We multiply the weights of a deep linear network into
# one matrix and get exactly the same outputs; then we give a linear and a ReLU network data that no line separates.
#
# 如果激活函数是线性的，层数再多也等于一层。我们把深层线性网络的权重相乘，
# 得到完全相同的输出；再用线性不可分的数据比较线性网络与 ReLU 网络。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim
from autograd import Tensor

# %% [markdown]
# ## Activations · 激活函数
#
# An activation `g` bends the sum `z` of a unit. Linear `g(z) = z` does not bend; the sigmoid `1 / (1 + exp(-z))` and
# ReLU `max(0, z)` do. Each is drawn with its slope, which the library computes. The sigmoid's slope is never above 1/4
# and vanishes on both sides, so that learning slows down there; ReLU's is 1 wherever the unit is on.

# %%
z = np.linspace(-4, 4, 201)
figure, axes = plt.subplots(1, 3, figsize=(9, 2.5), layout="constrained")
for ax, (name, g) in zip(axes, {"linear": lambda t: 1.0 * t, "sigmoid": autograd.sigmoid,
                                "ReLU": autograd.relu}.items(), strict=True):
    value, pull = autograd.vjp(g, z)
    ax.plot(z, np.asarray(value), label="g(z)")
    ax.plot(z, np.asarray(pull(np.ones_like(z))[0]), "--", label="slope")
    ax.set_title(name)
    ax.legend(fontsize=7)
plt.show()
slope = autograd.grad(autograd.sigmoid)
print("slope of the sigmoid at 0, 4 and 10:", [f"{float(slope(at)):.2g}" for at in (0.0, 4.0, 10.0)])
assert float(slope(0.0)) == 0.25

# %% [markdown]
# The wider family: LeakyReLU keeps a small slope where ReLU has none, ELU, GELU and SiLU are round at the corner,
# softplus is a smooth ReLU, tanh a sigmoid from -1 to 1. All of them are in `nn`, and as functions in `autograd`.

# %%
family = {"tanh": np.tanh, "leaky_relu": autograd.leaky_relu, "elu": autograd.elu, "softplus": autograd.softplus,
          "gelu": autograd.gelu, "silu": autograd.silu}
figure, axes = plt.subplots(1, 6, figsize=(12, 2.2), layout="constrained", sharey=True)
for ax, (name, g) in zip(axes, family.items(), strict=True):
    value, pull = autograd.vjp(g, z)
    ax.plot(z, np.asarray(value))
    ax.plot(z, np.asarray(pull(np.ones_like(z))[0]), "--")
    ax.set_title(name, fontsize=9)
plt.show()

# %% [markdown]
# ## The collapse · 坍缩
#
# `W3 (W2 (W1 x + b1) + b2) + b3` is `W x + b` with `W = W3 W2 W1` and `b = W3 (W2 b1 + b2) + b3`.

# %%
autograd.manual_seed(0)
deep = nn.Sequential(*(nn.Linear(n, m, dtype=np.float64) for n, m in ((2, 16), (16, 16), (16, 1))))
W, b = np.eye(2), np.zeros(2)
for layer in deep:
    W, b = layer.weight.data @ W, layer.weight.data @ b + layer.bias.data
points = np.random.default_rng(0).normal(size=(1000, 2))
difference = np.abs(deep(points).data - (points @ W.T + b)).max()
count = sum(p.size for p in deep.parameters())
print(f"{count} parameters collapse to {W.size + b.size}: W = {W.round(4)}, b = {b.round(4)}")
print(f"largest difference of the outputs on 1000 points: {difference:.1e}")
assert difference < 1e-14

# %% [markdown]
# With a sigmoid at the end, the deep linear network is **logistic regression**, `sigmoid(W x + b)`, whatever its depth.

# %%
logistic = 1 / (1 + np.exp(-(points @ W.T + b)))
difference = np.abs(autograd.sigmoid(deep(points)).data - logistic).max()
print(f"deep linear network with a sigmoid against logistic regression: largest difference {difference:.1e}")
assert difference < 1e-14

# %% [markdown]
# And so is anything that training makes of it. Points of one class fill a disc, those of the other a ring around it: no
# line separates them. Logistic regression, deep linear networks and a ReLU network learn from the same data with the
# same optimizer. (`from_logits=True`: the loss applies the sigmoid itself; notebook 5 says why.)

# %%
rng = np.random.default_rng(1)
angle = rng.uniform(0, 2 * np.pi, 400)
radius = np.where(np.arange(400) < 200, rng.uniform(0, 1.0, 400), rng.uniform(1.5, 2.5, 400))
data = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
labels = (np.arange(400) >= 200).astype(float)[:, np.newaxis]
loss = nn.BCELoss(from_logits=True)


def layered(depth, activation):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(16 if layers else 2, 16, dtype=np.float64), activation()]
    return nn.Sequential(*layers, nn.Linear(16 if layers else 2, 1, dtype=np.float64))


def train(model):
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    for _ in range(600):
        optimizer.zero_grad()
        value = loss(model(data), labels)
        value.backward()
        optimizer.step()
    return value.item(), np.mean((model(data).data >= 0) == labels)


networks = {"logistic regression": layered(0, nn.Identity), "2 linear layers": layered(2, nn.Identity),
            "4 linear layers": layered(4, nn.Identity), "2 ReLU layers": layered(2, nn.ReLU)}
results = {}
for name, model in networks.items():
    results[name] = train(model)
    print(f"{name:20} loss {results[name][0]:.4f}   accuracy {results[name][1]:.3f}")
best_linear = results["logistic regression"][0]
assert abs(results["2 linear layers"][0] - best_linear) < 1e-3
assert abs(results["4 linear layers"][0] - best_linear) < 1e-3
assert results["4 linear layers"][1] < 0.7
assert results["2 ReLU layers"][1] == 1.0

# %%
grid = np.stack(np.meshgrid(np.linspace(-2.8, 2.8, 120), np.linspace(-2.8, 2.8, 120)), axis=-1)
figure, axes = plt.subplots(1, 4, figsize=(12, 3.1), layout="constrained")
for ax, (name, model) in zip(axes, networks.items(), strict=True):
    with autograd.no_grad():
        probability = autograd.sigmoid(model(Tensor(grid.reshape(-1, 2)))).data.reshape(120, 120)
    ax.imshow(probability, extent=(-2.8, 2.8, -2.8, 2.8), origin="lower", cmap="RdBu_r", vmin=0, vmax=1, alpha=0.6)
    ax.scatter(*data.T, c=labels.ravel(), cmap="RdBu_r", s=5)
    ax.set_title(f"{name}: {results[name][1]:.0%}", fontsize=9)
plt.show()

# %% [markdown]
# Four linear layers, multiplied into one, after training:

# %%
W, b = np.eye(2), np.zeros(2)
for layer in networks["4 linear layers"]:
    if isinstance(layer, nn.Linear):
        W, b = layer.weight.data @ W, layer.weight.data @ b + layer.bias.data
difference = np.abs(networks["4 linear layers"](data).data - (data @ W.T + b)).max()
print(f"still one matrix: largest difference {difference:.1e}")
assert difference < 1e-13

# %% [markdown]
# How does ReLU do it? Each unit cuts the plane along one line; on every piece the network is linear, with another
# slope. We count the pieces that the grid meets: patterns of units that are on.

# %%
with autograd.no_grad():
    flat = Tensor(grid.reshape(-1, 2))
    seen = nn.inspect.activations(networks["2 ReLU layers"], flat)
patterns = np.concatenate([seen["1"].data > 0, seen["3"].data > 0], axis=1)
pieces = len(np.unique(patterns, axis=0))
print(f"{pieces} linear pieces in the square; a linear network has 1")
assert pieces > 20

# %% [markdown]
# ## What the figures showed · 小结
#
# - The product of the weights gave the deep linear network's outputs to the last digits, before and after training.
# - Deep linear networks reached the loss of logistic regression and no less; they cannot separate a ring from a disc.
# - Two ReLU layers separated all points, being linear only piece by piece.
#
# 权重的乘积与深层线性网络的输出完全一致；线性网络的损失最低只能降到逻辑回归的水平；
# 两层 ReLU 网络则把数据全部分开。
#
# ## Try it yourself · 练习
#
# 1. Put `nn.Sigmoid` or `nn.Tanh` in the place of `nn.ReLU`. Do they separate the ring as well? After how many steps?
#    把 `nn.ReLU` 换成 `nn.Sigmoid` 或 `nn.Tanh`，能否也把圆环分开？需要多少步？
# 2. How few ReLU units in one layer suffice? Think of the lines that they draw, then try 2, 3 and 4.
#    一层最少需要几个 ReLU 神经元？先想想它们画出的直线，再试 2、3、4 个。
# 3. Give logistic regression a third feature, `x1**2 + x2**2`. Why does it succeed now?
#    给逻辑回归加上第三个特征 `x1**2 + x2**2`，为什么现在可以了？
