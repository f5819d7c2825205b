# %% [markdown]
# # 7. Convolution · 卷积
#
# A dense unit sees every pixel. A convolutional unit sees a small window, and the same weights look through every
# window. You choose the size of the windows and the number of filters. We compare dense and convolutional networks on
# real digits: accuracy, number of parameters, time.
#
# 全连接神经元看到所有像素；卷积神经元只看一个小窗口，且所有窗口共用权重。
# 窗口大小与滤波器个数由使用者选择。我们在真实手写数字上比较两者的准确率、参数个数与时间。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim

train, test = nn.data.digits()
print(len(train[0]), "digits to learn from,", len(test[0]), "to test with, pixels", train[0].shape[2:])

# %% [markdown]
# ## What a convolution computes · 卷积的计算
#
# A **filter** is one small set of weights. Laid over the picture at row `i` and column `j` it gives unit `(i, j)`:
# `b_f + sum over the window at (i, j) of weight_f * pixels`, the same regression as ever, of fewer inputs. All the
# units of one filter make a **feature map**. Written as nested loops, and compared with the layer:


# %%
def convolve(image, weight, bias):
    filters, _, height, width = weight.shape
    rows, columns = image.shape[1] - height + 1, image.shape[2] - width + 1
    out = np.zeros((filters, rows, columns))
    for f in range(filters):
        for i in range(rows):
            for j in range(columns):
                out[f, i, j] = bias[f] + np.sum(weight[f] * image[:, i : i + height, j : j + width])
    return out


autograd.manual_seed(0)
layer = nn.Conv2d(1, 4, 3, dtype=np.float64)  # 1 channel in, 4 filters, windows of 3 x 3
image = train[0][5].astype(float)
difference = np.abs(layer(image[np.newaxis]).data[0] - convolve(image, layer.weight.data, layer.bias.data)).max()
print(f"loops and layer differ by at most {difference:.1e}")
assert difference < 1e-14

# %% [markdown]
# The gradient of one unit with respect to the picture is 0 outside its window; that of a dense unit is 0 nowhere.


# %%
def sees(layer):
    def unit(x):
        out = layer(x)
        return out.reshape(-1)[len(out.reshape(-1)) // 2]

    return autograd.grad(unit)(np.zeros((1, 1, 8, 8))).data[0, 0] != 0


dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 144, dtype=np.float64))
figure, axes = plt.subplots(1, 3, figsize=(6, 2.3), layout="constrained")
views = {"dense": sees(dense), "3 x 3 window": sees(nn.Conv2d(1, 4, 3, dtype=np.float64)),
         "5 x 5 window": sees(nn.Conv2d(1, 9, 5, dtype=np.float64))}
for ax, (name, view) in zip(axes, views.items(), strict=True):
    ax.imshow(view, cmap="gray_r", vmin=0, vmax=1)
    ax.set_title(f"{name}: {view.sum()} pixels", fontsize=9)
plt.show()
assert [int(view.sum()) for view in views.values()] == [64, 9, 25]
print("parameters:", {"dense 64 -> 144": sum(p.size for p in dense.parameters()),
                      "4 filters 3 x 3 (144 units)": sum(p.size for p in layer.parameters())})

# %% [markdown]
# ## Dense against convolutional · 全连接与卷积
#
# `MaxPool2d(2)` keeps the largest of each 2 x 2 answers: 8 x 8 becomes 4 x 4, then 2 x 2. A last dense layer says
# which digit.


# %%
def dense_network(units):
    return nn.Sequential(nn.Flatten(), nn.Linear(64, units), nn.ReLU(), nn.Linear(units, 10))


def convolutional_network(window, filters):
    return nn.Sequential(
        nn.Conv2d(1, filters, window, padding=window // 2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(filters, 2 * filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * filters * 4, 10),
    )


def measure(model, epochs=12):
    optimizer = optim.Adam(model.parameters(), lr=0.005)
    history = nn.fit(model, nn.data.DataLoader(train, batch_size=32, shuffle=True, seed=0), loss=nn.CrossEntropyLoss(),
                     optimizer=optimizer, epochs=epochs, validation=test, metrics=["accuracy"], progress=False,
                     scheduler=optim.schedulers.CosineAnnealingLR(optimizer, T_max=epochs))
    return history["validation_accuracy"][-1], sum(p.size for p in model.parameters()), history.seconds


table = {}
for name, make in {
    "dense, 16 units": lambda: dense_network(16),
    "dense, 128 units": lambda: dense_network(128),
    "3 x 3, 4 filters": lambda: convolutional_network(3, 4),
    "3 x 3, 8 filters": lambda: convolutional_network(3, 8),
    "3 x 3, 16 filters": lambda: convolutional_network(3, 16),
    "5 x 5, 8 filters": lambda: convolutional_network(5, 8),
    "1 x 1, 8 filters": lambda: convolutional_network(1, 8),
}.items():
    autograd.manual_seed(0)
    trained = make()
    table[name] = (*measure(trained), trained)
    accuracy, parameters, seconds, _ = table[name]
    print(f"{name:18} accuracy {accuracy:.4f}   {parameters:6} parameters   {seconds:5.2f} s")
assert table["3 x 3, 8 filters"][0] > 0.96
assert table["3 x 3, 8 filters"][0] >= table["dense, 16 units"][0]
assert table["3 x 3, 8 filters"][1] < table["dense, 128 units"][1] / 3
assert table["3 x 3, 16 filters"][0] > table["3 x 3, 4 filters"][0]
assert table["1 x 1, 8 filters"][0] == min(row[0] for row in table.values())
assert table["3 x 3, 8 filters"][2] > table["dense, 128 units"][2]

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained", sharey=True)
colours = ["tab:gray" if "dense" in name else "tab:blue" for name in table]
for ax, (what, column) in zip(axes, {"test accuracy": 0, "parameters": 1, "seconds to train": 2}.items(), strict=True):
    bars = ax.barh(list(table), [row[column] for row in table.values()], color=colours)
    ax.bar_label(bars, fmt=["%.3f", "%d", "%.1f"][column], fontsize=7, padding=2)
    ax.set_title(what, fontsize=9)
    ax.margins(x=0.18)
axes[0].set_xlim(0.8, 1.02)
axes[0].invert_yaxis()
plt.show()

# %% [markdown]
# ## A digit that moves · 平移
#
# Sharing the weights, a convolution knows a stroke wherever it is: shift the picture, and the maps shift along.

# %%
conv = table["3 x 3, 16 filters"][3][0]
picture = np.zeros((1, 1, 12, 12), dtype=np.float32)
picture[..., 2:10, 2:10] = test[0][3]
shifted = np.roll(picture, 1, axis=3)
maps, shifted_maps = conv(picture).data, conv(shifted).data
print("largest difference between the shifted maps and the maps of the shifted picture:",
      np.abs(np.roll(maps, 1, axis=3) - shifted_maps)[..., 1:-1].max())
assert np.allclose(np.roll(maps, 1, axis=3)[..., 1:-1], shifted_maps[..., 1:-1], atol=1e-5)
accuracies = {}
moved = np.roll(test[0], 1, axis=3)
moved[..., 0] = 0
for name in ("dense, 128 units", "3 x 3, 16 filters"):
    model = table[name][3]
    with autograd.no_grad():
        accuracies[name] = [float(np.mean(model(x).data.argmax(axis=1) == test[1])) for x in (test[0], moved)]
    still, after = accuracies[name]
    print(f"{name:18} accuracy {still:.3f}, on digits moved by one pixel of eight {after:.3f}")
assert accuracies["3 x 3, 16 filters"][1] > accuracies["dense, 128 units"][1]

# %% [markdown]
# ## The filters, and what they make of a digit · 滤波器与特征图

# %%
nn.inspect.weights(conv)

# %%
nn.inspect.feature_maps(table["3 x 3, 16 filters"][3], "1", test[0][3])

# %% [markdown]
# ## What the figures showed · 小结
#
# - A convolution is a dot product in every window, with the same weights: the loops gave the layer's numbers.
# - A dense unit sees 64 pixels, a convolutional unit 9 or 25.
# - With a fraction of the parameters a convolutional network reached the dense one's accuracy or more; it took
#   longer. A window of 1 x 1 sees no strokes, and did worst.
# - Moved by a pixel, digits were recognized better by the convolutional network.
#
# 卷积网络用少得多的参数达到相当或更高的准确率，并且对平移更稳健，但计算时间更长。
#
# ## Try it yourself · 练习
#
# 1. Move the digits by two pixels, or downwards. How do both networks fare?
#    把数字平移两个像素，或向下平移，两种网络表现如何？
# 2. Train both on digits that were moved at random. Does the dense network catch up, and with how many parameters?
#    用随机平移过的数字训练：全连接网络能否赶上？需要多少参数？
# 3. Set filter 0 of a `Conv2d` by hand so that it answers to vertical strokes only, and look at its map.
#    手工设定一个滤波器，使它只对竖直笔画有响应，并查看特征图。
