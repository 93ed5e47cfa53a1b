"""The lecture view (?present) and one explorer alone (?embed), in a real browser with the network blocked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PAGE = "book/dilated.html"
SHOWN = "[...document.querySelectorAll('article > section > section')].filter(e => e.checkVisibility()).map(e => e.id)"


def lecture(tab, address="?present", **view):
    """Open the page in the lecture view, once it is there."""
    opened = tab(PAGE + address, **view)
    expect(opened.page.get_by_role("navigation", name="Lecture view")).to_be_visible()
    return opened


def test_one_section_fills_the_screen_and_keys_lead_on(tab):
    page = lecture(tab).page
    sections = page.evaluate("[...document.querySelectorAll('article > section > section')].map(e => e.id)")
    assert page.evaluate(SHOWN) == []
    assert page.locator(".question").is_visible()
    assert not page.locator(".bar").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(SHOWN) == sections[:1]
    assert page.url.endswith(f"{PAGE}?present#{sections[0]}")
    page.keyboard.press("End")
    assert page.evaluate(SHOWN) == sections[-1:]
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(SHOWN) == sections[-2:-1]
    page.keyboard.press("Home")
    assert page.evaluate(SHOWN) == []
    assert page.get_by_role("button", name="Previous screen").is_disabled()
    page.get_by_role("button", name="Next screen").click()
    assert page.evaluate(SHOWN) == sections[:1]
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/{PAGE}#{sections[0]}")
    expect(page.locator(".bar")).to_be_visible()


def test_page_down_scrolls_a_long_screen_before_it_goes_on(tab):
    page = lecture(tab, size=(1000, 500)).page
    page.keyboard.press("PageDown")
    assert page.evaluate(SHOWN) == []
    assert page.evaluate("scrollY") > 100
    page.keyboard.press("PageUp")
    assert page.evaluate("scrollY") == 0
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.keyboard.press("PageDown")
    assert len(page.evaluate(SHOWN)) == 1
    assert page.evaluate("scrollY") == 0


def test_an_explorer_stays_alive_and_keeps_its_keys_until_escape(tab):
    page = lecture(tab).page
    explorer = page.locator("figure.cx").first
    before = explorer.locator(".cx-say").inner_text()
    explorer.locator(".cx-draw").press("ArrowRight")
    expect(explorer.locator(".cx-say")).not_to_have_text(before)
    assert page.evaluate(SHOWN) == []
    explorer.get_by_role("slider", name="stride", exact=True).press("ArrowRight")
    expect(explorer.locator(".cx-say")).to_contain_text("of 4")
    assert page.evaluate(SHOWN) == []
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert len(page.evaluate(SHOWN)) == 1


def test_it_works_from_disk_begins_where_the_address_says_and_leaves_print_alone(tab, site):
    opened = lecture(tab, "?present#the-loop", base=site.resolve().as_uri() + "/")
    assert opened.page.evaluate(SHOWN) == ["the-loop"]
    opened.page.emulate_media(media="print")
    assert len(opened.page.evaluate(SHOWN)) > 5
    assert not opened.page.get_by_role("navigation", name="Lecture view").is_visible()
    assert opened.errors == opened.foreign == []


def test_a_swipe_turns_the_screen(tab):
    page = lecture(tab, size=(390, 844)).page
    swipe = """([from, to]) => {
      const at = x => [new Touch({identifier: 1, target: document.querySelector('h1'), clientX: x, clientY: 40})];
      document.querySelector('h1').dispatchEvent(new TouchEvent('touchstart', {bubbles: true, touches: at(from), changedTouches: at(from)}));
      document.querySelector('h1').dispatchEvent(new TouchEvent('touchend', {bubbles: true, touches: [], changedTouches: at(to)}));
    }"""
    page.evaluate(swipe, [300, 280])
    assert page.evaluate(SHOWN) == []
    page.evaluate(swipe, [300, 100])
    assert len(page.evaluate(SHOWN)) == 1
    page.evaluate(swipe, [100, 300])
    assert page.evaluate(SHOWN) == []


def test_a_page_links_to_its_lecture_view_and_loads_it_only_then(tab):
    opened = tab(PAGE)
    asked = []
    opened.page.on("request", lambda request: asked.append(request.url))
    opened.page.reload(wait_until="networkidle")
    assert not [url for url in asked if "present" in url]
    opened.page.get_by_role("link", name="lecture view").click()
    expect(opened.page.get_by_role("navigation", name="Lecture view")).to_be_visible()
    assert [url for url in asked if url.endswith("present.js")]


def test_the_embed_code_shows_this_explorer_alone_in_its_state(tab, server):
    page = tab(PAGE).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    explorer = page.locator("figure.cx").first
    slider = explorer.get_by_role("slider", name="dilation", exact=True)
    slider.press("ArrowRight")
    said = explorer.locator(".cx-say").inner_text()
    explorer.get_by_role("button", name="Copy embed code").click()
    expect(explorer.locator(".cx-note")).to_have_text("The embed code is copied.")
    code = page.evaluate("navigator.clipboard.readText()")
    address = unescape(
        re.match(r'<iframe src="([^"]+)" title="[^"]+" width="100%" height="\d+" style="border:0"', code)[1]
    )
    assert address.startswith(f"{server}{PAGE}?embed=conv2d&")

    at_once = code.replace(' loading="lazy"', "")
    page.set_content(f"<main>{at_once}</main>")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".cx-say")).to_have_text(said)
    assert frame.locator("body > main > *").count() == 2
    assert frame.get_by_role("link").get_attribute("href").startswith(f"{server}{PAGE}")
    frame.locator(".cx-draw").press("End")
    frame.get_by_role("slider", name="dilation", exact=True).press("ArrowLeft")
    expect(frame.locator(".cx-say")).not_to_have_text(said)


def test_an_explorer_that_the_page_lacks_is_said_with_those_it_has(tab):
    page = tab(f"{PAGE}?embed=conv9d").page
    expect(page.locator("body")).to_have_text(
        re.compile(r'No explorer of this page is called "conv9d". There are: conv2d, ')
    )


def test_from_disk_no_embed_code_is_offered(tab, site):
    page = tab(PAGE, base=site.resolve().as_uri() + "/").page
    expect(page.get_by_role("button", name="Copy as convlib").first).to_be_visible()
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Copy embed code").count() == 0
