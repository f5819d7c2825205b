// Forward evaluation, forward accumulation and reverse accumulation, step by step.

const trace = data.trace;
const choices = document.querySelectorAll("[data-mode]");
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
    let caption = trace.told[id] ?? label(id);
    if (tangents[id] !== undefined) caption += "; its tangent " + tangents[id] + " rides along";
    steps.push({ id, change, flow: "into", caption: caption + "." });
  }
  if (mode !== "forward") {
    for (const pull of trace.pulls) {
      const own = trace.gradients[pull.at];
      const change = pull.gives.map(([to, , , total]) => ["grad", to, "∂ " + total]);
      steps.push({ id: pull.at, change: [["grad", pull.at, "∂ " + own], ...change], flow: "back", caption: pull.told });
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
  if (mode === "forward") {
    const others = leaves > 1 ? "all " + leaves + " leaves take " + leaves + " passes, and " : "";
    return all + "One pass gave the derivative in one direction; " + others + "nothing needs to be kept.";
  }
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
    if (row) { row.classList.add("current"); reveal(row); }
    bring(first.dataset.id);
  }
  get("caption").textContent = summary();
  get("slider").value = at;
  get("previous").disabled = get("first").disabled = at === 0;
  get("next").disabled = get("last").disabled = at === steps.length;
}

// Only the table scrolls: a panel that did, too, would take the buttons away from under the finger.
function reveal(row) {
  const table = get("table"), top = row.offsetTop - table.querySelector("thead").offsetHeight;
  table.scrollTop = Math.min(top, Math.max(table.scrollTop, row.offsetTop + row.offsetHeight - table.clientHeight));
}

function go(number) { at = Math.max(0, Math.min(number, steps.length)); paint(); }
function stop() {
  clearInterval(timer);
  timer = null;
  get("play").textContent = "play";
  get("play").setAttribute("aria-label", "Play");
}
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
  for (const button of choices) button.setAttribute("aria-pressed", button.dataset.mode === name);
  get("direction").hidden = name === "reverse";
  for (const cell of document.querySelectorAll("#table .tangent")) cell.hidden = name === "reverse";
  for (const cell of document.querySelectorAll("#table .grad")) cell.hidden = name === "forward";
  plan();
}
for (const button of choices) button.addEventListener("click", () => modes(button.dataset.mode));
get("leaf").addEventListener("change", plan);
get("first").addEventListener("click", () => { stop(); go(0); });
get("previous").addEventListener("click", () => { stop(); go(at - 1); });
get("next").addEventListener("click", () => { stop(); go(at + 1); });
get("last").addEventListener("click", () => { stop(); go(steps.length); });
get("play").addEventListener("click", play);
get("slider").addEventListener("input", () => { stop(); go(Number(get("slider").value)); });
