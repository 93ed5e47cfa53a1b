// Convolution in one, two and three dimensions. Inside, everything has three axes (depth, height, width) and lies flat in one
// list: a 1-D convolution is one with depth and height 1.

const rank3 = a => a[0][0] && a[0][0].length ? a : rank3([a]);
const each3 = (shape, f) => range(product(shape)).map(i => f(at3(i, shape), i));
const at3 = (i, [, b, c]) => [floor(i / (b * c)), floor(i / c) % b, i % c];
const flat3 = ([z, y, x], [, b, c]) => (z * b + y) * c + x;
const rows3 = (a, shape, z = 0) => table(shape[1], shape[2], (y, x) => a[flat3([z, y, x], shape)]);
const within = (at, n) => at.every((v, j) => v >= 0 && v < n[j]);
const index = (name, at, rank = 3) => `${name}[${at.slice(3 - rank).join(", ")}]`;
const cropped = (a, [to, ...rest]) => to === undefined ? a : a.slice(0, to).map(v => cropped(v, rest));
const sized = (shape, rank) => shape.slice(3 - rank).join("×");
const gets = (o, shape, rank, weight, v) => `${index("y", at3(o, shape), rank)} gets ${times(weight)}·${times(v)}`;

// What convolutions have in common: sizes n and k, the settings on three axes, the flat arrays.
const frame = (s, { x, weight, rank }) => {
  const per = (v, one) => range(3).map(j => j < 3 - rank ? one : v);
  const part = (a, to) => { const b = rank3(a), n = [b.length, b[0].length, b[0][0].length].map((v, j) => min(v, to[j])); return [n, cropped(b, n).flat(2)]; };
  const [n, flat] = part(x, per(s.size, 1)), [k, w] = part(weight, per(s.kernel, 1)), dil = per(s.dilation, 1);
  return { rank, x: flat, w, n, k, dil, stride: per(s.stride, 1), pad: per(s.padding, 0), more: per(s.output_padding || 0, 0), span: k.map((v, j) => dil[j] * (v - 1) + 1) };
};

// Which input index a padded position holds; -1 is a zero.
const source = (i, n, mode) => {
  if (i >= 0 && i < n) return i;
  if (mode === "reflect") return i < 0 ? -i : 2 * n - 2 - i;
  if (mode === "replicate") return i < 0 ? 0 : n - 1;
  return mode === "circular" ? (i + n) % n : -1;
};

const convShape = (s, d) => {
  const g = frame(s, d), padded = g.n.map((v, j) => v + 2 * g.pad[j]), inner = q => q.map((v, j) => v - g.pad[j]);
  return { ...g, padded, out: padded.map((v, j) => floor((v - g.span[j]) / g.stride[j]) + 1), inner, own: q => within(inner(q), g.n),
    held: q => { const i = inner(q).map((v, j) => source(v, g.n[j], s.padding_mode)); return min(...i) < 0 ? -1 : flat3(i, g.n); } };
};

// What one output element reads, in the kernel's order: weight w, padded position q, input i or -1, and both factors.
const convTaps = (g, o) => {
  const at = at3(o, g.out);
  return each3(g.k, (c, w) => {
    const q = at.map((v, j) => v * g.stride[j] + c[j] * g.dil[j]), i = g.held(q);
    return { o, w, q: flat3(q, g.padded), own: g.own(q), i, weight: g.w[w], x: g.x[i] || 0 };
  });
};

const convNumbers = (s, d) => {
  const g = convShape(s, d), taps = range(product(g.out)).map(o => convTaps(g, o)), reads = g.x.map(() => 0);
  for (const t of taps.flat()) if (t.i >= 0) reads[t.i]++;
  return { ...g, taps, reads, y: taps.map(all => total(all.map(t => t.weight * t.x))), feeds: taps.flat().filter(t => t.i >= 0 && t.i === s.cell) };
};

const convCheck = (s, d) => {
  const g = convShape(s, d), largest = [64, 16, 14, 7][d.rank];
  for (const j of range(3)) {
    const [n, p, m] = [g.n[j], g.pad[j], g.padded[j]];
    if (m > largest) return `an input of ${m} with its padding is too large to draw (at most ${largest})`;
    if (s.padding_mode === "reflect" && p >= n) return `reflect padding must be smaller than the input: padding ${p}, input ${n}`;
    if (s.padding_mode === "circular" && p > n) return `circular padding must not exceed the input: padding ${p}, input ${n}`;
    if (g.span[j] > m) return noFit(g.k[j], g.dil[j], g.span[j], n, p);
  }
  return "";
};
const noFit = (k, dilation, span, n, p) => `the kernel does not fit: ${k} wide with dilation ${dilation} it spans ${span}, the input with its padding only ${n} + 2·${p} = ${n + 2 * p}`;

// ---------------------------------------------------------------- the drawing
const sliced = (name, z, shape, rank) => rank < 3 ? `${name} ${sized(shape, rank)}` : `${name}, slice ${z}`;
const inputPanels = (s, g, lit) => range(g.padded[0]).map(z => {
  const at = z - g.pad[0], inside = at >= 0 && at < g.n[0];
  const title = g.rank < 3 ? sliced("input", 0, g.n, g.rank) + (s.padding ? `, padding ${s.padding}` : "") : inside ? `input, slice ${at}` : `slice ${fmt(at)}: padding`;
  return grid(title, table(g.padded[1], g.padded[2], (y, x) => g.x[g.held([z, y, x])] || 0), (y, x) => {
    const q = [z, y, x], i = g.held(q), own = g.own(q);
    return [mark(own ? "i" : "p", lit.has(flat3(q, g.padded))), i < 0 ? "" : goCell(i, s), own && !g.reads[i]];
  }, `${title}${inside ? ": " + spoken(rows3(g.x, g.n, at)) : ""}.`);
});

const kernelPanels = (g, row, lit) => range(g.k[0]).map(z => grid(sliced("kernel", z, g.k, g.rank), rows3(g.w, g.k, z), (y, x) =>
  [mark("k", lit.has(flat3([z, y, x], g.k))), "", false, z === row[0] && y === row[1] ? x : -1]));

const outputPanels = (g, lit, name = "output") => range(g.out[0]).map(z => grid(sliced(name, z, g.out, g.rank), rows3(g.y, g.out, z), (y, x) => {
  const o = flat3([z, y, x], g.out);
  return [mark("o", lit.has(o)), goStep(o)];
}));

// The wires of one row: kernel row `row` carries one row of the padded input to row `at` of the output.
const wirePanel = (g, row, at, strong) => {
  const q = [0, 1].map(j => at[j] * g.stride[j] + row[j] * g.dil[j]), r = g.rank, [, , outs] = g.out, right = x => x * CELL + CELL / 2;
  const xs = range(g.padded[2]).map(x => g.x[g.held([...q, x])] || 0), reads = o => range(g.k[2]).map(c => o * g.stride[2] + c * g.dil[2]);
  const links = range(outs).flatMap(o => reads(o).map((x, c) => [x, o, c, strong(o, source(x - g.pad[2], g.n[2], g.mode))]));
  const rows = `row ${fmt(q[1] - g.pad[1])}, kernel row ${row[1]}:`;
  const words = r === 1 ? ["One colour per weight."] : r === 2 ? [`Input ${rows}`, `a part of output row ${at[1]}.`]
    : [`Input slice ${fmt(q[0] - g.pad[0])}, ${rows}`, `a part of output slice ${at[0]}, row ${at[1]}.`];
  const title = r === 1 ? "the wires" : "the wires of one row";
  return wiring(title, `${title}. ${words.join(" ")} ${plural(g.k[2], "wire")} to each of ${plural(outs, "output")}.`, g.padded[2] * CELL,
    xs.map((v, x) => [right(x), fmt(v), g.own([...q, x]) ? "i" : "p"]),
    range(outs).map(o => [right(o * g.stride[2] + (g.span[2] - 1) / 2), fmt(total(reads(o).map((x, c) => g.w[flat3([row[0], row[1], c], g.k)] * xs[x]))), "o", goStep(flat3([at[0], at[1], o], g.out))]),
    links, words);
};

const convDraw = (s, d) => {
  const g = convNumbers(s, d), picked = s.cell >= 0, here = at3(s.step, g.out), [first] = g.feeds;
  g.mode = s.padding_mode;
  const lit = new Set((picked ? g.feeds : g.taps[s.step]).map(t => t.q));
  if (picked) lit.add(flat3(at3(s.cell, g.n).map((v, j) => v + g.pad[j]), g.padded));
  const row = picked && first ? at3(first.w, g.k) : g.k.map(v => floor(v / 2)), column = picked ? at3(s.cell, g.n)[2] : -1;
  return { draw: group("row", inputPanels(s, g, lit)) +
    group(g.rank < 3 ? "col" : "row", [...kernelPanels(g, row, new Set(g.feeds.map(t => t.w))), ...outputPanels(g, new Set(picked ? g.feeds.map(t => t.o) : [s.step]))]) +
    group("row", [wirePanel(g, row, picked && first ? at3(first.o, g.out) : here, (o, c) => picked ? !!first && c === column : o === here[2])]),
  ...convWords(s, g, g.taps[s.step], here), numbers: { y: g.y, reads: g.reads } };
};

const convWords = (s, g, taps, here) => {
  const r = g.rank, many = plural(g.y.length, "output"), unread = g.reads.filter(v => !v).length, v = fmt(g.x[s.cell] || 0), outs = new Set(g.feeds.map(t => t.o)).size;
  const lost = unread ? ` ${plural(unread, "input value is", "input values are")} read by no output (crossed out).` : "";
  const labels = { step: `${s.step + 1} of ${g.y.length}`, cell: s.cell < 0 ? "none" : index("x", at3(s.cell, g.n), r) };
  if (s.cell >= 0) return { say: `Input ${labels.cell} = ${v} feeds ${outs ? `${outs} of ${many}` : "no output"}.${lost}`, sum: g.feeds.map(t => gets(t.o, g.out, r, t.weight, t.x)).join(", "), labels };
  const reads = range(3).slice(3 - r).map(j => {
    const from = here[j] * g.stride[j] - g.pad[j], to = from + g.span[j] - 1, axis = ["slice", "row", r === 1 ? "position" : "column"][j];
    return from === to ? `${axis} ${fmt(from)}` : `${axis}s ${fmt(from)} to ${fmt(to)}`;
  });
  const every = s.dilation > 1 && taps.length > 1 ? `, every ${["2nd", "3rd", "4th"][s.dilation - 2]} one` : "";
  const outside = taps.filter(t => !t.own).length, name = index("y", here, r), y = fmt(g.y[s.step]);
  const padding = outside ? ` In the padding: ${outside} of ${plural(taps.length, "value")}.` : "";
  return { say: `Step ${labels.step}: ${name} = ${y}. It reads input ${reads.join(", ").replace(/,([^,]*)$/, " and$1")}${every}.${padding}${lost}`, sum: `${name} = ${terms(taps)} = ${y}`, labels };
};

// ---------------------------------------------------------------- the code of a state
const cut = (s, d) => [["x", cropped(d.x, Array(d.rank).fill(s.size))], ["weight", cropped(d.weight, Array(d.rank).fill(s.kernel))]];
const alike = (s, rank) => range(rank).map(() => [s.padding, s.padding]);
const convCode = (s, d, dialect) => program(dialect, `convlib import conv${d.rank}d`, cut(s, d), j =>
  convolving(j, { lift: true, pads: alike(s, d.rank), mode: s.padding ? s.padding_mode : "zeros", stride: s.stride, dilation: s.dilation }));

const convLimits = shape => (s, d) => { const g = shape(s, d); return { outputs: product(g.out) - 1, inputs: product(g.n) - 1 }; };
for (const rank of [1, 2, 3]) KINDS[`conv${rank}d`] = { check: convCheck, draw: convDraw, code: convCode, limits: convLimits(convShape), turn: follow };
