# %% [markdown]
# # 2. What layers learn · 每一层学到了什么
#
# A network that tells faces from other pictures receives pixels and a yes or no, nothing else. We train one on real
# photographs, then look inside: the weights, the feature maps, how much of the picture a unit sees, and the input
# that excites a unit most.
#
# 网络只得到像素和"是/否"的标签。我们用真实照片训练一个识别人脸的网络,
# 然后看它的内部:权重、特征图、一个神经元能看到多大的区域、最能激发它的输入。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim

autograd.manual_seed(0)
train, test = nn.data.faces()
print(f"{len(train[0])} pictures to learn from, {len(test[0])} to test with, each {train[0].shape[2:]} grey pixels")

figure, axes = plt.subplots(2, 8, figsize=(8, 2.3), layout="constrained")
for row, label in zip(axes, (1, 0), strict=True):
    for ax, picture in zip(row, train[0][train[1] == label], strict=False):
        ax.imshow(picture[0], cmap="gray")
        ax.set_axis_off()
plt.show()

# %% [markdown]
# ## Three layers that look through windows · 三个卷积层
#
# Each convolution looks through 3 x 3 or 5 x 5 windows; pooling halves the picture, so that later windows span more
# of it. The last layer is one number: the logit of "face".

# %%
model = nn.Sequential(
    nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 12, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(12, 16, 4), nn.ReLU(), nn.Flatten(),
    nn.Linear(16, 1),
)
print(nn.summary(model, (1, 1, 25, 25)))


def centred(images):
    return (images - images.mean(axis=(2, 3), keepdims=True)) / (images.std(axis=(2, 3), keepdims=True) + 1e-6)


train_x, test_x = centred(train[0]), centred(test[0])
train_y, test_y = (labels[:, np.newaxis].astype(np.float32) for labels in (train[1], test[1]))
before = model[0].weight.data.copy()
history = nn.fit(model, nn.data.DataLoader((train_x, train_y), batch_size=15, shuffle=True, seed=0),
                 loss=nn.BCELoss(from_logits=True), optimizer=optim.Adam(model.parameters(), lr=0.002), epochs=25,
                 validation=(test_x, test_y), progress=False)
accuracy = np.mean((model(test_x).data >= 0) == test_y)
print(f"accuracy on pictures never seen: {accuracy:.2f}")
assert accuracy >= 0.9
history.plot()

# %% [markdown]
# ## The weights of the first layer · 第一层的权重
#
# Red is positive, blue negative: a filter answers where the picture is bright under red and dark under blue, so a
# filter that is red on one side and blue on the other answers to a line or an edge.

# %%
nn.inspect.weights(model[0])

# %% [markdown]
# How much do the filters care about direction? We show each one edges in 16 directions. Selectivity is
# `1 - weakest / strongest` answer: 0 for a filter that answers alike to all.


# %%
def selectivity(filters):
    y, x = np.mgrid[-2:3, -2:3]
    edges = [np.sign(np.cos(t) * x + np.sin(t) * y + 1e-9) for t in np.linspace(0, np.pi, 16, endpoint=False)]
    answers = np.abs(np.einsum("kij,eij->ke", filters[:, 0], np.array(edges)))
    return 1 - answers.min(axis=1) / answers.max(axis=1)


print("selectivity of each filter, trained:", selectivity(model[0].weight.data).round(2))
print("                           at random:", selectivity(before).round(2))
print("strength of the filters, before and after:", np.linalg.norm(before).round(2),
      np.linalg.norm(model[0].weight.data).round(2))
assert np.median(selectivity(model[0].weight.data)) > 0.5

# %% [markdown]
# ## Feature maps · 特征图
#
# What the first and the second layer make of one face.

# %%
nn.inspect.feature_maps(model, model[1], test_x[test[1] == 1][0])

# %%
nn.inspect.feature_maps(model, model[4], test_x[test[1] == 1][0])

# %% [markdown]
# ## How much of the picture a unit sees · 感受野
#
# The gradient of a unit with respect to the picture is 0 wherever the unit does not look. Summed over the pictures,
# what is left is its window: a line piece, then a part, then the whole face.


# %%
def window(layer):
    def answer(images):
        maps = nn.inspect.activations(model, images)[str(layer)]
        middle = tuple(side // 2 for side in maps.shape[2:])
        return np.sum(maps[(slice(None), slice(None), *middle)])

    return np.abs(autograd.grad(answer)(train_x).data).sum(axis=(0, 1))


windows = {layer: window(layer) for layer in (0, 3, 6)}
sides = {}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.5), layout="constrained")
for ax, (layer, seen) in zip(axes, windows.items(), strict=True):
    rows = np.flatnonzero(seen.any(axis=1))
    sides[layer] = int(rows[-1] - rows[0] + 1)
    ax.imshow(seen > 0, cmap="gray_r")
    ax.set_title(f"layer {layer}: {sides[layer]} x {sides[layer]} pixels", fontsize=9)
plt.show()
assert sides[0] == 5 < sides[3] < sides[6]
assert sides[6] >= 22

# %% [markdown]
# ## The pieces that excite a unit most · 最能激发神经元的图块
#
# Of all windows of all photographs, the five that four units of each layer answer to most. A row is a unit.

# %%
with autograd.no_grad():
    answers = nn.inspect.activations(model, train_x)
figure, axes = plt.subplots(4, 17, figsize=(11, 3), layout="constrained")
for block, (layer, stride) in enumerate(((0, 1), (3, 2), (6, 4))):
    maps, side = answers[str(layer)].data, sides[layer]
    lively = np.argsort(-maps.max(axis=(0, 2, 3)))[:4]
    for row, unit in zip(axes, lively, strict=True):
        best_of_each = maps[:, unit].reshape(len(maps), -1)
        for ax, n in zip(row[6 * block :], np.argsort(-best_of_each.max(axis=1))[:5], strict=False):
            i, j = np.unravel_index(best_of_each[n].argmax(), maps.shape[2:])
            ax.imshow(train[0][n, 0, i * stride : i * stride + side, j * stride : j * stride + side], cmap="gray")
for ax in axes.flat:
    ax.set_axis_off()
for column, layer in ((2, 0), (8, 3), (14, 6)):
    axes[0, column].set_title(f"layer {layer}", fontsize=9)
plt.show()

# %% [markdown]
# Units of the last convolution that speak for "face" (their weight in the output is positive) and those that speak
# against it: what do they like best?

# %%
last, votes = answers["6"].data[:, :, 0, 0], model[9].weight.data[0]
favourites = {unit: train[1][np.argsort(-last[:, unit])[:10]].mean() for unit in range(16) if last[:, unit].max() > 0}
pro = np.mean([share for unit, share in favourites.items() if votes[unit] > 0])
contra = np.mean([share for unit, share in favourites.items() if votes[unit] < 0])
print(f"faces among the ten favourites: of units for 'face' {pro:.0%}, of units against it {contra:.0%}")
assert pro > 0.9
assert contra < 0.1

# %% [markdown]
# ## What excites a unit most · 最能激发神经元的输入
#
# Start from noise and change the *picture* by gradient ascent, with the weights held. First units of the second
# layer, then the last unit, "face".

# %%
nn.inspect.exciting_inputs(model, model[3], range(12), (1, 25, 25), steps=60)

# %%
dream = nn.inspect.most_exciting(model, model[9], 0, (1, 25, 25), steps=100)
average = train_x[train[1] == 1].mean(axis=0)[0]
figure, axes = plt.subplots(1, 2, figsize=(5, 2.6), layout="constrained")
for ax, picture, title in zip(axes, (dream[0], average), ("excites 'face' most", "mean of the faces"), strict=True):
    ax.imshow(picture, cmap="gray")
    ax.set_title(title, fontsize=9)
    ax.set_axis_off()
plt.show()
logits = model(np.stack([dream, centred(np.random.default_rng(0).normal(size=(1, 1, 25, 25)))[0]])
               .astype(np.float32)).data.ravel()
best = model(train_x).data.max()
print(f"logit of 'face': {logits[0]:.1f} for this picture, {best:.1f} for the best photograph, "
      f"{logits[1]:.1f} for noise")
print("noise counts as a face too: no picture of noise was among the examples")
print(f"correlation with the mean face: {np.corrcoef(dream.ravel(), average.ravel())[0, 1]:.2f}")
assert logits[0] > best

# %% [markdown]
# ## What the figures showed · 小结
#
# - From pixels and yes/no alone the network reached the accuracy printed above on pictures it never saw.
# - Every filter of the first layer answers to edges of some directions and hardly to others: line pieces. (Random
#   filters do too, as the figures say; training made them stronger, and chose which.)
# - A unit of the first layer sees 5 x 5 pixels, one of the second a part of the face, one of the third nearly all
#   of it.
# - Pieces that excite the first layer are lines and edges, those of the third whole pictures; units that vote for
#   "face" like faces best, units against it anything else.
# - The picture that the last unit likes best excites it more than any photograph, and does not look
#   like one: a network knows only what its examples force it to know. Nobody prescribed any of this.
#
# 第一层看到线段,第二层看到人脸的局部,第三层看到几乎整张脸;这些都不是人规定的,而是学到的。
