# %% [markdown]
# # 5. Losses · 损失函数
#
# A loss says how bad a prediction is. For yes or no it is the binary cross-entropy, for one of several classes softmax
# with the categorical cross-entropy. Both hold a trap: `exp` and `log` overflow and underflow. `from_logits=True`
# avoids it, and we watch the naive way fail on the same numbers.
#
# 损失函数衡量预测有多差。是/否问题用二元交叉熵，多类问题用 softmax 与交叉熵。
# 直接计算会上溢或下溢；`from_logits=True` 用 log-sum-exp 避免这两种情况。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim
from autograd import Tensor

# %% [markdown]
# ## Binary cross-entropy · 二元交叉熵
#
# The network says yes with probability `p`; the truth `t` is 1 or 0. `loss = -t log p - (1 - t) log(1 - p)` is `-log`
# of the probability that was given to what really happened: nothing for being sure and right, most for being sure and
# wrong.

# %%
p = np.linspace(0.005, 0.995, 200)
loss = nn.BCELoss(reduction="none")
plt.figure(figsize=(5, 2.6))
plt.plot(p, loss(p, np.ones_like(p)).data, label="label 1: -log p")
plt.plot(p, loss(p, np.zeros_like(p)).data, label="label 0: -log(1 - p)")
plt.xlabel("predicted probability p")
plt.legend()
plt.show()
assert np.allclose(loss(p, np.ones_like(p)).data, -np.log(p))
assert np.allclose(loss(p, np.zeros_like(p)).data, -np.log(1 - p))

# %% [markdown]
# ## Softmax and categorical cross-entropy · softmax 与交叉熵
#
# With several classes the network gives a number for each, the **logits** `z`, which may be anything. **Softmax**
# makes probabilities of them, `a_j = exp(z_j) / sum_k exp(z_k)`: positive, and summing to 1. The loss is `-log a_y`,
# where the label `y` is the index of the right class.

# %%
z = np.array([2.0, 1.0, 0.1, -1.0])
a = np.exp(z) / np.sum(np.exp(z))
print("logits  ", z, "\nsoftmax ", a.round(3), "sum", a.sum())
for y in range(4):
    print(f"label {y}: loss {-np.log(a[y]):.3f}")
assert np.allclose(autograd.softmax(z).data, a)
assert np.isclose(nn.CrossEntropyLoss()(z[np.newaxis], np.array([2])).item(), -np.log(a[2]))

# %% [markdown]
# Its gradient in the logits is beautifully simple, `a - onehot(y)`: push down what got too much probability, and the
# right class up by what it lacks.

# %%
gradient = autograd.grad(lambda z: nn.CrossEntropyLoss()(z, np.array([2])))(z[np.newaxis])
print(np.asarray(gradient).round(3), "=", (a - np.eye(4)[2]).round(3))
assert np.allclose(np.asarray(gradient)[0], a - np.eye(4)[2])

# %% [markdown]
# ## The naive way fails · 直接计算会失败
#
# `exp(1000)` is larger than the largest double, 1.8e308; `exp(-1000)` is smaller than the smallest. Softmax divides
# infinity by infinity, and the logarithm meets a 0 that is not really one. `from_logits=True` takes the logits instead
# of the probabilities and computes softmax (or sigmoid) and logarithm as one operation; how, we see below.


# %%
def naive(z, y):
    a = np.exp(z) / np.sum(np.exp(z))
    return -np.log(a[y])


def naive_binary(z, t):
    p = 1 / (1 + np.exp(-z))
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


large = np.array([1000.0, 0.0, -1000.0])
with np.errstate(all="ignore"):
    overflow, underflow, binary = naive(large, 0), naive(np.array([0.0, -1000.0]), 1), naive_binary(40.0, 0.0)
stable = nn.CrossEntropyLoss(from_logits=True)
binary_loss = nn.BCELoss(from_logits=True)
results = [
    ("logits 1000, 0, -1000, label 0", overflow, stable(large[np.newaxis], np.array([0])).item(), 0.0),
    ("logits 0, -1000, label 1", underflow, stable(np.array([[0.0, -1000.0]]), np.array([1])).item(), 1000.0),
    ("sigmoid, logit 40, label 0", binary, binary_loss(np.array([40.0]), np.array([0.0])).item(), 40.0),
]
print(f"{'':32} {'naive':>8} {'from_logits':>12} {'exact':>8}")
for what, wrong, right, exact in results:
    print(f"{what:32} {wrong:8} {right:12} {exact:8}")
    assert not np.isfinite(wrong)
    assert right == exact

# %% [markdown]
# The gradients fail likewise: nan for the first label; 0 for the second, whose loss is infinite, as if there were
# nothing to learn. `detect_anomaly` names the operation and the line that made the first bad number.

# %%
for label, exact in ((0, [0, 0, 0]), (1, [1, -1, 0])):
    wrong, right = Tensor(large, requires_grad=True), Tensor(large[np.newaxis], requires_grad=True)
    with np.errstate(all="ignore"):
        naive(wrong, label).backward()
    stable(right, np.array([label])).backward()
    print(f"label {label}: naive gradient {wrong.grad.data}, from logits {right.grad.data[0]}")
    assert not np.allclose(wrong.grad.data, exact)
    assert np.allclose(right.grad.data[0], exact)
try:
    with np.errstate(all="ignore"), autograd.detect_anomaly():
        naive(Tensor(large, requires_grad=True), 1)
except autograd.AnomalyError as error:
    print("AnomalyError:", error)

# %% [markdown]
# ## Log-sum-exp · 推导
#
# `-log a_y = log sum_k exp(z_k) - z_y`. With `m = max z`,
#
# `log sum_k exp(z_k) = log(exp(m) sum_k exp(z_k - m)) = m + log sum_k exp(z_k - m)`.
#
# Every exponent is now at most 0, and one of them is 0: the sum lies between 1 and K, so nothing overflows and the
# logarithm never meets 0. For two classes it is `softplus`: `log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|))`.


# %%
def log_sum_exp(z):
    m = np.max(z)
    return m + np.log(np.sum(np.exp(z - m)))


for case in (z, large, np.array([-1000.0, -1001.0])):
    print(f"{case!s:32} {log_sum_exp(case):12.6f}   the library's {autograd.logsumexp(case).item():12.6f}")
    assert np.isclose(log_sum_exp(case), autograd.logsumexp(case).item(), rtol=1e-14)

# %% [markdown]
# The small losses are right as well: where `p` is nearly 1, `log(p)` has lost its digits, `log1p(exp(-z))` has not.

# %%
small = -np.log(1 / (1 + np.exp(-40.0)))
print(f"logit 40, label 1: naive {small:.3e}, from_logits "
      f"{binary_loss(np.array([40.0]), np.array([1.0])).item():.3e}, exact {np.exp(-40):.3e}")
assert small == 0
assert np.isclose(binary_loss(np.array([40.0]), np.array([1.0])).item(), np.exp(-40))

# %% [markdown]
# ## Softmax on digits · 手写数字
#
# The output layer is linear (ten logits); the loss takes logits; a prediction passes through softmax at the end.

# %%
train, test = nn.data.digits()
autograd.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
nn.fit(model, nn.data.DataLoader(train, batch_size=32, shuffle=True, seed=0), loss=stable,
       optimizer=optim.Adam(model.parameters(), lr=0.005), epochs=12, progress=False)
with autograd.no_grad():
    probabilities = autograd.softmax(model(test[0]), axis=-1).data
accuracy = np.mean(probabilities.argmax(axis=1) == test[1])
unsure = np.argmin(probabilities.max(axis=1))
print(f"accuracy on {len(test[0])} digits never seen: {accuracy:.3f}")
print(f"the digit it is least sure of is a {test[1][unsure]}; probabilities of 0 to 9:")
print(probabilities[unsure].round(3))
plt.figure(figsize=(1.5, 1.5))
plt.imshow(test[0][unsure, 0], cmap="gray")
plt.axis("off")
plt.show()
assert accuracy > 0.93
assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)

# %% [markdown]
# ## Multi-label against multi-class · 多标签与多类
#
# A street scene may hold a car, a bus and a pedestrian at once, or none: three yes/no questions, a sigmoid each.
# A digit is exactly one of ten: one softmax. Here each point has three labels, which depend on its place.

# %%
rng = np.random.default_rng(0)
points = rng.uniform(-2, 2, size=(600, 2))
labels = np.stack([points[:, 0] > 0, points[:, 1] > 0, np.hypot(*points.T) < 1.2], axis=1).astype(float)


def learned(loss, target):
    autograd.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 32, dtype=np.float64), nn.ReLU(), nn.Linear(32, 3, dtype=np.float64))
    optimizer = optim.Adam(network.parameters(), lr=0.02)
    for _ in range(400):
        optimizer.zero_grad()
        loss(network(points), target).backward()
        optimizer.step()
    return network(points)


multi_label = autograd.sigmoid(learned(nn.BCELoss(from_logits=True), labels)).data
forced = autograd.softmax(learned(nn.CrossEntropyLoss(), labels.argmax(axis=1)), axis=-1).data
print("sum of the three sigmoids, least and most:", multi_label.sum(axis=1).min().round(2),
      multi_label.sum(axis=1).max().round(2))
print("sum of the softmax:", forced.sum(axis=1).min().round(2), forced.sum(axis=1).max().round(2))
right_sigmoid = np.mean(np.all((multi_label >= 0.5) == labels, axis=1))
right_softmax = np.mean(np.all((forced >= 0.5) == labels, axis=1))
print(f"all three labels right: sigmoids {right_sigmoid:.3f}, softmax {right_softmax:.3f}")
assert right_sigmoid > 0.9
assert right_softmax < 0.6
assert multi_label.sum(axis=1).max() > 2.5

# %% [markdown]
# ## What the figures showed · 小结
#
# - The library's losses are the formulas; the gradient of softmax with cross-entropy is `a - onehot(y)`.
# - On large logits the naive way gave inf and nan, in value and gradient; `from_logits=True` gave the exact numbers.
# - Sigmoids can say several labels at once or none; softmax always says one.
#
# 数值很大时，直接计算得到 inf 与 nan，`from_logits=True` 给出精确结果。
# 多标签用 sigmoid，多类用 softmax。
#
# ## Try it yourself · 练习
#
# 1. In `naive`, subtract `np.max(z)` before `exp`. Which of the three failures are cured, and which are not?
#    在 `naive` 里先减去 `np.max(z)`，三个失败中哪些消失、哪些仍在？
# 2. What is the loss of a network that always says 1/10 for each of ten classes? Compute it, and look at the first
#    loss of a fresh network on the digits.
#    对十个类别总是给出 1/10 的网络，损失是多少？算出来，再看一个未训练网络的损失。
# 3. How do `autograd.softmax(z + 100)` and `softmax(10 * z)` compare with `autograd.softmax(z)`?
#    比较 `softmax(z + 100)`、`softmax(10 * z)` 与 `softmax(z)`。
