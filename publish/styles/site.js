// The site's own script: the scheme's button, copy buttons, the menu, the heading one reads, scrollers by keyboard.
(() => {
  "use strict";
  const root = document.documentElement;
  const ready = () => {
    const button = document.querySelector(".scheme");
    const name = () => button.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
    button.setAttribute("aria-label", "Dark page");
    button.addEventListener("click", () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("scheme", root.dataset.theme); } catch { /* private window */ }
      name();
    });
    name();

    document.querySelectorAll(".highlight").forEach((block) => {
      const pre = block.querySelector("pre");
      if (!pre || block.closest(".output")) return;
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "copy";
      copy.textContent = "Copy";
      copy.addEventListener("click", async () => {
        const text = pre.innerText.split("\n").filter((line) => !/^\.\.\. *$/.test(line)).map((line) => line.replace(/^(>>>|\.\.\.) /, "")).join("\n");
        try { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; } catch {
          getSelection().selectAllChildren(pre);
          copy.textContent = "Selected";
        }
        setTimeout(() => { copy.textContent = "Copy"; }, 1600);
      });
      block.append(copy);
    });

    const menu = document.querySelector(".menu");
    document.addEventListener("click", (event) => { if (menu.open && !menu.contains(event.target)) menu.open = false; });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) { menu.open = false; menu.firstElementChild.focus(); }
    });

    const scrollers = () => document.querySelectorAll("article pre, .table, div.math, .wide").forEach((box) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0; else box.removeAttribute("tabindex");
    });
    scrollers();
    addEventListener("resize", scrollers);
    addEventListener("load", scrollers);

    const links = new Map([...document.querySelectorAll(".headings a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    if (links.size && "IntersectionObserver" in window) {
      const observer = new IntersectionObserver((entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          links.forEach((link) => link.removeAttribute("aria-current"));
          links.get(entry.target.id)?.setAttribute("aria-current", "true");
        }
      }, { rootMargin: "-10% 0px -80% 0px" });
      links.forEach((_, id) => { const section = document.getElementById(id); if (section) observer.observe(section); });
    }
    document.querySelectorAll("details").forEach((box) => addEventListener("beforeprint", () => { if (!box.matches(".menu")) box.open = true; }));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready); else ready();
})();
