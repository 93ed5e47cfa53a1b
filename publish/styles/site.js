// The site's own script: the scheme's button, copy buttons, the menu, the heading one reads, scrollers by keyboard;
// ?present, the lecture view; ?embed=ID, one explorer alone, for a frame in another page.
(() => {
  "use strict";
  const root = document.documentElement, asked = new URLSearchParams(location.search), here = document.currentScript.src;
  const make = (tag, text, attributes) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.textContent = text;
    return made;
  };
  if (asked.has("embed")) root.classList.add("embed");

  const present = () => {
    const style = make("link", "", { rel: "stylesheet", href: new URL("present.css", here).href });
    style.addEventListener("load", () => document.head.append(make("script", "", { src: new URL("present.js", here).href })));
    document.head.append(style);
  };

  // The page's address with this explorer's settings: at the explorer, or with the explorer alone.
  const address = (id, alone) => {
    const page = new URL(location.href);
    page.search = new URLSearchParams([...(alone ? [["embed", id]] : []), ...[...asked].filter(([key]) => key.startsWith(id + "."))]);
    page.hash = alone ? "" : id;
    return page.href;
  };
  const embed = (id) => {
    const figures = [...document.querySelectorAll("figure.cx")], figure = figures.find((one) => one.id === id);
    if (!figure) {
      const names = figures.map((one) => one.id).join(", ") || "none";
      document.body.replaceChildren(make("p", `No explorer of this page is called "${id}". There are: ${names}.`));
      return;
    }
    const explorer = figure.explorer, changes = explorer?.decode(asked, id + ".") || {};
    const source = make("p", "From ", { className: "source" });
    source.append(make("a", document.title, { href: address(id, false), target: "_blank", rel: "noopener" }));
    const main = make("main", "");
    main.append(figure, source);
    document.body.replaceChildren(main);
    if (Object.keys(changes).length) explorer.want(changes);
  };
  const offer = (figure) => {
    const row = figure.querySelector(".cx-copy"), explorer = figure.explorer;
    if (!row || !explorer) return;
    const button = make("button", "Copy embed code", { type: "button" });
    button.addEventListener("click", async () => {
      const now = new URL(address(figure.id, true));
      for (const [key, value] of Object.entries(explorer.s)) if (String(value) !== String(explorer.start[key])) now.searchParams.set(`${figure.id}.${key}`, value); else now.searchParams.delete(`${figure.id}.${key}`);
      const quoted = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
      const code = `<iframe src="${quoted(now.href)}" title="${quoted(document.title)}" width="100%" height="${figure.offsetHeight + 60}" style="border:0" loading="lazy"></iframe>`;
      try { await navigator.clipboard.writeText(code); explorer.note.textContent = "The embed code is copied."; } catch {
        explorer.code.textContent = code;
        explorer.code.hidden = false;
        getSelection().selectAllChildren(explorer.code);
        explorer.note.textContent = "The embed code is selected: copy it with your keyboard.";
      }
    });
    row.append(button);
  };
  // The explorers' script comes after this one and mounts them when the document is there; so this waits a moment longer.
  const explorers = () => {
    if (asked.has("embed")) embed(asked.get("embed"));
    else if (location.protocol.startsWith("http")) document.querySelectorAll("figure.cx").forEach(offer);
  };
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

    // What scrolls sideways can be reached by the keyboard; what no longer does, need not be. Opened details count too.
    const scrolls = (box) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0; else box.removeAttribute("tabindex");
    };
    const sized = new ResizeObserver((entries) => entries.forEach((entry) => scrolls(entry.target)));
    document.querySelectorAll("article pre, .table, div.math, .wide").forEach((box) => { scrolls(box); sized.observe(box); });

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
  if (document.readyState === "complete") explorers(); else document.addEventListener("DOMContentLoaded", () => setTimeout(explorers));
  if (asked.has("present")) addEventListener("load", present);
})();
