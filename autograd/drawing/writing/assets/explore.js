// The explorer: levels, moving, selecting, tracing, searching. steps.js and keys.js stand in the same scope.

const data = JSON.parse(document.getElementById("data").textContent);
const get = (id) => document.getElementById(id);
const leafOf = (id) => id.replace(/_\d+$/, "");  // an alias n5_2 stands for the leaf n5
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const stage = get("stage");
const frames = [...document.querySelectorAll(".level")];
let level = -1, svg = null, view = null, whole = null, selected = null;

get("heading").textContent = document.title;

// --- Levels: every vertex and edge of a level, found once ---------------------------------------------------------

const books = frames.map(() => null);

function book(number) {
  if (books[number]) return books[number];
  const picture = frames[number].querySelector("svg");
  const nodes = new Map(), uses = new Map(), edges = [], into = new Map(), out = new Map();
  for (const g of picture.querySelectorAll("g.node")) {
    nodes.set(g.dataset.id, g);
    const leaf = leafOf(g.dataset.id);
    if (!uses.has(leaf)) uses.set(leaf, []);
    uses.get(leaf).push(g);
    g.setAttribute("tabindex", "0");
    g.setAttribute("role", "button");
    g.setAttribute("aria-label", g.querySelector("title").textContent);
  }
  for (const g of picture.querySelectorAll("g.edge")) {
    const edge = { g, from: g.dataset.from, to: g.dataset.to };
    edges.push(edge);
    if (!into.has(edge.to)) into.set(edge.to, []);
    if (!out.has(edge.from)) out.set(edge.from, []);
    into.get(edge.to).push(edge);
    out.get(edge.from).push(edge);
  }
  picture.setAttribute("role", "group");
  return (books[number] = { picture, nodes, uses, edges, into, out });
}

function show(number, centre) {
  if (number === level) return;
  stop();
  level = number;
  frames.forEach((frame, i) => { frame.hidden = i !== number; });
  const here = book(number);
  svg = here.picture;
  const [x, y, w, h] = (svg.dataset.whole || svg.getAttribute("viewBox")).split(" ").map(Number);
  svg.dataset.whole = [x, y, w, h].join(" ");
  whole = { x, y, w, h };
  begin();
  [...get("levels").children].forEach((button, i) => button.setAttribute("aria-pressed", i === number));
  get("steps").querySelector("#player").hidden = !data.levels[number].stepped;
  get("note").hidden = data.levels[number].stepped && !data.trace.note;
  get("note").textContent = data.trace.note || "Choose the level “" + data.levels[data.levels.length - 1].name +
    "” to go through the passes step by step.";
  if (!here.nodes.has(selected)) select(null);
  if (centre && here.nodes.has(centre)) { select(centre); bring(centre); }
  search();
  if (data.levels[number].stepped) paint();
}

data.levels.forEach((entry, i) => {
  const button = document.createElement("button");
  button.textContent = entry.name;
  button.title = entry.count + (entry.count === 1 ? " vertex" : " vertices");
  button.addEventListener("click", () => show(i));
  get("levels").append(button);
});
get("levels").hidden = data.levels.length < 2;

// --- Moving and zooming -------------------------------------------------------------------------------------------

function apply() { svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].map((n) => n.toFixed(2)).join(" ")); }

function fit() {
  const box = stage.getBoundingClientRect();
  const most = 1.6;  // never blow a small graph up to more than this
  const w = Math.max(whole.w, box.width / most), h = Math.max(whole.h, box.height / most);
  view = { x: whole.x - (w - whole.w) / 2, y: whole.y - (h - whole.h) / 2, w, h };
  apply();
}

function begin() {  // all of the graph, or, where that could not be read, as much as can be, from its top
  const box = stage.getBoundingClientRect(), smallest = 1.3;
  fit();
  if (scale() <= smallest) return;
  const w = box.width * smallest, h = box.height * smallest;
  view = { x: whole.w <= w ? whole.x - (w - whole.w) / 2 : whole.x, y: whole.y, w, h };
  apply();
}

function scale() {
  const box = stage.getBoundingClientRect();
  return Math.max(view.w / box.width, view.h / box.height);
}

function zoom(factor, clientX, clientY) {
  const box = stage.getBoundingClientRect(), s = scale();
  const left = view.x + view.w / 2 - (box.width * s) / 2, top = view.y + view.h / 2 - (box.height * s) / 2;
  const px = left + ((clientX ?? box.left + box.width / 2) - box.left) * s;
  const py = top + ((clientY ?? box.top + box.height / 2) - box.top) * s;
  const next = Math.min(Math.max(view.w * factor, 40), Math.max(whole.w, whole.h) * 8);
  const f = next / view.w;
  view = { x: px + (view.x - px) * f, y: py + (view.y - py) * f, w: view.w * f, h: view.h * f };
  apply();
}

function bring(id) {
  const g = book(level).nodes.get(id), box = g.getBBox(), at = g.parentNode.transform.baseVal.consolidate().matrix;
  const x = box.x + at.e, y = box.y + at.f, s = scale();
  if (s > 1.6) {  // too small to be read: come nearer, with the vertex in the middle
    const f = 1.2 / s;
    const w = view.w * f, h = view.h * f;
    view = { x: x + box.width / 2 - w / 2, y: y + box.height / 2 - h / 2, w, h };
  } else {  // just as far as it takes
    const edge = 10 * s, shown = stage.getBoundingClientRect();
    const w = shown.width * s, h = shown.height * s;
    const left = view.x + (view.w - w) / 2, top = view.y + (view.h - h) / 2;
    if (x - edge < left) view.x += x - edge - left;
    else if (x + box.width + edge > left + w) view.x += x + box.width + edge - left - w;
    if (y - edge < top) view.y += y - edge - top;
    else if (y + box.height + edge > top + h) view.y += y + box.height + edge - top - h;
  }
  apply();
}

const fingers = new Map();
let travelled = 0;
stage.addEventListener("pointerdown", (event) => {
  fingers.set(event.pointerId, event);
  travelled = 0;
});
stage.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const s = scale(), dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
  travelled += Math.abs(dx) + Math.abs(dy);
  if (travelled > 4 && !stage.hasPointerCapture(event.pointerId)) {
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("moving");
  }
  if (fingers.size === 2) {
    const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
    const was = Math.hypot(before.clientX - other.clientX, before.clientY - other.clientY);
    const is = Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY);
    if (is > 10) zoom(was / is, (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2);
  } else {
    view.x -= dx * s;
    view.y -= dy * s;
    apply();
  }
  fingers.set(event.pointerId, event);
});
const lift = (event) => { fingers.delete(event.pointerId); stage.classList.remove("moving"); };
stage.addEventListener("pointerup", lift);
stage.addEventListener("pointercancel", lift);
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 60) * 0.004), event.clientX, event.clientY);
}, { passive: false });
get("in").addEventListener("click", () => zoom(0.8));
get("out").addEventListener("click", () => zoom(1.25));
get("fit").addEventListener("click", fit);
addEventListener("resize", fit);

// --- Selecting, hovering, tracing ---------------------------------------------------------------------------------

const nodeOf = (event) => event.target.closest && event.target.closest("g.node");

function clear(name) { for (const g of svg.querySelectorAll("." + name)) g.classList.remove(name); }

function near(id) {
  clear("near");
  svg.classList.toggle("focused", id !== null);
  if (id === null) return;
  const { nodes, into, out } = book(level);
  for (const [key, g] of nodes) {
    const alias = g.classList.contains("alias") && leafOf(key) === leafOf(id);  // all uses of a leaf light up
    if (key === id || alias) g.classList.add("near");
  }
  for (const edge of [...(into.get(id) || []), ...(out.get(id) || [])]) {
    edge.g.classList.add("near");
    nodes.get(edge.from).classList.add("near");
    nodes.get(edge.to).classList.add("near");
  }
}

function lineage(id, map, end) {
  const { nodes } = book(level), waiting = [id], seen = new Set([id]);
  while (waiting.length) {
    for (const edge of map.get(waiting.pop()) || []) {
      edge.g.classList.add("near");
      if (!seen.has(edge[end])) { seen.add(edge[end]); waiting.push(edge[end]); }
    }
  }
  for (const key of seen) nodes.get(key).classList.add("near");
}

function retrace() {
  const here = book(level), up = pressed("up"), down = pressed("down");
  near(null);
  if (selected === null || !(up || down)) return;
  svg.classList.add("focused");
  if (up) lineage(selected, here.into, "from");
  if (down) lineage(selected, here.out, "to");
}

const pressed = (id) => get(id).getAttribute("aria-pressed") === "true";
for (const id of ["up", "down"]) {
  get(id).addEventListener("click", () => { get(id).setAttribute("aria-pressed", !pressed(id)); retrace(); });
}

function select(id) {
  clear("selected");
  selected = id;
  get("tools").hidden = id === null;
  if (id === null) { near(null); return; }
  const g = book(level).nodes.get(id), entry = data.vertices[id] || data.vertices[leafOf(id)];
  g.classList.add("selected");
  get("what").textContent = entry.name;
  get("path").textContent = entry.path.join(" › ");
  get("facts").replaceChildren(...entry.facts.map((fact) => {
    const item = document.createElement("li");
    item.textContent = fact;
    return item;
  }));
  get("open").hidden = entry.kind !== "module" || level + 1 >= frames.length;
  get("close").hidden = folder() === null;
  retrace();
  for (const row of get("rows").children) row.classList.toggle("chosen", row.dataset.id === leafOf(id));
}

function folder() {
  if (level === 0 || selected === null) return null;
  for (let i = level - 1; i >= 0; i--) if (!book(i).nodes.has(selected)) return i;
  return null;
}

function open() {
  const path = (data.vertices[selected] || { path: [] }).path.join("›");
  for (let i = level + 1; i < frames.length; i++) {
    const inside = [...book(i).nodes.keys()].find((id) => {
      const entry = data.vertices[id];
      return entry && !book(level).nodes.has(id) && entry.path.join("›").startsWith(path);
    });
    if (!book(i).nodes.has(selected)) { show(i, inside); return; }
  }
}
get("open").addEventListener("click", open);
get("close").addEventListener("click", () => { const to = folder(); if (to !== null) show(to); });

stage.addEventListener("click", (event) => {
  if (travelled > 4) return;
  const g = nodeOf(event);
  select(g ? g.dataset.id : null);
});
stage.addEventListener("dblclick", (event) => {
  const g = nodeOf(event);
  if (g && g.classList.contains("module")) { select(g.dataset.id); open(); }
});
stage.addEventListener("pointerover", (event) => {
  const g = nodeOf(event);
  if (g && !pressed("up") && !pressed("down")) near(g.dataset.id);
});
stage.addEventListener("pointerout", (event) => { if (nodeOf(event)) retrace(); });
stage.addEventListener("focusin", (event) => {
  const g = nodeOf(event);
  if (g && g.matches(":focus-visible")) select(g.dataset.id);
});

// --- Searching ----------------------------------------------------------------------------------------------------

let found = [], place = 0;

function search() {
  clear("match");
  const wanted = get("search").value.trim().toLowerCase();
  svg.classList.toggle("searching", wanted !== "");
  found = [];
  if (wanted) {
    for (const [id, g] of book(level).nodes) {
      const entry = data.vertices[id] || data.vertices[leafOf(id)];
      if ([entry.name, entry.what, entry.spec, id, entry.path.join(".")].join(" ").toLowerCase().includes(wanted)) {
        found.push(id);
        g.classList.add("match");
      }
    }
  }
  place = 0;
  get("matches").textContent = wanted ? (found.length || "no") + (found.length === 1 ? " match" : " matches") : "";
}
get("search").addEventListener("input", search);
get("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && found.length) {
    select(found[place % found.length]);
    bring(selected);
    place += event.shiftKey ? found.length - 1 : 1;
  }
  if (event.key === "Escape") { get("search").value = ""; search(); get("search").blur(); }
});
