# %% [markdown]
# # 1. Neurons and layers · 神经元与层
#
# A unit multiplies its inputs by weights, adds a bias, and bends the sum with an activation. A layer is a row of such
# units; a network is a row of layers. We build one that says whether a product will sell, look at every number in it,
# and let it learn its weights.
#
# 一个神经元把输入乘以权重、加上偏置，再经过激活函数。
# 一层由若干神经元组成，若干层组成网络。本节搭建一个“需求预测”网络，
# 查看其中的每一个数，再让它自己学会权重。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim
from autograd import Tensor

# %% [markdown]
# ## One unit · 一个神经元
#
# `a = g(w . x + b)`: every input times its weight, all added up, plus a bias `b`. That sum, `z`, can be any number; the
# **sigmoid** `g(z) = 1 / (1 + exp(-z))` turns it into one between 0 and 1, which can be read as a probability.


# %%
def g(z):
    return 1 / (1 + np.exp(-z))


x = np.array([0.2, 0.1, 0.9, 0.7])  # price, shipping cost, marketing, material: each scaled to 0..1
w, b = np.array([-2.0, -1.0, 1.5, 1.0]), 0.1
a = g(w @ x + b)
print(f"z = {w @ x + b:.3f}, a = g(z) = {a:.3f}")

z = np.linspace(-6, 6, 200)
plt.figure(figsize=(5, 2.6))
plt.plot(z, g(z))
plt.plot(w @ x + b, a, "o")
plt.xlabel("z")
plt.ylabel("g(z)")
plt.title("the sigmoid, and our unit on it")
plt.show()

# %% [markdown]
# ## A layer, and an output unit · 一层神经元与输出神经元
#
# Layer 0 is the input. Layer `l` maps `a[l-1]` to `a[l]` by `a_j[l] = g(w_j[l] . a[l-1] + b_j[l])`.
# `nn.Linear` keeps one row of `weight` per unit, so `layer.weight[j]` *is* `w_j`.
#
# Four features, a hidden layer of three units, one output unit. The weights below were set by hand, so that hidden unit
# 0 answers to a low price, 1 to much marketing, 2 to good material.


# %%
class Demand(nn.Module):
    """Four features, three hidden units, one probability."""

    def __init__(self, units=3):
        self.hidden = nn.Linear(4, units, dtype=np.float64)
        self.g1 = nn.Sigmoid()
        self.output = nn.Linear(units, 1, dtype=np.float64)
        self.g2 = nn.Sigmoid()

    def forward(self, x):
        a1 = self.g1(self.hidden(x))
        return self.g2(self.output(a1))


model = Demand()
model.load_state_dict({
    "hidden.weight": np.array([[-4.0, -3.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0], [1.0, 0.0, 1.0, 4.0]]),
    "hidden.bias": np.array([2.0, -2.0, -2.0]),
    "output.weight": np.array([[2.2, 2.0, 2.1]]),
    "output.bias": np.array([-3.58]),
})
for j in range(3):
    print(f"w_{j}[1] = {model.hidden.weight.data[j]}, b_{j}[1] = {model.hidden.bias.data[j]}")

# %% [markdown]
# `nn.inspect.activations` gives what every layer returned, by its name. We compute the same by hand, unit by unit: the
# assertions below would stop the notebook if a number differed.

# %%
seen = nn.inspect.activations(model, x[np.newaxis])
print("a[1] =", seen["g1"].data[0].round(3))
print("a[2] =", seen["g2"].data[0].round(3))

a1 = np.array([g(model.hidden.weight.data[j] @ x + model.hidden.bias.data[j]) for j in range(3)])
a2 = g(model.output.weight.data[0] @ a1 + model.output.bias.data[0])
assert np.allclose(seen["g1"].data[0], a1)
assert np.allclose(seen["g2"].data[0], a2)
print("by hand:", a1.round(3), a2.round(3))

# %% [markdown]
# ## The threshold · 阈值
#
# The output is a probability. A threshold turns it into a decision: at least 0.5 means class 1, "will sell".

# %%
probability = float(a2)
decision = int(probability >= 0.5)
print(f"a[2] = {probability:.2f} >= 0.5, so the class is {decision}")
assert round(probability, 2) == 0.84
assert decision == 1

# %% [markdown]
# ## The network drawn · 画出网络
#
# The graph below was recorded while the network computed. Read it from the input downwards: two linear layers,
# each followed by a sigmoid. (`no grad yet`: nobody has asked for a gradient so far; that comes next.)

# %%
autograd.draw(model(Tensor(x[np.newaxis], name="x")), names=model)

# %% [markdown]
# ## Learning the weights · 学习权重
#
# Nobody knows the weights in advance; they are learned from examples. Here 400 products, which sold if they were
# reasonably priced (neither expensive nor suspiciously cheap), known *and* well made. The network sees the four
# features and the label, never the three reasons; 200 more products are kept aside to test it on.

# %%
rng = np.random.default_rng(1)
features = rng.uniform(size=(600, 4))
price, shipping, marketing, material = features.T
reasons = np.stack([np.abs(price + shipping - 0.9) < 0.45, marketing > 0.3, material > 0.3])
labels = np.all(reasons, axis=0).astype(float)[:, np.newaxis]
train, test = (features[:400], labels[:400]), (features[400:], labels[400:])
print("features", train[0].shape, "labels", train[1].shape, "of which sold:", int(train[1].sum()))

# %% [markdown]
# Learning takes three things, and each has a notebook of its own further on:
#
# - a **loss**: one number that says how wrong the predictions are (notebook 5). Here the mean of `-log` of the
#   probability that the network gave to what really happened.
# - the **gradient**: for each weight, by how much the loss grows if that weight grows a little (notebook 8).
#   `loss.backward()` computes all of them at once, and leaves them in `weight.grad`.
# - a **step**: every weight moves a little against its gradient. How exactly is the business of the **optimizer**
#   (notebook 6); the **learning rate** `lr` says how far.
#
# One step, by hand, and a test that the gradient means what was just said:
#
# 学习需要三样东西：**损失**（预测有多差）、**梯度**（每个权重稍微增大时损失如何变化）、
# **更新**（每个权重沿梯度的反方向走一小步，步长由学习率决定）。

# %%
autograd.manual_seed(0)
model = Demand()
loss = nn.BCELoss()
before = loss(model(train[0]), train[1])
before.backward()

w = model.output.weight
slope = w.grad.data[0, 2]
h = 1e-6
w.data[0, 2] += h
nudged = loss(model(train[0]), train[1])
w.data[0, 2] -= h
print(f"gradient of one weight {slope:.6f}; loss per nudge of it {(nudged.item() - before.item()) / h:.6f}")
assert np.isclose(slope, (nudged.item() - before.item()) / h, rtol=1e-4)

for parameter in model.parameters():
    parameter.data -= 0.5 * parameter.grad.data
after = loss(model(train[0]), train[1])
print(f"loss before the step {before.item():.4f}, after it {after.item():.4f}")
assert after.item() < before.item()

# %% [markdown]
# `nn.fit` does this again and again. It deals the examples out in small batches, with a step for each; once through all
# of them is an **epoch**.


# %%
def learn(model, epochs=300, lr=0.05):
    """Train, and return the accuracy on the products that were kept aside."""
    nn.fit(model, nn.data.DataLoader(train, batch_size=50, shuffle=True, seed=0), loss=nn.BCELoss(),
           optimizer=optim.Adam(model.parameters(), lr=lr), epochs=epochs, progress=False)
    return np.mean((model(test[0]).data >= 0.5) == test[1])


models, accuracies = [], []
for seed in (0, 1):
    autograd.manual_seed(seed)
    models.append(Demand())
    accuracies.append(learn(models[-1]))
    print(f"random start {seed}: accuracy on 200 products never seen {accuracies[-1]:.3f}")
guess = max(np.mean(test[1]), 1 - np.mean(test[1]))
print(f"always guessing the commoner class: {guess:.3f}")
assert min(accuracies) > guess + 0.15

# %% [markdown]
# What does each hidden unit stand for? It is learned, not chosen: from two random starts the rows of weights differ,
# while both networks predict well. (Red is a positive weight, blue a negative one.)

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
for ax, trained, start in zip(axes, models, (0, 1), strict=True):
    values = trained.hidden.weight.data
    ax.imshow(values, cmap="RdBu_r", vmin=-np.abs(values).max(), vmax=np.abs(values).max())
    ax.set_xticks(range(4), ["price", "shipping", "marketing", "material"], fontsize=7)
    ax.set_yticks(range(3), [f"w_{j}[1]" for j in range(3)])
    ax.set_title(f"learned from start {start}")
plt.show()
difference = np.abs(models[0].hidden.weight.data - models[1].hidden.weight.data).max()
agreement = np.mean((models[0](test[0]).data >= 0.5) == (models[1](test[0]).data >= 0.5))
print(f"largest difference of a weight: {difference:.1f}; same decision on {agreement:.1%} of the products")
assert difference > 1
assert agreement > 0.85

# %% [markdown]
# ## How many layers, how many units? · 多少层、每层多少神经元
#
# That is the user's choice. More units can say more, and need more weights. No hidden layer at all is logistic
# regression; one hidden unit is hardly more.


# %%
def network(*units):
    layers, size = [], 4
    for count in units:
        layers += [nn.Linear(size, count), nn.Sigmoid()]
        size = count
    return nn.Sequential(*layers, nn.Linear(size, 1), nn.Sigmoid())


results = {}
for units in [(), (1,), (3,), (8,), (8, 4)]:
    autograd.manual_seed(0)
    chosen = network(*units)
    results[units] = learn(chosen, epochs=300)
    weights = sum(p.size for p in chosen.parameters())
    print(f"hidden layers {units!s:8} {weights:4} parameters   test accuracy {results[units]:.3f}")
assert results[(3,)] > results[()] + 0.1
assert results[(8,)] > results[(1,)] + 0.1

# %% [markdown]
# ## What the figures showed · 小结
#
# - `a_j[l] = g(w_j[l] . a[l-1] + b_j[l])` by hand and by the library gave the same numbers; `weight[j]` is `w_j`.
# - The output 0.84 is a probability; the threshold 0.5 made it class 1.
# - A gradient says how the loss answers to a nudge of a weight; a step against it made the loss smaller.
# - From two starts the hidden units learned different weights, and decided nearly alike: their meaning is learned.
# - Layers and units are choices, and the table above is how to make them.
#
# 手算与程序结果一致；0.84 ≥ 0.5，判为第 1 类；梯度说明权重的微小变化如何影响损失，沿反方向走一步损失就变小；
# 隐藏神经元的含义是学出来的，不是指定的；层数与神经元个数由使用者选择。
#
# ## Try it yourself · 练习
#
# 1. Raise the threshold from 0.5 to 0.9: how many of the 200 products are then predicted to sell, and how many of
#    those did?
#    把阈值从 0.5 提高到 0.9，会有多少产品被预测为畅销？其中多少确实畅销？
# 2. Take a step ten times as large as 0.5, then a hundred times. Does the loss still fall? Why?
#    把步长增大 10 倍、100 倍，损失还会下降吗？为什么？
# 3. Give `network` five hidden layers of three units each. Is deeper always better?
#    用五个各含三个神经元的隐藏层试一试：越深一定越好吗？
