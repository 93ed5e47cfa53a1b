// The explorers' core: numbers, drawing, and one component that makes any kind alive.
// A kind is { check(s, d), limits(s, d), draw(s, d), code(s, d, dialect) }: pure functions of the state s and
// the data d. Python has the same functions and draws the same strings; tests/explore compares them.
// The files of this folder are joined into one classic script (convlib.explore.script).

const KINDS = {};
const { abs, ceil, floor, max, min, sqrt } = Math;

// ---------------------------------------------------------------- numbers as text
const put = (n, d) => {
  const s = String(n).padStart(d + 1, "0"), cut = s.length - d;
  return d ? (s.slice(0, cut) + "." + s.slice(cut)).replace(/\.?0+$/, "") : s;
};

// At most three digits, a true minus sign; noise below 1e-9 is zero, and ties round away from it.
const fmt = v => {
  const a = abs(v) * (1 + 1e-10), sign = v < 0 ? "−" : "";
  if (a < 1e-9) return "0";
  if (a >= 0.01 && a < 1e4) {
    const d = a < 10 ? 2 : a < 100 ? 1 : 0;
    return sign + put(floor(a * [1, 10, 100][d] + 0.5), d);
  }
  let m = a, e = 0;
  while (m >= 10) { m /= 10; e++; }
  while (m < 1) { m *= 10; e--; }
  let n = floor(m * 10 + 0.5);
  if (n >= 100) { n = 10; e++; }
  return sign + put(n, 1) + "e" + (e < 0 ? "−" : "") + abs(e);
};
const times = v => v < 0 ? "(" + fmt(v) + ")" : fmt(v);
const literal = a => Array.isArray(a) ? "[" + a.map(literal).join(", ") + "]" : String(a);
const spoken = rows => rows.map(r => r.map(fmt).join(" ")).join("; ");
const lines = (...all) => all.filter(v => v !== null).join("\n") + "\n";
const plural = (n, one, many) => n + " " + (n === 1 ? one : many || one + "s");
const range = n => [...Array(n).keys()];
const table = (h, w, f) => range(h).map(y => range(w).map(x => f(y, x)));
const product = a => a.reduce((p, v) => p * v, 1);
const total = a => a.reduce((p, v) => p + v, 0);
const terms = taps => taps.map(t => `${times(t.weight)}·${times(t.x)}`).join(" + ");

// ---------------------------------------------------------------- drawing
const CELL = 32;
const esc = t => String(t).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
const xy = v => String(floor(v * 10 + 0.5) / 10);
const goes = go => go ? ` data-go="${go}"` : "";
const box = (x, y, w, h, c, go) => `<path class="${c}" d="M${xy(x)} ${xy(y)}h${xy(w)}v${xy(h)}h${xy(-w)}z"${goes(go)}/>`;
const line = (x, y, u, v, c) => `<path class="${c}" d="M${xy(x)} ${xy(y)}L${xy(u)} ${xy(v)}"/>`;
const dot = (x, y, r, c, go) => `<circle class="${c}" cx="${xy(x)}" cy="${xy(y)}" r="${xy(r)}"${goes(go)}/>`;
const text = (x, y, t, c) => `<text${c ? ` class="${c}"` : ""} x="${xy(x)}" y="${xy(y)}">${esc(t)}</text>`;
const value = (x, y, t) => text(x, y + 4.5, t, t.length < 4 ? "" : t.length < 6 ? "s" : "xs");

// One cell of a grid: value t, colours in class c, what a click sets, whether it is crossed out, and the
// number of the channel colour that underlines it.
const cell = (x, y, t, c, go, crossed, colour = -1) => box(x + 1, y + 1, CELL - 2, CELL - 2, c, go) + value(x + CELL / 2, y + CELL / 2, t) +
  (crossed ? line(x + 5, y + 5, x + 27, y + 27, "x") : "") + (colour < 0 ? "" : line(x + 4, y + 28, x + 28, y + 28, `b w${colour % 9}`));

// A panel: a title over a body of w × h, and its words for those who do not see it.
const panel = (title, label, w, h, body) => {
  const width = max(ceil(w), ceil(title.length * 7.2)), height = ceil(h) + 24;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="min-width:${floor(width * .84)}px" role="img" aria-label="${esc(label)}">` +
    text(0, 14, title, "T") + `<g transform="translate(0 24)">${body}</g></svg>`;
};
// Rows of numbers as cells: at(y, x) is what cell takes after the value: [class, go, crossed, colour]. `over` is drawn first.
const grid = (title, rows, at, label = title + ": " + spoken(rows), over = "") => panel(title, label, rows[0].length * CELL, rows.length * CELL,
  over + rows.flatMap((row, y) => row.map((v, x) => cell(x * CELL, y * CELL, fmt(v), ...at(y, x)))).join(""));
// What is lit; what a click on an output or an input sets.
const mark = (c, on) => c + (on ? " h" : "");
const goStep = o => `step=${o}&cell=-1`;
const goCell = (i, s) => "cell=" + (i === s.cell ? -1 : i);

// Settings to choose from, [label, go, chosen]; the component makes buttons of them.
const listing = (title, items) => `<p>${esc(title)}</p><ul>` +
  items.map(([label, go, on]) => `<li${on ? ' class="on"' : ""} data-go="${esc(go)}">${esc(label)}</li>`).join("") + "</ul>";

// Two rows of dots [x, value, class, go, crossed] and lines [top, bottom, colour, strong] between them; `words` stand below.
// Arrowheads point down (arrow 1) or up (-1).
const UP = 16, DOWN = 126;
const head = (x, y, u, v, c) => {
  const long = sqrt((u - x) * (u - x) + (v - y) * (v - y)), a = (u - x) / long * 7, b = (v - y) / long * 7;
  return `<path class="${c}" d="M${xy(u - a - b / 2)} ${xy(v - b + a / 2)}L${xy(u)} ${xy(v)}L${xy(u - a + b / 2)} ${xy(v - b - a / 2)}"/>`;
};
const wiring = (title, label, w, top, bottom, links, words, arrow = 0) => {
  const strong = links.filter(l => l[3]), lit = [0, 1].map(end => new Set(strong.map(l => l[end])));
  const wire = on => links.filter(l => !l[3] === !on).map(([a, b, k]) => {
    const ends = [top[a][0], UP + 13, bottom[b][0], DOWN - 13], c = `w${k % 9} ${on ? "v" : "u"}`;
    return line(...ends, c) + (arrow ? head(...(arrow > 0 ? ends : [ends[2], ends[3], ends[0], ends[1]]), c) : "");
  }).join("");
  const dots = [top, bottom].map((all, end) => all.map(([x, t, c, go, crossed], j) => {
    const y = [UP, DOWN][end];
    return dot(x, y, 13, c + (lit[end].has(j) ? " h" : ""), go) + value(x, y, t) + (crossed ? line(x - 9, y - 9, x + 9, y + 9, "x") : "");
  }).join("")).join("");
  return panel(title, label, w, DOWN + 24 + 16 * words.length, wire(false) + wire(true) + dots + words.map((t, j) => text(0, DOWN + 34 + 16 * j, t, "L")).join(""));
};

// Small cells shaded by value; what is negative has the colour of what is muted. `over` is drawn on top, and a click on the
// whole picks a cell: "name,columns,rows".
const shades = (title, label, [h, w], a, at, kind, over, pick) => {
  const all = range(h).map(y => range(w).map(x => at(y, x))), peak = max(...all.flat().map(abs)) || 1;
  let body = box(0, 0, w * a, h * a, "m");
  for (const y of range(h)) for (const x of range(w)) {
    const v = all[y][x], depth = floor(abs(v) / peak * 20 + 0.5) / 20;
    if (depth) body += `<path class="${v < 0 ? "N" : kind}" fill-opacity="${depth}" d="M${x * a} ${y * a}h${a}v${a}h-${a}z"/>`;
  }
  return panel(title, label, w * a, h * a, body + over + picker(0, 0, w * a, h * a, pick));
};
const picker = (x, y, w, h, pick) => pick ? `<path class="P" d="M${x} ${y}h${w}v${h}h-${w}z" data-pick="${pick}"/>` : "";

// Bars over a line, their values above; `lit` ones are outlined. Clicks pick from bar `from` on.
const bars = (title, label, a, values, kind, lit, pick, from = 0) => {
  const peak = max(1e-9, ...values.map(abs)), tall = 40, low = values.some(v => v < 0), zero = 16 + tall;
  const h = zero + (low ? tall : 0) + 4;
  let body = line(0, zero, values.length * a, zero, "x");
  values.forEach((v, j) => {
    const b = abs(v) / peak * tall, on = lit.includes(j);
    body += box(j * a + 2, v < 0 ? zero : zero - b, a - 4, b, kind.toLowerCase() + (on ? " h" : ""));
    if (v || on) body += text(j * a + a / 2, v < 0 ? zero - 4 : zero - b - 4, fmt(v), "s");
  });
  return panel(title, label, values.length * a, h, body + picker(from * a, 0, (values.length - from) * a, h, pick));
};

// A matrix as coloured cells: at(r, c) is [weight's number, value] or null; lit rows and columns are outlined.
const matrix = (title, label, rows, cols, at, litRows, litCols = [], pick = "") => {
  const a = max(3, min(24, floor(300 / cols), floor(400 / rows))), w = cols * a, h = rows * a;
  let body = box(0, 0, w, h, "m");
  for (const r of range(rows)) for (const c of range(cols)) {
    const e = at(r, c), t = e && fmt(e[1]);
    if (e) body += box(c * a, r * a, a, a, "f" + e[0] % 9 + (a < 18 ? "" : " t")) + (a < 18 ? "" : text(c * a + a / 2, r * a + a / 2 + 4, t, t.length * 7 > a ? "xs" : "s"));
  }
  return panel(title, label, w, h, body + litRows.map(r => box(0, r * a, w, a, "H")).join("") + litCols.map(c => box(c * a, 0, a, h, "H")).join("") + picker(0, 0, w, h, pick));
};
const group = (way, panels) => `<div class="cx-${way}">${panels.join("")}</div>`;

// ---------------------------------------------------------------- state
// A new step, or any other setting, lets go of the input that was followed.
const follow = (name, v) => name === "cell" ? { cell: v } : { [name]: v, cell: -1 };

// A preset is no setting of its own: it is the name of several values, [name, label, { choice: values }].
const isPreset = c => typeof c[2] === "object" && !Array.isArray(c[2]);
// A list of integers, [name, label, [low, high]], has a slider for each.
const isList = c => Array.isArray(c[2]) && typeof c[2][0] === "number";
const limitOf = (kind, control, s, d) => {
  const low = control[2], high = control[3];
  return [low, typeof high === "string" ? KINDS[kind].limits(s, d)[high] : high];
};

// Why a state cannot be, in words; "" where it can. Fixed ranges first, then the kind's rules, then what depends on them.
const outside = (label, low, high, v) => Number.isInteger(v) && v >= low && v <= high ? "" : `${label} must be an integer from ${low} to ${high}, not ${v}`;
const illegal = (kind, controls, s, d) => {
  const wrong = depends => controls.map(c => {
    const [name, label, low] = c, v = s[name];
    if (isPreset(c)) return "";
    if (isList(c)) return v.map((n, j) => outside(`${label}[${j}]`, ...low, n)).find(why => why);
    if (Array.isArray(low)) return low.includes(v) ? "" : `${label} must be one of ${low.join(", ")}, not ${v}`;
    if (typeof low === "boolean") return typeof v === "boolean" ? "" : `${label} must be true or false, not ${v}`;
    return typeof c[3] === "string" === depends ? outside(label, ...limitOf(kind, c, s, d), v) : "";
  }).find(why => why) || "";
  return wrong(false) || KINDS[kind].check(s, d) || wrong(true);
};

// Brings what depends on other settings back into its range: a smaller input has fewer steps.
const settle = (kind, controls, s, d) => {
  const out = { ...s };
  for (const c of controls) if (typeof c[3] === "string") {
    const [low, high] = limitOf(kind, c, out, d);
    out[c[0]] = min(max(out[c[0]], low), high);
  }
  return out;
};

// The state after a wish. An illegal wish goes as far towards it as is legal, and says why not further.
const wish = (kind, controls, s, d, changes) => {
  const attempt = more => {
    const next = { ...s, ...changes, ...more }, why = KINDS[kind].check(next, d);
    return { s: why ? s : settle(kind, controls, next, d), why };
  };
  const name = Object.keys(changes)[0], c = controls.find(c => c[0] === name);
  let over = "";
  if (c && typeof c[3] === "number" && !(changes[name] >= c[2] && changes[name] <= c[3])) {
    over = outside(c[1], c[2], c[3], changes[name]);
    changes = { ...changes, [name]: min(max(changes[name] || 0, c[2]), c[3]) };
  }
  let got = attempt();
  const why = got.why || over;
  if (got.why && typeof s[name] === "number") {
    const back = Math.sign(s[name] - changes[name]);
    for (let v = changes[name]; got.why && v !== s[name]; v += back) got = attempt({ [name]: v });
  }
  return { s: got.s, why };
};

// ---------------------------------------------------------------- the component
const set = (e, attributes) => { for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v); return e; };
const el = (tag, attributes, ...inside) => { const e = set(document.createElement(tag), attributes); e.append(...inside); return e; };
const on = (e, type, act) => (e.addEventListener(type, act), e);
const button = (label, act, name) => on(el("button", { type: "button", ...(name ? { "aria-label": name } : {}) }, label), "click", act);
const inPage = () => window.top === window && !document.body.dataset.jpThemeName;
const parse = (control, t) => isList(control) ? t.split(",").map(Number) : Array.isArray(control[2]) ? t : typeof control[2] === "boolean" ? t === "true" : Number(t);
let count = 0;

// Makes a figure alive. Controls are made here, so that a page without script shows none that is dead.
const bring = (figure, { changed } = {}) => {
  const { s: start, c: controls, d } = JSON.parse(figure.dataset.spec), { kind, name } = figure.dataset, m = KINDS[kind], inputs = {}, uid = "cx" + ++count;
  const [drawing, say, sums, rest] = ["draw", "say", "sum", "rest"].map(part => figure.querySelector(".cx-" + part)), first = controls.find(c => c[0] === "step");
  let s = { ...start }, id = name || kind, timer, later, dialect, play;
  for (let n = 1; document.getElementById(id) || X.all[id] && X.all[id].figure.isConnected;) id = (name || kind) + "-" + ++n;
  if (!figure.id) figure.id = id;
  const note = el("p", { class: "cx-note", role: "status" }), program = el("pre", { class: "cx-code", tabindex: "0", role: "region", "aria-label": "Code of this state", hidden: "" });
  const turn = (name, v) => m.turn ? m.turn(name, v) : { [name]: v };

  const paint = () => {
    const scene = m.draw(s, d), focus = document.activeElement && document.activeElement.dataset.go, idle = m.idle ? m.idle(s) : [];
    drawing.innerHTML = scene.draw;
    rest.innerHTML = scene.rest || "";
    for (const li of rest.querySelectorAll("li[data-go]")) {
      const go = li.dataset.go, b = el("button", { type: "button", "data-go": go, "aria-pressed": li.className === "on" }, li.textContent);
      li.replaceChildren(b);
      if (go === focus) b.focus();
    }
    say.textContent = scene.say;
    sums.textContent = scene.sum;
    for (const [name, { c, input, out, item }] of Object.entries(inputs)) {
      const v = s[name], shown = String(scene.labels[name] ?? v), number = typeof c[2] === "number";
      item.hidden = idle.includes(name);
      if (isList(c)) {
        const used = m.used ? m.used(s) : v.length;
        input.forEach((one, j) => { one.value = v[j]; one.hidden = j >= used; });
        out.textContent = v.slice(0, used).map(fmt).join(", ");
      }
      else if (input.type === "checkbox") input.checked = v;
      else {
        if (number) {
          [input.min, input.max] = limitOf(kind, c, s, d);
          input.disabled = input.min === input.max;
          set(input, { "aria-valuetext": shown });
          out.textContent = input.type === "range" || shown !== String(v) ? shown : "";
        }
        input.value = isPreset(c) ? Object.keys(c[2]).find(k => Object.entries(c[2][k]).every(([n, v]) => String(s[n]) === String(v))) || "—" : v;
      }
    }
    if (!program.hidden) program.textContent = m.code(s, d, dialect);
  };

  // The address: ?conv2d.stride=2&conv2d.step=3#any-section. Only what differs from the start is written.
  const write = () => {
    if (!inPage()) return;
    const params = new URLSearchParams(location.search);
    for (const [name] of controls) {
      if (String(s[name]) === String(start[name])) params.delete(id + "." + name);
      else params.set(id + "." + name, s[name]);
    }
    const query = params.toString();
    try { history.replaceState(history.state, "", (query ? "?" + query : location.pathname) + location.hash); } catch { /* a page that may not */ }
  };
  const decode = (params, prefix) => {
    const changes = {};
    for (const c of controls) if (!isPreset(c) && params.has(prefix + c[0])) changes[c[0]] = parse(c, params.get(prefix + c[0]));
    return changes;
  };

  // Every change of the state passes here: a control, a click, the page's address, Python.
  const want = changes => {
    const got = wish(kind, controls, s, d, changes);
    s = got.s;
    note.textContent = got.why && "Not possible: " + got.why + ".";
    paint();
    clearTimeout(later);
    later = setTimeout(write, 200);
    if (changed) changed({ ...s });
  };
  const stop = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
    set(say, { "aria-live": "polite" });
  };
  const last = () => limitOf(kind, first, s, d)[1];
  const go = by => { stop(); want(turn("step", min(max(s.step + by, 0), last()))); };
  const run = () => {
    if (timer) return stop();
    if (s.step >= last()) want(turn("step", 0));
    set(say, { "aria-live": "off" });
    play.textContent = "Pause";
    timer = setInterval(() => figure.isConnected && s.step < last() ? want(turn("step", s.step + 1)) : stop(), 800);
  };
  const copy = async () => {
    program.hidden = false;
    program.textContent = m.code(s, d, dialect);
    try {
      await navigator.clipboard.writeText(program.textContent);
      note.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(program);
      note.textContent = "The code is selected: copy it.";
    }
  };

  const control = (c, id) => {
    const [name, , low] = c;
    let input;
    if (typeof low === "object") input = el("select", { id }, ...(isPreset(c) ? ["—", ...Object.keys(low)] : low).map(value => el("option", { value }, value)));
    else input = el("input", { id, step: 1, type: typeof low === "boolean" ? "checkbox" : c[4] || "range" });
    return on(input, input.type === "range" ? "input" : "change", () => {
      const v = input.type === "checkbox" ? input.checked : typeof low === "number" ? Math.round(Number(input.value)) : input.value;
      stop();
      want(isPreset(c) ? low[v] || {} : turn(name, v));
    });
  };
  // One upright slider per value: a signal can be drawn with them.
  const sliders = ([name, label, [low, high]]) => start[name].map((v, j) => {
    const input = el("input", { type: "range", step: 1, min: low, max: high, "aria-label": `${label} ${j}` });
    return on(input, "input", () => { stop(); want({ [name]: s[name].map((v, i) => i === j ? Number(input.value) : v) }); });
  });

  const bar = el("div", { class: "cx-bar" }), more = el("div", { class: "cx-more" });
  for (const c of controls) {
    const [name, label] = c, own = uid + name, out = el("output", { for: own });
    if (isList(c)) {
      const input = sliders(c), item = el("div", { class: "cx-item cx-values", role: "group", "aria-labelledby": own }, el("span", { id: own }, label), out, el("div", {}, ...input));
      more.append(item);
      inputs[name] = { c, input, out, item };
      continue;
    }
    const input = control(c, own), item = el("div", { class: "cx-item" }, el("label", { for: own }, label), out, input);
    inputs[name] = { c, input, out, item };
    if (c !== first) { more.append(item); continue; }
    play = button("Play", run);
    play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
    bar.append(button("‹", () => go(-1), "Previous step"), item, button("›", () => go(1), "Next step"), play);
  }
  set(say, { "aria-live": "polite" });
  set(drawing, { tabindex: "0", role: "group", "aria-label": "Drawing. Left and right arrow keys step, Home and End go to both ends." });
  drawing.before(bar);
  rest.after(more, note, el("div", { class: "cx-copy" }, button("Reset", () => want(start)),
    ...[["convlib", "convlib"], ["PyTorch", "torch"], ["Keras", "keras"]].map(([label, to]) => button("Copy as " + label, () => { dialect = to; copy(); }))), program);
  for (const part of [drawing, rest]) on(part, "click", e => {
    const hit = e.target.closest("[data-go], [data-pick]");
    if (!hit) return;
    stop();
    if (hit.dataset.go) return want(decode(new URLSearchParams(hit.dataset.go), ""));
    const [name, columns, rows] = hit.dataset.pick.split(","), r = hit.getBoundingClientRect(), part = (v, from, size, n) => min(n - 1, floor((v - from) / size * n));
    want({ [name]: part(e.clientY, r.top, r.height, rows) * columns + part(e.clientX, r.left, r.width, columns) });
  });
  on(drawing, "keydown", e => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[e.key];
    if (!by || !first || e.altKey || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    go(by);
  });

  const changes = inPage() ? decode(new URLSearchParams(location.search), id + ".") : {}, next = { ...start, ...changes }, why = Object.keys(changes).length && illegal(kind, controls, next, d);
  if (why) note.textContent = "The address was not followed: " + why + ".";
  else s = next;
  paint();
  // The site's script reads the parts; `show` takes a state that Python set, and has checked.
  return X.all[id] = { figure, want, stop, decode, start, note, code: program, get s() { return s; }, show(to) {
    if (JSON.stringify(to) === JSON.stringify(s)) return;
    s = { ...s, ...to };
    note.textContent = "";
    paint();
  } };
};

X.all = {};
X.kinds = KINDS;
X.wish = wish;
X.illegal = illegal;
X.mount = (figure, options) => figure.explorer || (figure.explorer = bring(figure, options));
X.scan = () => {
  if (document.readyState !== "loading") for (const f of document.querySelectorAll("figure.cx[data-spec]")) if (KINDS[f.dataset.kind]) X.mount(f);
};
