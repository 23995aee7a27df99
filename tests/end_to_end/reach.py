"""What axe doesn't look at: keyboard, zoom, text spacing, motion, forced colours."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.end_to_end.person import DESKTOP, PHONE, WCAG

ZOOMED = ViewportSize(width=640, height=400)
"""1280 pixels at 200 %."""

MOST_STOPS = 150

SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""

CUT = """() => [...document.querySelectorAll("body *")].filter(element => {
  const style = getComputedStyle(element);
  const isShown = element.checkVisibility() && !element.closest(".visually-hidden, svg, input");
  const cuts = ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis";
  return isShown && cuts && element.clientWidth > 1
    && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
}).map(element => element.outerHTML.slice(0, 200))"""

MOVING = """() => [...document.querySelectorAll("body *")].filter(element => {
  const style = getComputedStyle(element);
  return style.transitionDuration.split(", ").some(each => parseFloat(each) > 0)
    || style.animationName !== "none";
}).map(element => element.outerHTML.slice(0, 200))"""

FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: element.outerHTML.slice(0, 200),
    isSeen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
    isCovered: !at || !(element.contains(at) || at.contains(element)
      || [...(element.labels || [])].some(label => label.contains(at))),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
  };
}"""


def assert_reachable(page: Page) -> None:
    """Hold the page to what WCAG 2.2 AA asks beyond axe's rules. It is loaded anew for that."""
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light", reduced_motion="reduce", forced_colors="none")
    page.goto(page.url)
    assert page.evaluate(MOVING) == [], f"{page.url} moves"
    assert_skip_link_leads_to_content(page)
    assert_keyboard_reaches_everything(page)
    page.evaluate(SPACED)
    for size in (ZOOMED, PHONE):
        page.set_viewport_size(size)
        assert_nothing_is_cut(page)
    page.set_viewport_size(DESKTOP)


def assert_nothing_is_cut(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    shown = page.evaluate("innerWidth")
    assert width <= shown, f"{page.url} is {width} pixels wide, of {shown}"
    assert page.evaluate(CUT) == [], f"{page.url} cuts text"


def assert_skip_link_leads_to_content(page: Page) -> None:
    page.keyboard.press("Tab")
    if "skip-link" not in page.evaluate("document.activeElement.className"):
        return  # the page put the focus where one goes on, such as a wrong field
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content", page.url


def assert_keyboard_reaches_everything(page: Page) -> None:
    """Tab once around: each stop is seen, not covered, marked, and none holds the focus."""
    page.goto(page.url.partition("#")[0])
    page.evaluate("document.activeElement.blur()")
    last: dict[str, Any] | None = None
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            return
        assert stop["isSeen"], f"{page.url}: unseen {stop}"
        assert not stop["isCovered"], f"{page.url}: covered {stop}"
        assert stop["outline"] >= 2, f"{page.url}: no outline {stop}"
        last = stop
    raise AssertionError(f"{page.url} does not let go of the focus: {last}")


def assert_no_violations(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
