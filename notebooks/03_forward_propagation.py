# %% [markdown]
# # 3. Forward propagation · 前向传播
#
# To evaluate a network means to go through it from left to right, one layer at a time. We do it three times on real
# handwritten digits: unit by unit in a loop, layer by layer as one matrix product, and with the library, and compare.
#
# 前向传播就是从左到右逐层计算。我们在真实的手写数字上算三遍：
# 用循环逐个神经元计算、每层做一次矩阵乘法、直接调用库，然后比较结果。

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim
from autograd import Tensor

train, test = nn.data.digits()
train, test = ((images[labels < 2].reshape(-1, 64), labels[labels < 2]) for images, labels in (train, test))
print(f"zeros and ones: {len(train[0])} to learn from, {len(test[0])} to test with")

# %% [markdown]
# A network of 25, 15 and 1 units, trained (as in notebook 1) to say how likely a picture is a one.

# %%
autograd.manual_seed(0)
model = nn.Sequential(nn.Linear(64, 25), nn.Sigmoid(), nn.Linear(25, 15), nn.Sigmoid(), nn.Linear(15, 1), nn.Sigmoid())
targets = train[1][:, np.newaxis].astype(np.float32)
nn.fit(model, nn.data.DataLoader((train[0], targets), batch_size=20, shuffle=True, seed=0), loss=nn.BCELoss(),
       optimizer=optim.Adam(model.parameters(), lr=0.01), epochs=20, progress=False)
layers = [model[0], model[2], model[4]]

# %% [markdown]
# ## Unit by unit · 逐个神经元
#
# The input is `a[0]`, 64 pixels. From it follow the 25 values `a[1]`, from those the 15 of `a[2]`, from those `a[3]`.


# %%
def g(z):
    return 1 / (1 + np.exp(-z))


def dense(a_before, layer):
    """a_j[l] = g(w_j[l] . a[l-1] + b_j[l]) for every unit j, written as it is said."""
    a = np.zeros(layer.out_features)
    for j in range(layer.out_features):
        w, b = layer.weight.data[j], layer.bias.data[j]
        a[j] = g(np.dot(w, a_before) + b)
    return a


x = test[0][1]
a = {0: x}
for number, layer in enumerate(layers, start=1):
    a[number] = dense(a[number - 1], layer)
    print(f"a[{number}] has {len(a[number])} values, the first {a[number][:4].round(3)}")
print(f"a[3] = {a[3][0]:.4f}, threshold 0.5: this is a {int(a[3][0] >= 0.5)}; the label says {test[1][1]}")
assert int(a[3][0] >= 0.5) == test[1][1]

# %%
figure, axes = plt.subplots(1, 4, figsize=(9, 2.4), layout="constrained", width_ratios=[1, 1, 1, 0.4])
axes[0].imshow(a[0].reshape(8, 8), cmap="gray")
axes[1].imshow(a[1].reshape(5, 5), cmap="gray", vmin=0, vmax=1)
axes[2].imshow(a[2].reshape(3, 5), cmap="gray", vmin=0, vmax=1)
axes[3].imshow(a[3].reshape(1, 1), cmap="gray", vmin=0, vmax=1)
for number, ax in enumerate(axes):
    ax.set_title(f"a[{number}]: {a[number].size}")
    ax.set(xticks=[], yticks=[])  # with a frame, or else a[3], which is nearly 1, would be white on white
plt.show()

# %% [markdown]
# ## Layer by layer · 逐层的矩阵乘法
#
# All `w_j` are rows of one matrix `W`, so that all units are one product: `a[l] = g(W a[l-1] + b)`; and all pictures
# are rows of one matrix, so that all pictures are one product too: `A[l] = g(A[l-1] W.T + b)`.

# %%
A = test[0]
for layer in layers:
    A = g(A @ layer.weight.data.T + layer.bias.data)
print("all pictures at once:", A.shape)
assert np.allclose(A[1], a[3], atol=1e-6)

# %% [markdown]
# ## With the library · 调用库
#
# `model(x)` does the same, and `nn.inspect.activations` gives each `a[l]` by name.

# %%
seen = nn.inspect.activations(model, test[0][1:2])
for number, name in zip((1, 2, 3), ("1", "3", "5"), strict=True):
    assert np.allclose(seen[name].data[0], a[number], atol=1e-6)
with autograd.no_grad():
    out = model(test[0])
assert np.allclose(out.data, A, atol=1e-6)
accuracy = np.mean((out.data.ravel() >= 0.5) == test[1])
print(f"three ways, the same numbers; accuracy on {len(test[0])} digits never seen: {accuracy:.3f}")
assert accuracy > 0.97

# %% [markdown]
# The matrix form is not only shorter: it is faster, because one product of large matrices is what computers do best.


# %%
def seconds(run):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def by_units():
    for picture in test[0]:
        answer = picture
        for layer in layers:
            answer = dense(answer, layer)


def by_library():
    with autograd.no_grad():
        model(test[0])


slow, fast = seconds(by_units), seconds(by_library)
print(f"{len(test[0])} pictures: unit by unit {slow * 1e3:.1f} ms, with matrices {fast * 1e3:.2f} ms: "
      f"{slow / fast:.0f} times faster")
assert slow > 5 * fast

# %% [markdown]
# The graph of one forward propagation, as it was computed: each layer is folded into one box (`depth=1`).

# %%
autograd.draw(model(Tensor(test[0][1:2], name="a[0]")), names=model, depth=1)

# %% [markdown]
# ## What the figures showed · 小结
#
# - Going through the units in a loop, through layers as matrix products, and `model(x)` gave the same numbers.
# - Every `w_j[l]` (`layer.weight[j]`) and every `a[l]` (`nn.inspect.activations`) can be read by name.
# - The matrix form was many times faster.
#
# 三种写法结果相同；矩阵形式快得多；每一层的 w 与 a 都可按名字取出。
#
# ## Try it yourself · 练习
#
# 1. Which test picture gives a value closest to 0.5? Draw its `a[0]`: would you be sure?
#    哪一张测试图片的输出最接近 0.5？画出它的 `a[0]`：你自己能确定吗？
# 2. How many multiplications does one picture need? Count them from the shapes of the weights, then look at
#    `nn.summary(model, (1, 64))`.
#    处理一张图片需要多少次乘法？先根据权重的形状数一数，再与 `nn.summary(model, (1, 64))` 对照。
