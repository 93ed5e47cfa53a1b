// The explorers' core: numbers, drawing, and one component that makes any kind alive.
// A kind is { check(s, d), limits(s, d), draw(s, d), code(s, d, dialect) }: pure functions of the state s and
// the data d. Python has the same functions and draws the same strings; tests/explore compares them.
// The files of this folder are joined into one classic script (convlib.explore.script).

const KINDS = {};
const { abs, ceil, floor, max, min } = Math;

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
  (crossed ? line(x + 5, y + 5, x + 27, y + 27, "x") : "") + (colour < 0 ? "" : line(x + 4, y + 28, x + 28, y + 28, `b w${colour % 8}`));

// A panel: a title over a body of w × h, and its words for those who do not see it.
const panel = (title, label, w, h, body) => {
  const width = max(ceil(w), ceil(title.length * 7.2)), height = ceil(h) + 24;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${esc(label)}">` +
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
  const long = Math.sqrt((u - x) * (u - x) + (v - y) * (v - y)), a = (u - x) / long * 7, b = (v - y) / long * 7;
  return `<path class="${c}" d="M${xy(u - a - b / 2)} ${xy(v - b + a / 2)}L${xy(u)} ${xy(v)}L${xy(u - a + b / 2)} ${xy(v - b - a / 2)}"/>`;
};
const wiring = (title, label, w, top, bottom, links, words, arrow = 0) => {
  const strong = links.filter(l => l[3]), lit = [0, 1].map(end => new Set(strong.map(l => l[end])));
  const wire = on => links.filter(l => !l[3] === !on).map(([a, b, k]) => {
    const ends = [top[a][0], UP + 13, bottom[b][0], DOWN - 13], c = `w${k % 8} ${on ? "v" : "u"}`;
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
const matrix = (title, label, rows, cols, at, litRows, litCols) => {
  const a = max(3, min(24, floor(300 / cols), floor(400 / rows))), w = cols * a, h = rows * a;
  let body = box(0, 0, w, h, "m");
  for (const r of range(rows)) for (const c of range(cols)) {
    const e = at(r, c);
    if (e) body += box(c * a, r * a, a, a, "f" + e[0] % 8 + (a < 18 ? "" : " t")) + (a < 18 ? "" : text(c * a + a / 2, r * a + a / 2 + 4, fmt(e[1]), "s"));
  }
  return panel(title, label, w, h, body + litRows.map(r => box(0, r * a, w, a, "H")).join("") + litCols.map(c => box(c * a, 0, a, h, "H")).join(""));
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
const illegal = (kind, controls, s, d) => {
  const wrong = depends => {
    for (const c of controls) {
      const [name, label, low] = c, v = s[name];
      if (isPreset(c)) continue;
      if (isList(c)) {
        const j = v.findIndex(n => !Number.isInteger(n) || n < low[0] || n > low[1]);
        if (j >= 0) return `${label}[${j}] must be an integer from ${low[0]} to ${low[1]}, not ${v[j]}`;
        continue;
      }
      if (Array.isArray(low)) { if (!low.includes(v)) return `${label} must be one of ${low.join(", ")}, not ${v}`; continue; }
      if (typeof low === "boolean") { if (typeof v !== "boolean") return `${label} must be true or false, not ${v}`; continue; }
      if (typeof c[3] === "string" !== depends) continue;
      const [, high] = limitOf(kind, c, s, d);
      if (!Number.isInteger(v) || v < low || v > high) return `${label} must be an integer from ${low} to ${high}, not ${v}`;
    }
    return "";
  };
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
    over = `${c[1]} must be an integer from ${c[2]} to ${c[3]}, not ${changes[name]}`;
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
const el = (tag, attributes, ...inside) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  e.append(...inside);
  return e;
};
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const inPage = () => window.top === window && !document.body.dataset.jpThemeName;
const parse = (control, t) => isList(control) ? t.split(",").map(Number) : Array.isArray(control[2]) ? t : typeof control[2] === "boolean" ? t === "true" : Number(t);
let count = 0;

class Explorer {
  constructor(figure, options) {
    const spec = JSON.parse(figure.dataset.spec);
    Object.assign(this, { figure, kind: figure.dataset.kind, controls: spec.c, d: spec.d, options: options || {} });
    this.m = KINDS[this.kind];
    this.start = spec.s;
    this.s = { ...spec.s };
    this.id = this.name();
    for (const part of ["draw", "say", "sum", "rest"]) this[part] = figure.querySelector(".cx-" + part);
    this.build();
    this.read();
    this.paint();
  }

  name() {
    const base = this.figure.dataset.name || this.kind;
    let id = base, n = 1;
    while (document.getElementById(id) || (X.all[id] && X.all[id].figure.isConnected)) id = base + "-" + ++n;
    if (!this.figure.id) this.figure.id = id;
    X.all[id] = this;
    return id;
  }

  // Controls are made here, so that a page without script shows none that is dead.
  build() {
    const uid = "cx" + ++count;
    this.inputs = {};
    this.bar = el("div", { class: "cx-bar" });
    const more = el("div", { class: "cx-more" });
    this.note = el("p", { class: "cx-note", role: "status" });
    for (const c of this.controls) {
      if (isList(c)) {
        more.append(this.list(c, uid + c[0]));
        continue;
      }
      const id = uid + c[0], input = this.input(c, id), out = el("output", { for: id });
      const item = el("div", { class: "cx-item" }, el("label", { for: id }, c[1]), out, input);
      this.inputs[c[0]] = { c, input, out, item };
      if (c[0] === "step") this.bar.append(this.button("‹", "Previous step", () => this.go(-1)), item,
        this.button("›", "Next step", () => this.go(1)), this.player());
      else more.append(item);
    }
    const copies = el("div", { class: "cx-copy" }, this.button("Reset", "", () => this.want(this.start)));
    for (const [name, dialect] of [["convlib", "convlib"], ["PyTorch", "torch"], ["Keras", "keras"]])
      copies.append(this.button("Copy as " + name, "", () => this.copy(dialect)));
    this.code = el("pre", { class: "cx-code", tabindex: "0", role: "region", "aria-label": "Code of this state", hidden: "" });
    this.say.setAttribute("aria-live", "polite");
    this.draw.setAttribute("tabindex", "0");
    this.draw.setAttribute("role", "group");
    this.draw.setAttribute("aria-label", "Drawing. Left and right arrow keys step, Home and End go to the first and last step.");
    this.draw.before(this.bar);
    this.rest.after(more, this.note, copies, this.code);
    for (const part of [this.draw, this.rest]) part.addEventListener("click", e => this.click(e));
    this.draw.addEventListener("keydown", e => this.key(e));
  }

  button(label, name, act) {
    const b = el("button", { type: "button" }, label);
    if (name) b.setAttribute("aria-label", name);
    b.addEventListener("click", act);
    return b;
  }

  input(c, id) {
    let input;
    if (typeof c[2] === "object") {
      input = el("select", { id });
      for (const v of isPreset(c) ? ["—", ...Object.keys(c[2])] : c[2]) input.append(el("option", { value: v }, v));
    } else if (typeof c[2] === "boolean") input = el("input", { id, type: "checkbox" });
    else input = el("input", { id, type: c[4] || "range", step: 1 });
    input.addEventListener(input.type === "range" ? "input" : "change", () => {
      const v = input.type === "checkbox" ? input.checked : typeof c[2] === "number" ? Math.round(Number(input.value)) : input.value;
      this.stop();
      if (isPreset(c)) return this.want(c[2][v] || {});
      this.want(this.m.turn ? this.m.turn(c[0], v) : { [c[0]]: v });
    });
    return input;
  }

  // One upright slider per value: a signal can be drawn with them.
  list(c, id) {
    const inputs = this.start[c[0]].map((v, j) => el("input", { type: "range", step: 1, min: c[2][0], max: c[2][1], "aria-label": `${c[1]} ${j}` }));
    inputs.forEach((input, j) => input.addEventListener("input", () => {
      this.stop();
      this.want({ [c[0]]: this.s[c[0]].map((v, i) => i === j ? Number(input.value) : v) });
    }));
    const item = el("div", { class: "cx-item cx-values", role: "group", "aria-labelledby": id }, el("span", { id }, c[1]), el("div", {}, ...inputs));
    this.inputs[c[0]] = { c, inputs, item };
    return item;
  }

  player() {
    this.play = this.button("Play", "", () => this.timer ? this.stop() : this.run());
    this.play.hidden = calm();
    return this.play;
  }

  run() {
    const { high } = this.ends();
    if (this.s.step >= high) this.want(this.turn(0));
    this.say.setAttribute("aria-live", "off");
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      if (!this.figure.isConnected || this.s.step >= this.ends().high) return this.stop();
      this.want(this.turn(this.s.step + 1));
    }, 800);
  }

  stop() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.play.textContent = "Play";
    this.say.setAttribute("aria-live", "polite");
  }

  ends() {
    const [low, high] = limitOf(this.kind, this.inputs.step.c, this.s, this.d);
    return { low, high };
  }

  turn(step) { return this.m.turn ? this.m.turn("step", step) : { step }; }

  go(by) {
    const { low, high } = this.ends();
    this.stop();
    this.want(this.turn(min(max(this.s.step + by, low), high)));
  }

  key(e) {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[e.key];
    if (!by || !this.inputs.step || e.altKey || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    this.go(by);
  }

  click(e) {
    const hit = e.target.closest("[data-go], [data-pick]");
    if (!hit) return;
    this.stop();
    if (hit.dataset.pick) {
      const [name, columns, rows] = hit.dataset.pick.split(","), r = hit.getBoundingClientRect();
      const part = (v, from, size, n) => min(n - 1, floor((v - from) / size * n));
      return this.want({ [name]: part(e.clientY, r.top, r.height, rows) * columns + part(e.clientX, r.left, r.width, columns) });
    }
    this.want(this.decode(new URLSearchParams(hit.dataset.go), ""));
  }

  decode(params, prefix) {
    const changes = {};
    for (const c of this.controls) if (!isPreset(c)) {
      const t = params.get(prefix + c[0]);
      if (t !== null) changes[c[0]] = parse(c, t);
    }
    return changes;
  }

  // Every change of the state passes here: a control, a click, the page's address, Python.
  want(changes) {
    const { s, why } = wish(this.kind, this.controls, this.s, this.d, changes);
    this.s = s;
    this.note.textContent = why ? "Not possible: " + why + "." : "";
    this.paint();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.write(), 200);
    if (this.options.changed) this.options.changed({ ...s });
  }

  // A state that Python set, and has checked.
  show(s) {
    if (JSON.stringify(s) === JSON.stringify(this.s)) return;
    this.s = { ...this.s, ...s };
    this.note.textContent = "";
    this.paint();
  }

  paint() {
    const { s, d } = this, scene = this.m.draw(s, d);
    const focus = document.activeElement && document.activeElement.dataset.go;
    this.draw.innerHTML = scene.draw;
    this.rest.innerHTML = scene.rest || "";
    for (const li of this.rest.querySelectorAll("li[data-go]")) {
      const go = li.dataset.go, b = el("button", { type: "button", "data-go": go, "aria-pressed": li.className === "on" }, li.textContent);
      li.replaceChildren(b);
      if (go === focus) b.focus();
    }
    this.say.textContent = scene.say;
    this.sum.textContent = scene.sum;
    const idle = this.m.idle ? this.m.idle(s) : [];
    for (const [name, { c, input, out, item }] of Object.entries(this.inputs)) {
      item.hidden = idle.includes(name);
      if (isList(c)) {
        this.inputs[name].inputs.forEach((input, j) => { input.value = s[name][j]; input.hidden = this.m.used && j >= this.m.used(s); });
        continue;
      }
      const shown = scene.labels[name] === undefined ? String(s[name]) : scene.labels[name];
      if (input.type === "checkbox") input.checked = s[name];
      else if (isPreset(c)) input.value = Object.keys(c[2]).find(k => Object.entries(c[2][k]).every(([n, v]) => s[n] === v)) || "—";
      else if (typeof c[2] === "number") {
        [input.min, input.max] = limitOf(this.kind, c, s, d);
        input.value = s[name];
        input.setAttribute("aria-valuetext", shown);
      } else input.value = s[name];
      out.textContent = typeof c[2] === "number" && (input.type === "range" || shown !== String(s[name])) ? shown : "";
    }
    if (!this.code.hidden) this.code.textContent = this.m.code(s, d, this.dialect);
  }

  async copy(dialect) {
    this.dialect = dialect;
    this.code.hidden = false;
    this.code.textContent = this.m.code(this.s, this.d, dialect);
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      this.note.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(this.code);
      this.note.textContent = "The code is selected: copy it with your keyboard.";
    }
  }

  // The address: ?conv2d.stride=2&conv2d.step=3#any-section. Only what differs from the start is written.
  read() {
    if (!inPage()) return;
    const changes = this.decode(new URLSearchParams(location.search), this.id + ".");
    if (!Object.keys(changes).length) return;
    const next = { ...this.start, ...changes }, why = illegal(this.kind, this.controls, next, this.d);
    if (why) this.note.textContent = "The address was not followed: " + why + ".";
    else this.s = next;
  }

  write() {
    if (!inPage()) return;
    const params = new URLSearchParams(location.search);
    for (const [name] of this.controls) {
      if (String(this.s[name]) === String(this.start[name])) params.delete(this.id + "." + name);
      else params.set(this.id + "." + name, this.s[name]);
    }
    const query = params.toString();
    try { history.replaceState(history.state, "", (query ? "?" + query : location.pathname) + location.hash); } catch { /* a page that may not */ }
  }
}

X.all = {};
X.kinds = KINDS;
X.fmt = fmt;
X.wish = wish;
X.illegal = illegal;
X.mount = (figure, options) => figure.explorer || (figure.explorer = new Explorer(figure, options));
X.scan = () => {
  if (document.readyState === "loading") return;
  for (const f of document.querySelectorAll("figure.cx[data-spec]")) if (KINDS[f.dataset.kind]) X.mount(f);
};
