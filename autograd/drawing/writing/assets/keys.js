// Keyboard, light and dark, and the start.

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

function stepTo(to) { if (data.levels[level].stepped) { stop(); go(to); } }

addEventListener("keydown", (event) => {
  if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.matches("button, summary");
  const actions = {
    "/": () => get("search").focus(), "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), "0": fit,
    "[": () => stepTo(at - 1), "]": () => stepTo(at + 1), "p": () => stepTo(at - 1), "n": () => stepTo(at + 1),
    "Home": () => stepTo(0), "End": () => stepTo(steps.length),
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
