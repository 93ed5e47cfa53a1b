// The lecture view (?present): one section a screen. Right and left, Page Down and Up, Home and End; Escape leaves. site.js loads this only when it is asked for.
(() => {
  "use strict";
  const root = document.documentElement, chapter = document.querySelector("article > section");
  if (!chapter) return;
  const screens = [[]];
  for (const part of chapter.children) {
    if (part.matches("section")) screens.push([]);
    screens[screens.length - 1].push(part);
  }
  const bar = document.createElement("nav"), title = document.createElement("b"), count = document.createElement("span");
  const button = (text, label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  let now = 0;
  const show = (wanted) => {
    now = Math.max(0, Math.min(screens.length - 1, wanted));
    screens.forEach((screen, k) => screen.forEach((part) => part.classList.toggle("off", k !== now)));
    const heading = (now ? screens[now][0] : chapter).querySelector("h1, h2").cloneNode(true);
    heading.querySelectorAll(".headerlink, .katex-html").forEach((part) => part.remove());
    title.textContent = heading.textContent;
    count.textContent = `${now + 1} / ${screens.length}`;
    back.disabled = now === 0;
    next.disabled = now === screens.length - 1;
    try { history.replaceState(history.state, "", location.pathname + location.search + (now ? "#" + screens[now][0].id : "")); } catch { /* a page that may not */ }
    scrollTo(0, 0);
    dispatchEvent(new Event("resize"));
  };
  const leave = () => {
    const asked = new URLSearchParams(location.search);
    asked.delete("present");
    location.href = location.pathname + (String(asked) && "?" + asked) + (location.hash || "#main");
  };
  const back = button("‹", "Previous screen", () => show(now - 1)), next = button("›", "Next screen", () => show(now + 1));
  bar.className = "slides";
  bar.setAttribute("aria-label", "Lecture view");
  title.setAttribute("aria-live", "polite");
  bar.append(title, count, back, next, button("Leave", "Leave the lecture view", leave));
  document.body.append(bar);
  root.classList.add("present");

  const held = (target) => target.closest?.(".cx, input, select, textarea, pre[tabindex], [contenteditable]");
  const page = (way) => { // a long section is scrolled to its end before the next one comes
    const before = scrollY;
    scrollBy({ top: way * innerHeight * .85, behavior: "instant" });
    if (scrollY === before) show(now + way);
  };
  const keys = { ArrowRight: () => show(now + 1), ArrowLeft: () => show(now - 1), PageDown: () => page(1), PageUp: () => page(-1), Home: () => show(0), End: () => show(screens.length) };
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const inside = held(event.target);
    if (event.key === "Escape") {
      if (inside) event.target.blur(); else leave();
    } else if (keys[event.key] && !inside) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  let from = null;
  addEventListener("touchstart", (event) => {
    from = event.touches.length > 1 || event.target.closest?.(".cx, pre, table, .table, .math, .wide, .html-table") ? null : event.touches[0];
  }, { passive: true });
  addEventListener("touchend", (event) => {
    const to = event.changedTouches[0];
    if (from && Math.abs(to.clientX - from.clientX) > 60 && Math.abs(to.clientX - from.clientX) > 2 * Math.abs(to.clientY - from.clientY)) show(now + (to.clientX < from.clientX ? 1 : -1));
    from = null;
  }, { passive: true });
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  show(Math.max(0, screens.findIndex((screen) => target && screen.some((part) => part.contains(target)))));
})();
