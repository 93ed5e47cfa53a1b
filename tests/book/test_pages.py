"""Every page in a real browser, the network blocked: on a phone and a desk, light and dark."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from publish import links
from publish.pages import toc_files

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = [f"{doc}.html" for doc in toc_files(ROOT)] + ["search.html", "index.html"]
PHONE, DESK = (390, 844), (1280, 900)
WIDE = """() => [...document.querySelectorAll('body *')].filter(e =>
  e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width > 1 &&
  getComputedStyle(e).visibility !== 'hidden' &&
  !e.closest('svg, pre, .table, div.math, .html-table, .wide, .katex-mathml, .skip, .find label')).slice(0, 3)
  .map(e => e.tagName + '.' + (e.className.baseVal ?? e.className))"""

# A page hears of its new size with the next frame; two later it has answered.
SETTLED = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


# A figure is one image, a formula's drawn half a short word; of the code's many words one of each colour is enough,
# and of a page's rows and entries, which are alike, the first sixty.
THIN = """() => {
  for (const e of [...document.querySelectorAll('tbody tr, article dl.py')].slice(60)) e.remove();
  for (const e of document.querySelectorAll('.figure-svg svg > *')) e.remove();
  for (const e of document.querySelectorAll('.katex-html')) e.replaceWith(e.textContent.slice(0, 8));
  const seen = new Set();
  for (const e of document.querySelectorAll('.highlight pre span'))
    if (seen.has(e.className)) e.replaceWith(...e.childNodes); else seen.add(e.className);
}"""


def violations(tab):
    """What axe finds, a line each. It thins out the page, so it comes after what looks at all of it."""
    if not tab.page.evaluate("'axe' in window"):
        tab.page.evaluate(THIN)
        tab.page.add_script_tag(path=str(AXE))
    found = tab.page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [f"{v['id']}: {v['help']}: {n['html'][:160]}" for v in found for n in v["nodes"][:3]]


def turn(tab, size, scheme):
    """The tab in another view, and the page done with what that changed."""
    tab.page.set_viewport_size({"width": size[0], "height": size[1]})
    tab.page.emulate_media(color_scheme=scheme)
    tab.page.evaluate(SETTLED)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_fits_and_is_accessible_in_every_view(visit, name):
    """One tab, turned from view to view; axe, which is slow, sees each scheme once and each size once."""
    said = []
    opened = visit(name)
    if name == "index.html":
        opened.page.wait_for_url("**/book/index.html")  # the site's root leads on to the book's first page
    for size, scheme in ((PHONE, "light"), (DESK, "dark"), (DESK, "light"), (PHONE, "dark")):
        turn(opened, size, scheme)
        view = f"{name} {size[0]} {scheme}"
        said += [f"{view}: wider than the screen: {what}" for what in opened.page.evaluate(WIDE)]
        if opened.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            said.append(f"{view}: the page scrolls sideways")
        if (size, scheme) in ((DESK, "light"), (PHONE, "dark")):
            said += [f"{view}: {what}" for what in violations(opened)]
    said += [f"{name}: asked for {url}" for url in opened.foreign]
    said += [f"{name}: console: {text}" for text in opened.errors]
    assert not said, "\n".join(said)


@pytest.mark.parametrize("name", ["index.html", "search.html", "book/index.html"])
def test_a_page_brings_its_icon(site, name):
    """Without one a browser asks for /favicon.ico, which is not there."""
    assert (site / name).read_text().count('<link rel="icon" href="data:image/svg+xml,') == 1


BOOK = [name for name in PAGES if name.startswith("book/")]


@pytest.mark.parametrize("name", BOOK)
def test_a_page_works_from_disk_and_its_explorer_answers_the_arrow_key(visit, site, name):
    opened = visit(name, base=site.resolve().as_uri() + "/")
    explorer = opened.page.locator(".cx").first
    assert explorer.count() or name != "book/index.html"
    if explorer.count():
        sliders = explorer.locator("input[type=range]:visible").all()
        slider = next(s for s in sliders if s.get_attribute("min") != s.get_attribute("max"))
        slider.press("Home")
        before = explorer.text_content()
        slider.press("ArrowRight")
        expect(explorer, f"{name}: the explorer does not answer the arrow key").not_to_have_text(before)
    opened.page.evaluate(SETTLED)
    assert opened.errors == []
    assert opened.foreign == []


@pytest.mark.parametrize("name", BOOK)
def test_figures_and_sentences_stand_there_without_javascript(visit, name):
    page = visit(name, script=False).page
    for k, explorer in enumerate(page.locator(".cx").all()):
        picture = explorer.locator("svg").first
        assert picture.is_visible(), f"{name}: explorer {k} has no picture without JavaScript"
        assert len(explorer.locator("p").first.inner_text()) > 20, f"{name}: explorer {k} has no sentence"


def test_a_dark_system_is_dark_without_javascript(tab):
    ground = "getComputedStyle(document.body).backgroundColor"
    dark, light = (tab("book/index.html", scheme=scheme) for scheme in ("dark", "light"))
    assert dark.page.evaluate(ground) != light.page.evaluate(ground)


@pytest.mark.parametrize("disk", [False, True])
def test_searching_works_from_a_server_and_from_disk(tab, site, disk):
    base = {"base": site.resolve().as_uri() + "/"} if disk else {}
    open_tab = tab("search.html?q=convolution", **base)
    expect(open_tab.page.locator("#search-results li a").first).to_be_visible(timeout=20_000)
    assert open_tab.errors == []
    open_tab.page.locator("#search-results li a").first.click()
    assert "/book/" in open_tab.page.url or "/exercises/" in open_tab.page.url


def test_the_schemes_button_turns_the_page_dark_and_is_remembered(tab):
    page = tab("book/index.html").page
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.get_by_role("button", name="Dark page").click()
    assert page.evaluate(ground) != before
    page.reload()
    assert page.evaluate(ground) != before


def test_code_has_a_copy_button(tab):
    page = tab("book/transposed.html").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator(".cell_input .highlight:visible").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.strip() == block.locator("pre").inner_text().strip()


def test_a_quiz_shows_the_reply_of_the_chosen_answer(tab):
    page = tab("book/transposed.html", script=False).page
    choice = page.locator(".quiz .choice").first
    assert not choice.locator(".reply").is_visible()
    choice.locator("input").check()
    assert choice.locator(".reply").is_visible()


def test_the_menu_of_chapters_opens_by_keyboard_on_a_phone(tab):
    page = tab("book/index.html", size=PHONE).page
    menu = page.locator(".menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.locator("a").first.is_visible()
    page.keyboard.press("Escape")
    assert not menu.locator("a").first.is_visible()


def test_every_link_and_anchor_of_the_site_exists(site):
    assert links.check(site, ROOT) == []


def test_no_page_has_a_widget_view_or_an_outside_script(site):
    for path in site.rglob("*.html"):
        text = path.read_text()
        assert "application/vnd.jupyter.widget" not in text, path.name
        assert not re.search(r'<script[^>]+src="(https?:)?//', text), path.name


def test_the_page_of_all_explorers_is_light(tab):
    """At most 600 kB, not compressed, without the drawings."""
    open_tab = tab("book/explorers.html")
    weight = {}
    open_tab.page.on("response", lambda r: weight.update({r.url: r.body()}))
    open_tab.page.reload(wait_until="networkidle")
    assert open_tab.page.locator(".cx-bar").count() >= 12
    sizes = {url: len(re.sub(rb"<svg.*?</svg>", b"", body, flags=re.S)) for url, body in weight.items()}
    assert sum(sizes.values()) <= 600_000, sizes


def test_the_first_page_is_light(tab, server):
    import gzip

    open_tab = tab("book/index.html")
    weight = {}
    open_tab.page.on("response", lambda r: weight.update({r.url: len(gzip.compress(r.body()))}))
    open_tab.page.reload(wait_until="networkidle")
    total = sum(weight.values())
    assert total < 300_000, weight


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "image-alt"),
        ("<p style='color: #bbb; background: #fff'>pale</p>", "color-contrast"),
    ],
)
def test_the_accessibility_check_sees_what_is_wrong(tab, html, found):
    open_tab = tab("book/index.html")
    open_tab.page.evaluate(
        "html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", html
    )
    assert any(line.startswith(found) for line in violations(open_tab))


def test_the_width_and_network_checks_see_what_is_wrong(tab):
    open_tab = tab("book/index.html", size=PHONE)
    open_tab.page.evaluate(
        "document.querySelector('article').insertAdjacentHTML('beforeend', '<div style=\"width: 900px\">wide</div>"
        '<img alt="" src="https://example.org/x.png">\')'
    )
    open_tab.page.wait_for_timeout(200)
    assert open_tab.page.evaluate(WIDE) == ["DIV."]
    assert open_tab.foreign == ["https://example.org/x.png"]
