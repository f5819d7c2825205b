"use strict";
(() => {
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
    fit();
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
      view = { x: x + box.width / 2 - view.w * f / 2, y: y + box.height / 2 - view.h * f / 2, w: view.w * f, h: view.h * f };
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
    for (const [key, g] of nodes) if (key === id || (g.classList.contains("alias") && leafOf(key) === leafOf(id))) g.classList.add("near");
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

  function levelWith(id, from, step) {
    for (let i = from; i >= 0 && i < frames.length; i += step) if (book(i).nodes.has(id)) return i;
    return -1;
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
  stage.addEventListener("pointerover", (event) => { const g = nodeOf(event); if (g && !pressed("up") && !pressed("down")) near(g.dataset.id); });
  stage.addEventListener("pointerout", (event) => { if (nodeOf(event)) retrace(); });
  stage.addEventListener("focusin", (event) => { const g = nodeOf(event); if (g && g.matches(":focus-visible")) select(g.dataset.id); });

  // --- Searching ----------------------------------------------------------------------------------------------------

  let found = [], place = 0;

  function search() {
    clear("match");
    const wanted = get("search").value.trim().toLowerCase();
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

  // --- The passes, step by step -------------------------------------------------------------------------------------

  const trace = data.trace;
  let mode = "reverse", steps = [], at = 0, timer = null;

  function label(id) {
    const entry = data.vertices[id];
    return entry.named || entry.kind !== "operation" ? entry.name : "%" + id.slice(1) + " " + entry.name;
  }

  function moving() { return trace.tangents[get("leaf").value] || {}; }

  function plan() {
    steps = [];
    const tangents = mode === "reverse" ? {} : moving();
    for (const id of trace.order) {
      const change = [];
      if (trace.values[id] !== undefined) change.push(["value", id, "= " + trace.values[id]]);
      if (tangents[id] !== undefined) change.push(["tangent", id, "ẋ " + tangents[id]]);
      if (!change.length) continue;
      let caption = label(id) + " is evaluated: " + (trace.values[id] ?? "?");
      if (tangents[id] !== undefined) caption += "; its tangent " + tangents[id] + " rides along";
      steps.push({ id, change, flow: "into", caption: caption + "." });
    }
    if (mode !== "forward") {
      for (const pull of trace.pulls) {
        const own = trace.gradients[pull.at], rule = data.vertices[pull.at].rule;
        const words = pull.gives.map(([to, share, count, total]) => (count > 1 ? "adds " : "gives ") + share + " to " +
          label(to) + (count > 1 ? ", now " + total : ""));
        const change = pull.gives.map(([to, , , total]) => ["grad", to, "∂ " + total]);
        steps.push({ id: pull.at, change: [["grad", pull.at, "∂ " + own], ...change], flow: "back",
          caption: "Back at " + label(pull.at) + ": g = " + own + (rule ? "; the rule " + rule : "") + " " +
            (words.join(", ") || "ends here") + "." });
      }
    }
    get("slider").max = steps.length;
    go(Math.min(at, steps.length));
  }

  function summary() {
    if (at === 0) return "The graph before anything is evaluated. Step on, or play.";
    const leaves = Object.keys(trace.tangents).length;
    if (at < steps.length) return steps[at - 1].caption;
    const all = steps[at - 1].caption + " ";
    if (mode === "forward") return all + "One pass gave the derivative in one direction; " + (leaves > 1 ? "all " + leaves + " leaves take " + leaves + " passes, and nothing needs to be kept." : "nothing needs to be kept.");
    return all + "One pass back gave the gradients of all leaves; the values of the forward pass had to be kept for it.";
  }

  function paint() {
    if (!data.levels[level] || !data.levels[level].stepped) return;
    const { uses, into } = book(level);
    for (const name of ["filled", "current", "flow", "back"]) clear(name);
    for (const row of get("rows").children) {
      row.classList.remove("current");
      for (const cell of [...row.cells].slice(1)) cell.textContent = "";
    }
    for (const step of steps.slice(0, at)) {
      for (const [role, id, text] of step.change) {
        for (const g of uses.get(id) || []) {
          const slot = g.querySelector(".slot." + role);
          if (slot) { slot.textContent = text; slot.classList.add("filled"); }
        }
        const row = rows.get(id);
        if (row) {
          const cell = row.querySelector("." + role);
          cell.textContent = cell.title = text.replace(/^(=|ẋ|∂) /, "");
        }
      }
    }
    const step = steps[at - 1];
    if (step) {
      const [first, ...others] = uses.get(step.id);
      for (const g of [first, ...others]) g.classList.add("current");
      for (const edge of into.get(step.id) || []) {
        if (step.flow === "into") edge.g.classList.add("flow");
        else if (step.change.some(([, id]) => id === leafOf(edge.from))) edge.g.classList.add("back");
      }
      const row = rows.get(step.id);
      if (row) { row.classList.add("current"); row.scrollIntoView({ block: "nearest" }); }
      bring(first.dataset.id);
    }
    get("caption").textContent = summary();
    get("slider").value = at;
    get("previous").disabled = get("first").disabled = at === 0;
    get("next").disabled = get("last").disabled = at === steps.length;
  }

  function go(number) { at = Math.max(0, Math.min(number, steps.length)); paint(); }
  function stop() { clearInterval(timer); timer = null; get("play").textContent = "play"; get("play").setAttribute("aria-label", "Play"); }
  function play() {
    if (timer) { stop(); return; }
    if (at === steps.length) go(0);
    get("play").textContent = "pause";
    get("play").setAttribute("aria-label", "Pause");
    timer = setInterval(() => { go(at + 1); if (at === steps.length) stop(); }, calm ? 1600 : 800);
  }

  const rows = new Map();
  for (const id of trace.order) {
    if (trace.values[id] === undefined && trace.gradients[id] === undefined) continue;
    const row = document.createElement("tr");
    row.dataset.id = id;
    for (const name of ["name", "value", "tangent", "grad"]) {
      const cell = row.insertCell();
      cell.className = name;
      if (name === "name") cell.textContent = cell.title = label(id);
    }
    row.addEventListener("click", () => {
      const shown = (book(level).uses.get(id) || [])[0];
      if (shown) { select(shown.dataset.id); bring(shown.dataset.id); }
    });
    rows.set(id, row);
    get("rows").append(row);
  }
  for (const id of Object.keys(trace.tangents)) {
    const option = document.createElement("option");
    option.value = id;
    option.textContent = label(id);
    get("leaf").append(option);
  }
  function modes(name) {
    mode = name;
    for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", button.dataset.mode === name);
    get("direction").hidden = name === "reverse";
    for (const cell of document.querySelectorAll("#table .tangent")) cell.hidden = name === "reverse";
    for (const cell of document.querySelectorAll("#table .grad")) cell.hidden = name === "forward";
    plan();
  }
  for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => modes(button.dataset.mode));
  get("leaf").addEventListener("change", plan);
  get("first").addEventListener("click", () => { stop(); go(0); });
  get("previous").addEventListener("click", () => { stop(); go(at - 1); });
  get("next").addEventListener("click", () => { stop(); go(at + 1); });
  get("last").addEventListener("click", () => { stop(); go(steps.length); });
  get("play").addEventListener("click", play);
  get("slider").addEventListener("input", () => { stop(); go(Number(get("slider").value)); });

  // --- Keys ---------------------------------------------------------------------------------------------------------

  function walk(key) {
    const { nodes, into, out } = book(level), ids = [...nodes.keys()];
    if (selected === null) { choose(ids[0]); return; }
    const up = into.get(selected) || [], down = out.get(selected) || [];
    if (key === "ArrowUp" && up.length) choose(up[0].from);
    else if (key === "ArrowDown" && down.length) choose(down[0].to);
    else if (key === "ArrowLeft" || key === "ArrowRight") {
      const step = key === "ArrowLeft" ? ids.length - 1 : 1;
      choose(ids[(ids.indexOf(selected) + step) % ids.length]);
    }
  }
  function choose(id) { select(id); bring(id); book(level).nodes.get(id).focus({ preventScroll: true }); }

  addEventListener("keydown", (event) => {
    if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target.matches("button, summary");
    const actions = {
      "/": () => get("search").focus(), "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), "0": fit,
      "[": () => { stop(); go(at - 1); }, "]": () => { stop(); go(at + 1); },
      "Escape": () => { for (const id of ["up", "down"]) get(id).setAttribute("aria-pressed", "false"); select(null); },
    };
    if (event.key.startsWith("Arrow")) actions[event.key] = () => walk(event.key);
    if (!onButton) {
      actions[" "] = () => { if (data.levels[level].stepped) play(); };
      actions["Enter"] = () => { if (selected !== null && !get("open").hidden) open(); };
    }
    if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
  });

  // --- Light and dark -----------------------------------------------------------------------------------------------

  const themes = ["auto", "light", "dark"];
  function dress() { get("theme").textContent = "theme: " + document.documentElement.dataset.theme; }
  get("theme").addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    dress();
  });
  dress();

  show(data.start);
  modes("reverse");
})();
