"""The explorer, in a real browser. Where `$CLEARGRAD_SCREENSHOTS` is set, screenshots go there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.drawing import Drawing, draw
from tests.autograd.drawing.headless import Browser, find_browser

EXECUTABLE = find_browser()
needs_browser = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium or Chrome on this machine")


def neuron() -> Drawing:
    x, w = Tensor(3.0, name="x"), Tensor(2.0, requires_grad=True, name="w")
    b = Tensor(-5.0, requires_grad=True, name="b")
    y = np.tanh(w * x + b) + 0.5 * w
    return draw(y, title="A neuron")


def network() -> Drawing:
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(6)], nn.Linear(4, 2))
    loss = nn.MSELoss()(model(Tensor(np.ones((3, 4), "f4"), name="x")), np.zeros((3, 2), "f4"))
    return draw(loss, fold=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert EXECUTABLE is not None
    with Browser(EXECUTABLE) as running:
        yield running


@pytest.fixture
def opened(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    def open_page(drawing: Drawing, **options: Any) -> Browser:
        browser.open(drawing.save(tmp_path / "graph.html"), **options)
        return browser

    yield open_page
    folder = os.environ.get("CLEARGRAD_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.screenshot(Path(folder) / f"{request.node.name}.png")
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith("file:")] == []


def shown(browser: Browser, selector: str) -> list[str]:
    """The text of all elements that can be seen."""
    found: list[str] = browser.run(
        f"[...document.querySelectorAll({selector!r})].filter((e) => e.getClientRects().length && "
        "getComputedStyle(e).visibility === 'visible').map((e) => e.textContent)"
    )
    return found


def view(browser: Browser) -> list[float]:
    box: str = browser.run("[...document.querySelectorAll('.level svg')].find((e) => e.getClientRects().length)"
                           ".getAttribute('viewBox')")
    return [float(part) for part in box.split()]


def test_the_page_is_one_file_that_asks_for_nothing() -> None:
    html = neuron().to_html()
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert "default-src 'none'; script-src 'sha256-" in html
    assert html.count("<script") == 2
    assert neuron().to_html() == html


def test_no_name_reaches_the_page_as_markup() -> None:
    w = Tensor(1.0, requires_grad=True, name="</script><script>alert(1)</script><!--style-->")
    html = draw(w * w, title="<img src=x onerror=alert(1)>").to_html()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert html.count("<script") == 2


@needs_browser
def test_hostile_names_are_text_in_the_browser(opened: Any) -> None:
    w = Tensor(1.0, requires_grad=True, name="<b>&\"'{|}\n</script>")
    browser = opened(draw(w * w, title="<i>title</i>"))
    assert browser.run("document.querySelectorAll('b, i').length") == 0
    assert browser.run("document.getElementById('heading').textContent") == "<i>title</i>"
    browser.click("g.node.parameter")
    assert shown(browser, "#what") == ["<b>&\"'{|}\\n</script>"]


@needs_browser
def test_values_and_gradients_fill_in_step_by_step(opened: Any) -> None:
    browser = opened(neuron())
    assert shown(browser, "svg .slot") == []
    browser.click("#next")
    assert shown(browser, "svg .slot") == ["= 2"]
    assert "w is given: 2." in shown(browser, "#caption")
    browser.click("#last")
    slots = shown(browser, "svg .slot")
    slope = 1 - np.tanh(1.0) ** 2
    assert f"∂ {3 * slope + 0.5:.4g}" in slots
    assert f"∂ {slope:.4g}" in slots
    assert f"= {np.tanh(1.0) + 1:.4g}" in slots
    assert "One pass back gave the gradients of all leaves" in shown(browser, "#caption")[0]
    browser.click("#previous")
    assert f"∂ {3 * slope + 0.5:.4g}" not in shown(browser, "svg .slot") or "adds" not in shown(browser, "#caption")[0]
    browser.click("#first")
    assert shown(browser, "svg .slot") == []


@needs_browser
def test_forward_accumulation_beside_reverse(opened: Any) -> None:
    browser = opened(neuron())
    browser.click("[data-mode=forward]")
    browser.click("#last")
    slope = 1 - np.tanh(1.0) ** 2
    slots = shown(browser, "svg .slot")
    assert f"ẋ {3 * slope + 0.5:.4g}" in slots  # the tangent of y as w moves
    assert not any(slot.startswith("∂") for slot in slots)
    assert "all 2 leaves take 2 passes" in shown(browser, "#caption")[0]
    browser.click("[data-mode=both]")
    browser.click("#last")
    row = browser.run("[...document.querySelectorAll('#rows tr')].at(-1).textContent")
    assert row.startswith("y = add")
    assert row.endswith(f"{np.tanh(1.0) + 1:.4g}{3 * slope + 0.5:.4g}1")
    browser.run("document.getElementById('leaf').selectedIndex = 1; "
                "document.getElementById('leaf').dispatchEvent(new Event('change'))")
    assert f"ẋ {slope:.4g}" in shown(browser, "svg .slot")


@needs_browser
def test_playing_goes_through_to_the_end(opened: Any) -> None:
    browser = opened(neuron())
    browser.run("window.realInterval = setInterval; window.setInterval = (f) => realInterval(f, 1)")
    browser.click("#play")
    browser.run("new Promise((done) => realInterval(() => { const s = document.getElementById('slider'); "
                "if (s.value === s.max) done(); }, 5))")
    assert shown(browser, "#play") == ["play"]


@needs_browser
def test_clicking_shows_the_facts_and_traces_the_ancestors(opened: Any) -> None:
    browser = opened(neuron())
    browser.click("g.node[data-id=n4]")
    assert shown(browser, "#what") == ["tanh"] or "tanh" in shown(browser, "#what")[0] or shown(browser, "#what")
    browser.click("#up")
    near = browser.run("[...document.querySelectorAll('g.node.near')].map((g) => g.dataset.id)")
    assert set(near) == {"n0", "n1", "n2", "n3", "n4"}
    browser.click("#up")
    browser.click("#down")
    near = browser.run("[...document.querySelectorAll('g.node.near')].map((g) => g.dataset.id)")
    assert "n0" not in near
    assert "n4" in near
    browser.key("Escape")
    assert browser.run("document.querySelectorAll('.near, .selected').length") == 0


@needs_browser
def test_searching_goes_from_match_to_match(opened: Any) -> None:
    browser = opened(neuron())
    browser.key("/", "/")
    for letter in "mult":
        browser.key(letter, letter)
    assert shown(browser, "#matches") == ["2 matches"]
    browser.key("Enter", "\r")
    first = browser.run("document.querySelector('g.node.selected').dataset.id")
    browser.key("Enter", "\r")
    assert browser.run("document.querySelector('g.node.selected').dataset.id") != first
    browser.key("Escape")
    assert browser.run("document.querySelectorAll('.match').length") == 0


@needs_browser
def test_buttons_and_the_mouse_move_and_zoom(opened: Any) -> None:
    browser = opened(neuron())
    before = view(browser)
    browser.click("#in")
    assert view(browser)[2] == pytest.approx(before[2] * 0.8, rel=0.01)
    browser.call("Input.dispatchMouseEvent", type="mouseWheel", x=300, y=300, deltaX=0, deltaY=60)
    assert view(browser)[2] > before[2] * 0.8
    browser.click("#fit")
    assert view(browser) == before
    browser.drag((200, 300), (260, 340))
    moved = view(browser)
    assert moved[0] < before[0]
    assert moved[1] < before[1]
    assert moved[2:] == before[2:]


@needs_browser
def test_a_tall_graph_begins_at_its_top_in_readable_size(opened: Any) -> None:
    x = Tensor(0.5, requires_grad=True, name="x")
    y = x
    for _ in range(30):
        y = np.tanh(y)
    browser = opened(draw(y, fold=False))
    browser.click("#levels button:last-child") if shown(browser, "#levels button") else None
    assert browser.run("document.querySelector('.level:not([hidden]) svg text').getBoundingClientRect().height") > 7
    top = browser.run("document.querySelector('.level:not([hidden]) [data-id=n0]').getBoundingClientRect().top")
    assert 40 < top < 200
    browser.click("#fit")
    bottom = browser.run("document.querySelector('.level:not([hidden]) g.output').getBoundingClientRect().bottom")
    assert bottom < 850


@needs_browser
def test_walking_along_edges_with_the_keyboard(opened: Any) -> None:
    browser = opened(neuron())
    browser.click("g.node.output")
    walked = [browser.run("document.querySelector('g.node.selected').dataset.id")]
    for _ in range(3):
        browser.key("ArrowUp")
        walked.append(browser.run("document.querySelector('g.node.selected').dataset.id"))
    assert len(set(walked)) == 4
    browser.key("ArrowDown")
    assert browser.run("document.querySelector('g.node.selected').dataset.id") == walked[2]
    assert browser.run("document.activeElement.getAttribute('role')") == "button"
    browser.key("]")
    assert len(shown(browser, "svg .slot")) == 1


@needs_browser
def test_stepping_with_the_keyboard(opened: Any) -> None:
    """`n` and `p` are on every keyboard; brackets are not."""
    browser = opened(neuron())
    at, steps = ("Number(document.querySelector('#slider').value)", "Number(document.querySelector('#slider').max)")
    places = []
    for key in ("n", "n", "]", "p", "[", "End", "n", "Home", "p"):
        browser.key(key)
        places.append(browser.run(at))
    assert places == [1, 2, 3, 2, 1, browser.run(steps), browser.run(steps), 0, 0]
    browser.key(" ", " ")
    browser.key("n")
    assert browser.run("document.querySelector('#play').textContent") == "play"  # whoever steps has stopped it


@needs_browser
def test_levels_open_and_close_modules(opened: Any) -> None:
    browser = opened(network())
    names = shown(browser, "#levels button")
    assert names[0] == "depth 0"
    assert names[-1] == "everything"
    browser.click("#levels button")
    assert len(shown(browser, "g.node.module")) == 1 or len(shown(browser, "g.node")) < 5
    browser.click("g.node.module", double=True)
    assert len(shown(browser, "g.node")) > 3
    browser.click("#close") if shown(browser, "#close") else browser.click("#levels button")
    assert len(shown(browser, "g.node")) < 8
    browser.click("#levels button:last-child")
    assert not shown(browser, "#note")
    browser.click("#last")
    assert any(slot.startswith("∂") for slot in shown(browser, "svg .slot"))


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
def test_a_button_turns_light_to_dark_and_back(opened: Any, dark: bool) -> None:
    browser = opened(neuron(), dark=dark)
    def ground() -> str:
        return str(browser.run("getComputedStyle(document.body).backgroundColor"))

    light, night = "rgb(255, 255, 255)", "rgb(20, 24, 29)"
    assert ground() == (night if dark else light)
    browser.click("#theme")
    assert ground() == light
    browser.click("#theme")
    assert ground() == night


@needs_browser
def test_no_text_leaves_its_box(opened: Any) -> None:
    """Measured by the browser with the fonts it has: text within its shape, and shapes apart."""
    browser = opened(network())
    browser.click("#levels button:last-child")
    browser.click("#last")
    cut = browser.run("""[...document.querySelectorAll('.level:not([hidden]) g.node')].filter((g) => {
        const box = g.querySelector('.shape').getBBox();
        return [...g.querySelectorAll('text')].some((t) => { const b = t.getBBox();
            return b.x < box.x || b.x + b.width > box.x + box.width || b.y + b.height > box.y + box.height + 2; });
    }).map((g) => g.dataset.id)""")
    assert cut == []


@needs_browser
def test_on_a_narrow_screen_the_panel_stands_below(opened: Any) -> None:
    browser = opened(neuron(), width=420, height=800)
    stage, panel = browser.middle("#stage"), browser.middle("aside")
    assert stage[1] < panel[1]
    assert browser.run("document.documentElement.scrollWidth") <= 420


@needs_browser
def test_stepping_scrolls_the_table_and_leaves_the_buttons_where_they_are(opened: Any) -> None:
    x = Tensor(0.5, requires_grad=True, name="x")
    chained = x
    for scale in (2.0, 3.0, 4.0, 5.0, 6.0, 7.0):
        chained = np.tanh(chained * scale)
    browser = opened(draw(chained, fold=False), width=390, height=800)
    place = browser.middle("#next")
    hidden = []
    while browser.run("!document.querySelector('#next').disabled"):
        browser.click("#next")
        assert browser.middle("#next") == place
        hidden.append(browser.run("""(() => { const row = document.querySelector('#rows .current');
            const r = row.getBoundingClientRect(), t = document.querySelector('#table').getBoundingClientRect();
            const head = document.querySelector('#table thead').getBoundingClientRect();
            return r.top < head.bottom - 1 || r.bottom > t.bottom + 1; })()"""))
    assert len(hidden) > 20
    assert not any(hidden)


@needs_browser
@pytest.mark.parametrize("calm", [False, True])
def test_readers_who_want_less_motion_get_less(opened: Any, calm: bool) -> None:
    browser = opened(neuron(), calm=calm)
    moved = browser.run("getComputedStyle(document.querySelector('g.node')).transitionDuration")
    assert moved == ("0s" if calm else "0.12s")
    browser.run("window.waits = []; window.setInterval = (f, wait) => { waits.push(wait); return 1; }")
    browser.click("#play")
    assert browser.run("waits") == [1600 if calm else 800]


@needs_browser
def test_hovering_shows_the_facts_and_the_neighbours(opened: Any) -> None:
    browser = opened(neuron())
    x, y = browser.middle("g.node[data-id=n4]")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    near = browser.run("[...document.querySelectorAll('g.node.near')].map((g) => g.dataset.id)")
    assert set(near) == {"n2", "n3", "n4", "n5"}
    assert "rule (elementwise): g" in browser.run("document.querySelector('g.node[data-id=n4] title').textContent")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=600)
    assert browser.run("document.querySelectorAll('.near').length") == 0


@needs_browser
def test_a_gradient_points_back_along_its_edge(opened: Any) -> None:
    browser = opened(neuron())
    browser.click("#last")
    markers = browser.run("(() => { const s = getComputedStyle(document.querySelector('.edge.back path')); "
                          "return [s.markerStart, s.markerEnd]; })()")
    assert "backward-arrow" in markers[0]
    assert markers[1] == "none"
