# %% [markdown]
# # 2. What layers learn · 每一层学到了什么
#
# A network that tells faces from other pictures receives pixels and a yes or no, nothing else. We train one on real
# photographs, then look inside: the weights, the feature maps, how much of the picture a unit sees, and the input
# that excites a unit most.
#
# 网络只得到像素和“是/否”的标签。我们用真实照片训练一个识别人脸的网络，然后看它的内部：
# 权重、特征图、一个神经元能看到多大的区域、最能激发它的输入。

# %%
import copy

import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
import optim

train, test = nn.data.faces()
print(f"{len(train[0])} pictures to learn from, {len(test[0])} to test with, each {train[0].shape[2:]} grey pixels")
faces, others = train[0][train[1] == 1], train[0][train[1] == 0]


def show(*rows):
    _, axes = plt.subplots(len(rows), 8, figsize=(8, 1.1 * len(rows)), layout="constrained", squeeze=False)
    for line, pictures in zip(axes, rows, strict=True):
        for ax, picture in zip(line, pictures, strict=False):
            ax.imshow(picture[0], cmap="gray")
            ax.set_axis_off()
    plt.show()


show(faces, others)

# %% [markdown]
# ## Examples that leave no way out · 让网络无法投机取巧的样本
#
# A network learns what its examples force it to learn, and no more. 150 pictures force little: any dark blob in the
# middle would do. So we make 6,000 out of them. Photographs are mirrored and moved by up to two pixels, which leaves a
# face a face. And among the pictures that are *not* faces we put faces cut into four and put together wrongly (the
# right pieces in the wrong places), and smooth noise.

# %%
rng = np.random.default_rng(0)


def varied(pictures, count):
    """Pictures drawn at random, half of them mirrored, each moved by up to two pixels."""
    made = []
    for picture in pictures[rng.integers(0, len(pictures), count)]:
        down, right = rng.integers(0, 5, 2)
        moved = np.pad(picture, ((0, 0), (2, 2), (2, 2)), mode="edge")[:, down : down + 25, right : right + 25]
        made.append(moved[:, :, ::-1] if rng.random() < 0.5 else moved)
    return np.stack(made)


def shuffled(pictures):
    """The four quarters of each picture, in a wrong order."""
    made = pictures.copy()
    corners = [(slice(i, i + 12), slice(j, j + 12)) for i in (0, 13) for j in (0, 13)]
    for new, old in zip(made, pictures, strict=True):
        order = np.roll(range(4), rng.integers(1, 4))
        for (rows, columns), source in zip(corners, order, strict=True):
            new[:, rows, columns] = old[(slice(None), *corners[source])]
    return made


def noise(count):
    """Random pixels, averaged over squares of random size."""
    made = rng.normal(size=(count, 1, 25, 25))
    for picture in made:
        side = rng.integers(1, 5)
        picture[:] = np.mean([np.roll(picture, (i, j), (1, 2)) for i in range(side) for j in range(side)], axis=0)
    return made.astype(np.float32)


def centred(pictures):
    """Mean 0 and spread 1 for each picture, so that neither light nor contrast gives the answer away."""
    mean, spread = pictures.mean(axis=(2, 3), keepdims=True), pictures.std(axis=(2, 3), keepdims=True)
    return ((pictures - mean) / (spread + 0.05)).astype(np.float32)


wrong = shuffled(varied(faces, 800))
x = centred(np.concatenate([varied(faces, 3000), varied(others, 1600), wrong, noise(600)]))
y = (np.arange(6000) < 3000).astype(np.float32)[:, np.newaxis]
test_x, test_y = centred(test[0]), test[1][:, np.newaxis].astype(np.float32)
show(x[:8], x[3000:3008], x[4600:4608], x[5400:5408])

# %% [markdown]
# ## Three layers that look through windows · 三个卷积层
#
# A **convolution** looks at the picture through small windows (7 x 7 pixels in the first layer), the same weights in
# each (notebook 7). **ReLU** is `max(0, z)`: a unit answers, or is silent (notebook 4). **Pooling** keeps the largest
# of 2 x 2 answers, so that later windows span more of the picture. The last layer gives one number, the **logit** `z`
# of "face": its sigmoid is the probability, so that `z >= 0` means at least one half. `weight_decay` pulls weights
# that nothing needs towards 0.

# %%
autograd.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 12, 7), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(12, 16, 4), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 16, 3), nn.ReLU(), nn.Flatten(),
    nn.Linear(16, 1),
)
print(nn.summary(model, (1, 1, 25, 25)))
untrained = copy.deepcopy(model[0])
optimizer = optim.Adam(model.parameters(), lr=0.002, weight_decay=0.02)
history = nn.fit(model, nn.data.DataLoader((x, y), batch_size=32, shuffle=True, seed=0),
                 loss=nn.BCELoss(from_logits=True), optimizer=optimizer, epochs=6,
                 scheduler=optim.schedulers.CosineAnnealingLR(optimizer, T_max=6),
                 validation=(test_x, test_y), progress=False)

# %%
with autograd.no_grad():
    right = {
        "photographs never seen": np.mean((model(test_x).data >= 0) == test_y),
        "their faces, pieces in the wrong places": np.mean(model(centred(shuffled(test[0][test[1] == 1]))).data < 0),
        "new noise": np.mean(model(centred(noise(100))).data < 0),
    }
for what, share in right.items():
    print(f"right on {what}: {share:.0%}")
assert right["photographs never seen"] >= 0.9
assert right["their faces, pieces in the wrong places"] >= 0.8
assert right["new noise"] >= 0.9

# %% [markdown]
# ## The first layer: line pieces · 第一层：线段
#
# Its weights, before and after. Red is positive, blue negative: a filter answers where the picture is bright under red
# and dark under blue, so that a red bar beside a blue one answers to a line or an edge.

# %%
nn.inspect.weights(untrained)

# %%
nn.inspect.weights(model[0])

# %% [markdown]
# Two numbers say what the eye sees. *Smoothness* is the correlation of neighbouring weights: 0 for random ones,
# towards 1 where they form bars and patches. *Selectivity* compares the answers to edges in 16 directions: `1 -
# weakest / strongest`.


# %%
def smoothness(filters):
    sideways = np.corrcoef(filters[..., :, 1:].ravel(), filters[..., :, :-1].ravel())[0, 1]
    downwards = np.corrcoef(filters[..., 1:, :].ravel(), filters[..., :-1, :].ravel())[0, 1]
    return (sideways + downwards) / 2


def selectivity(filters):
    down, right = np.mgrid[-3:4, -3:4]
    edges = [np.sign(np.cos(t) * right + np.sin(t) * down + 1e-9) for t in np.linspace(0, np.pi, 16, endpoint=False)]
    answers = np.abs(np.einsum("kij,eij->ke", filters[:, 0], np.array(edges)))
    return 1 - answers.min(axis=1) / answers.max(axis=1)


trained = model[0].weight.data
before = untrained.weight.data
print(f"smoothness: {smoothness(before):.2f} at random, {smoothness(trained):.2f} trained")
print("selectivity of each trained filter:", selectivity(trained).round(2))
assert smoothness(trained) > smoothness(before) + 0.3
assert np.median(selectivity(trained)) > 0.5

# %% [markdown]
# ## Feature maps · 特征图
#
# What the filters of the first layer make of one face: bright where the line that a filter looks for was found. Then
# the second layer, which sees only these maps.

# %%
a_face = test_x[test[1] == 1][0]
nn.inspect.feature_maps(model, model[1], a_face)

# %%
nn.inspect.feature_maps(model, model[4], a_face)

# %% [markdown]
# ## How much of the picture a unit sees · 感受野
#
# The gradient of a unit with respect to the *picture* is 0 wherever the unit does not look. Summed over many pictures,
# what is left is its window: a piece of a line, then a part of a face, then the whole face.


# %%
def window(layer):
    def answer(images):
        maps = nn.inspect.activations(model, images)[str(layer)]
        middle = tuple(side // 2 for side in maps.shape[2:])
        return np.sum(maps[(slice(None), slice(None), *middle)])

    return np.abs(autograd.grad(answer)(x[::40]).data).sum(axis=(0, 1))


LAYERS = {0: "first", 3: "second", 6: "third"}
windows = {layer: window(layer) for layer in LAYERS}
sides = {}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.5), layout="constrained")
for ax, (layer, seen) in zip(axes, windows.items(), strict=True):
    rows = np.flatnonzero(seen.any(axis=1))
    sides[layer] = int(rows[-1] - rows[0] + 1)
    ax.imshow(seen > 0, cmap="gray_r")
    ax.set_title(f"{LAYERS[layer]} layer: {sides[layer]} x {sides[layer]} pixels", fontsize=9)
plt.show()
assert sides[0] == 7 < sides[3] < sides[6]
assert sides[6] >= 22

# %% [markdown]
# ## The pieces that excite a unit most · 最能激发神经元的图块
#
# Of all windows of all faces, the five that four units of each layer answer to most. A row is a unit: in the first
# layer edges and lines, in the second parts such as eyes and brows, in the third whole faces.

# %%
photographs = centred(train[0])
with autograd.no_grad():
    answers = nn.inspect.activations(model, photographs)
figure, axes = plt.subplots(4, 17, figsize=(11, 3), layout="constrained")
for block, (layer, stride) in enumerate(((0, 1), (3, 2), (6, 4))):
    maps, side = answers[str(layer)].data[train[1] == 1], sides[layer]
    lively = np.argsort(-maps.max(axis=(0, 2, 3)))[:4]
    for row, unit in zip(axes, lively, strict=True):
        best_of_each = maps[:, unit].reshape(len(maps), -1)
        for ax, n in zip(row[6 * block :], np.argsort(-best_of_each.max(axis=1))[:5], strict=False):
            i, j = np.array(np.unravel_index(best_of_each[n].argmax(), maps.shape[2:])) * stride
            ax.imshow(faces[n, 0, i : i + side, j : j + side], cmap="gray")
for ax in axes.flat:
    ax.set_axis_off()
for block, name in enumerate(LAYERS.values()):
    axes[0, 6 * block + 2].set_title(f"{name} layer", fontsize=9)
plt.show()

# %% [markdown]
# Units of the last convolution that speak for "face" (their weight in the output is positive) and those that speak
# against it: what do they like best? Nobody told them what to stand for.

# %%
last, votes = answers["6"].data.max(axis=(2, 3)), model[9].weight.data[0]
favourites = {unit: train[1][np.argsort(-last[:, unit])[:10]].mean() for unit in range(16) if last[:, unit].max() > 0}
pro = np.mean([share for unit, share in favourites.items() if votes[unit] > 0])
contra = np.mean([share for unit, share in favourites.items() if votes[unit] < 0])
print(f"faces among the ten favourites: of units for 'face' {pro:.0%}, of units against it {contra:.0%}")
assert pro > 0.9
assert contra < 0.3

# %% [markdown]
# ## What excites a unit most · 最能激发神经元的输入
#
# Start from noise and change the *picture* by gradient ascent, with the weights held. First the units of the second
# layer: bars and patches put together. A unit that never answers (its feature map above is black) gives no direction to
# go in, and leaves the noise as it is.

# %%
nn.inspect.exciting_inputs(model, model[3], range(12), (1, 25, 25), steps=60)

# %% [markdown]
# Then the last unit, "face". Beside it the mean of all the faces, which the network was never shown.

# %%
dream = nn.inspect.most_exciting(model, model[9], 0, (1, 25, 25), steps=100)
average = photographs[train[1] == 1].mean(axis=0)[0]
figure, axes = plt.subplots(1, 2, figsize=(5, 2.6), layout="constrained")
for ax, picture, title in zip(axes, (dream[0], average), ("excites 'face' most", "mean of the faces"), strict=True):
    ax.imshow(picture, cmap="gray")
    ax.set_title(title, fontsize=9)
    ax.set_axis_off()
plt.show()
with autograd.no_grad():
    own, best = model(dream[np.newaxis]).item(), model(photographs).data.max()
likeness = np.corrcoef(dream.ravel(), average.ravel())[0, 1]
print(f"logit of 'face': {own:.1f} for this picture, {best:.1f} for the best photograph")
print(f"correlation with the mean face: {likeness:.2f}")
assert own > best
assert likeness > 0.3

# %% [markdown]
# ## What the figures showed · 小结
#
# - From pixels and yes/no alone the network reached the accuracy printed above on pictures it never saw, and it was not
#   taken in by the right pieces in the wrong places.
# - The filters of the first layer, random before, became smooth bars and edges: line pieces of 7 x 7 pixels.
# - A unit of the second layer sees a part of the face, one of the third nearly all of it; units that vote for "face"
#   like faces best, and units against it other things.
# - The picture that the last unit likes best has a bright forehead, dark eyes, bright cheeks and a dark mouth. It is a
#   sketch, not a photograph: what the network needed, and no more. Nobody prescribed any of this.
#
# 训练前随机的滤波器变成了线段与边缘；第二层看到人脸的局部，第三层看到几乎整张脸；
# 最能激发“人脸”的图像有明亮的额头、深色的眼睛和嘴。这些都不是人规定的，而是学到的。
#
# ## Try it yourself · 练习
#
# 1. Leave out the shuffled faces and the noise (`x[:4600]`). What is the most exciting picture then, and what does the
#    network say of noise?
#    去掉打乱的人脸和噪声再训练，最能激发“人脸”的图像变成什么样？网络怎样看待噪声？
# 2. Set `weight_decay=0`. What becomes of the smoothness, and of the accuracy?
#    令 `weight_decay=0`，滤波器的平滑度与准确率如何变化？
# 3. Which photograph of the test does the network get most wrong? Look at it with `show`.
#    测试集中哪一张照片错得最厉害？用 `show` 看一看。
