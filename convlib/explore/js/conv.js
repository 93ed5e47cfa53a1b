// Convolution in one, two and three dimensions. Inside, everything has three axes (depth, height, width):
// a 1-D convolution is one with depth and height 1.

const rank3 = (a, rank) => rank === 3 ? a : rank3([a], rank + 1);
const shape3 = a => [a.length, a[0].length, a[0][0].length];
const each3 = ([a, b, c], f) => { for (let z = 0; z < a; z++) for (let y = 0; y < b; y++) for (let x = 0; x < c; x++) f(z, y, x); };
const at3 = (i, [, b, c]) => [Math.floor(i / (b * c)), Math.floor(i / c) % b, i % c];
const flat3 = ([z, y, x], [, b, c]) => (z * b + y) * c + x;
const index = (name, at, rank) => `${name}[${at.slice(3 - rank).join(", ")}]`;
const cropped = (a, [to, ...rest]) => to === undefined ? a : a.slice(0, to).map(v => cropped(v, rest));
const product = a => a.reduce((p, v) => p * v, 1);

// Which input index a padded position holds; -1 is a zero.
const source = (i, n, mode) => {
  if (i >= 0 && i < n) return i;
  if (mode === "reflect") return i < 0 ? -i : 2 * n - 2 - i;
  if (mode === "replicate") return i < 0 ? 0 : n - 1;
  return mode === "circular" ? (i + n) % n : -1;
};

const convShape = (s, d) => {
  const per = (v, one) => range(3).map(j => j < 3 - d.rank ? one : v);
  const x = rank3(d.x, d.rank), w = rank3(d.weight, d.rank);
  const crop = (full, to) => full.map((v, j) => Math.min(v, to[j]));
  const n = crop(shape3(x), per(s.size, 1)), k = crop(shape3(w), per(s.kernel, 1));
  const stride = per(s.stride, 1), pad = per(s.padding, 0), dil = per(s.dilation, 1);
  const padded = n.map((v, j) => v + 2 * pad[j]), span = k.map((v, j) => dil[j] * (v - 1) + 1);
  const out = padded.map((v, j) => Math.floor((v - span[j]) / stride[j]) + 1);
  return { x, w, n, k, stride, pad, dil, padded, span, out };
};

// What one output element reads: { w: kernel index, q: padded position, i: input index or -1, product }.
const convTaps = (g, mode, o) => {
  const taps = [], at = at3(o, g.out);
  each3(g.k, (a, b, c) => {
    const w = [a, b, c], q = at.map((v, j) => v * g.stride[j] + w[j] * g.dil[j]);
    const i = q.map((v, j) => source(v - g.pad[j], g.n[j], mode));
    const inside = i.every(v => v >= 0);
    taps.push({ w, q, i: inside ? flat3(i, g.n) : -1, weight: g.w[a][b][c], x: inside ? g.x[i[0]][i[1]][i[2]] : 0 });
  });
  return taps;
};

const convNumbers = (s, d) => {
  const g = convShape(s, d), reads = new Array(product(g.n)).fill(0), feeds = [];
  const y = range(product(g.out)).map(o => {
    let sum = 0;
    for (const t of convTaps(g, s.padding_mode, o)) {
      sum += t.weight * t.x;
      if (t.i >= 0) reads[t.i]++;
      if (t.i >= 0 && t.i === s.cell) feeds.push({ o, ...t });
    }
    return sum;
  });
  return { ...g, y, reads, feeds };
};

const convCheck = (s, d) => {
  const g = convShape(s, d), largest = [64, 16, 14, 7][d.rank];
  for (const j of range(3)) {
    const [n, k, p, m] = [g.n[j], g.k[j], g.pad[j], g.padded[j]];
    if (m > largest) return `an input of ${m} with its padding is too large to draw (at most ${largest})`;
    if (s.padding_mode === "reflect" && p >= n) return `reflect padding must be smaller than the input: padding ${p}, input ${n}`;
    if (s.padding_mode === "circular" && p > n) return `circular padding must not exceed the input: padding ${p}, input ${n}`;
    if (g.span[j] > m) return `the kernel does not fit: ${k} wide with dilation ${g.dil[j]} it spans ${g.span[j]}, the input with its padding only ${n} + 2·${p} = ${m}`;
  }
  return "";
};

// ---------------------------------------------------------------- the drawing
const sized = (shape, rank) => shape.slice(3 - rank).join("×");
const sliced = (name, z, shape, rank) => rank < 3 ? `${name} ${sized(shape, rank)}` : `${name}, slice ${z}`;
const inputPanels = (s, d, g, lit, mode) => range(g.padded[0]).map(z => {
  const at = z - g.pad[0], inside = at >= 0 && at < g.n[0];
  const title = d.rank < 3 ? sliced("input", 0, g.n, d.rank) + (s.padding ? `, padding ${s.padding}` : "") : inside ? `input, slice ${at}` : `slice ${fmt(at)}: padding`;
  const rows = inside ? ": " + spoken(cropped(g.x[at], [g.n[1], g.n[2]])) : "";
  return grid(title, `${title}${rows}. ${plural(lit.size, "cell")} lit.`, g.padded[1], g.padded[2], (y, x) => {
    const q = [z, y, x], i = q.map((v, j) => source(v - g.pad[j], g.n[j], mode)), none = i.some(v => v < 0);
    const own = q.every((v, j) => v >= g.pad[j] && v < g.pad[j] + g.n[j]), flat = none ? -1 : flat3(i, g.n);
    return [fmt(none ? 0 : g.x[i[0]][i[1]][i[2]]), (own ? "i" : "p") + (lit.has(flat3(q, g.padded)) ? " h" : ""),
      none ? "" : "cell=" + (flat === s.cell ? -1 : flat), own && !g.reads[flat]];
  });
});

const kernelPanels = (d, g, row, lit) => range(g.k[0]).map(z => {
  const [, h, w] = g.k, title = sliced("kernel", z, g.k, d.rank);
  return grid(title, `${title}: ${spoken(cropped(g.w[z], [h, w]))}`, h, w, (y, x) =>
    [fmt(g.w[z][y][x]), "k" + (lit.has(flat3([z, y, x], g.k)) ? " h" : ""), "", false, z === row[0] && y === row[1] ? x : -1]);
});

const outputPanels = (s, d, g, lit) => range(g.out[0]).map(z => {
  const [, h, w] = g.out, title = sliced("output", z, g.out, d.rank), flat = (y, x) => flat3([z, y, x], g.out);
  return grid(title, `${title}: ${spoken(range(h).map(y => range(w).map(x => g.y[flat(y, x)])))}`, h, w, (y, x) =>
    [fmt(g.y[flat(y, x)]), "o" + (lit.has(flat(y, x)) ? " h" : ""), `step=${flat(y, x)}&cell=-1`]);
});

// The wires of one row: kernel row `row` carries one row of the padded input to row `at` of the output.
const wirePanel = (s, d, g, mode, row, at, strong) => {
  const q = [0, 1].map(j => at[j] * g.stride[j] + row[j] * g.dil[j]), [z, y] = q.map((v, j) => source(v - g.pad[j], g.n[j], mode));
  const column = x => source(x - g.pad[2], g.n[2], mode), right = x => x * CELL + CELL / 2;
  const xs = range(g.padded[2]).map(x => z < 0 || y < 0 || column(x) < 0 ? 0 : g.x[z][y][column(x)]);
  const own = x => [...q, x].every((v, j) => v >= g.pad[j] && v < g.pad[j] + g.n[j]);
  const reads = o => range(g.k[2]).map(c => o * g.stride[2] + c * g.dil[2]);
  const links = range(g.out[2]).flatMap(o => reads(o).map((x, c) => [x, o, c, strong(o, column(x))]));
  const part = o => reads(o).reduce((sum, x, c) => sum + g.w[row[0]][row[1]][c] * xs[x], 0);
  const rows = `row ${fmt(q[1] - g.pad[1])}, kernel row ${row[1]}:`;
  const words = d.rank === 1 ? ["One colour per weight."] : d.rank === 2 ? [`Input ${rows}`, `a part of output row ${at[1]}.`]
    : [`Input slice ${fmt(q[0] - g.pad[0])}, ${rows}`, `a part of output slice ${at[0]}, row ${at[1]}.`];
  const title = d.rank === 1 ? "the wires" : "the wires of one row";
  return wiring(title, `${title}. ${words.join(" ")} ${plural(g.k[2], "wire")} to each of ${plural(g.out[2], "output")}.`, g.padded[2] * CELL,
    xs.map((v, x) => [right(x), fmt(v), own(x) ? "i" : "p"]),
    range(g.out[2]).map(o => [right(o * g.stride[2] + (g.span[2] - 1) / 2), fmt(part(o)), "o", `step=${flat3([at[0], at[1], o], g.out)}&cell=-1`]),
    links, words);
};

const convDraw = (s, d) => {
  const g = convNumbers(s, d), r = d.rank, mode = s.padding_mode, picked = s.cell >= 0;
  const taps = convTaps(g, mode, s.step), here = at3(s.step, g.out), middle = g.k.map(v => Math.floor(v / 2));
  const shown = picked ? g.feeds : taps;
  const lit = new Set(shown.map(t => flat3(t.q, g.padded)));
  if (picked) lit.add(flat3(at3(s.cell, g.n).map((v, j) => v + g.pad[j]), g.padded));
  const outs = new Set(picked ? g.feeds.map(t => t.o) : [s.step]), weights = new Set(picked ? g.feeds.map(t => flat3(t.w, g.k)) : []);
  const first = picked && g.feeds.length ? g.feeds[0] : null;
  const row = first ? first.w : middle, at = first ? at3(first.o, g.out) : here;
  const column = picked ? at3(s.cell, g.n)[2] : -1;
  const strong = picked ? (o, c) => !!first && c === column : o => o === here[2];
  const groups = [group("row", inputPanels(s, d, g, lit, mode)),
    group(r < 3 ? "col" : "row", [...kernelPanels(d, g, row, weights), ...outputPanels(s, d, g, outs)]),
    group("row", [wirePanel(s, d, g, mode, row, at, strong)])];
  return { draw: groups.join(""), ...convWords(s, d, g, taps, here), numbers: { y: g.y, reads: g.reads } };
};

const convWords = (s, d, g, taps, here) => {
  const r = d.rank, total = g.y.length, unread = g.reads.filter(v => !v).length;
  const lost = unread ? ` ${plural(unread, "input value is", "input values are")} read by no output (crossed out).` : "";
  const labels = { step: `${s.step + 1} of ${total}`, cell: s.cell < 0 ? "none" : index("x", at3(s.cell, g.n), r) };
  if (s.cell >= 0) {
    const name = labels.cell, v = fmt(g.x[at3(s.cell, g.n)[0]][at3(s.cell, g.n)[1]][at3(s.cell, g.n)[2]]);
    const outs = new Set(g.feeds.map(t => t.o)).size;
    const say = outs ? `Input ${name} = ${v} feeds ${outs} of ${plural(total, "output")}.` : `Input ${name} = ${v} feeds no output.`;
    return { say: say + lost, sum: g.feeds.map(t => `${index("y", at3(t.o, g.out), r)} gets ${times(t.weight)}·${v}`).join(", "), labels };
  }
  const reads = range(3).slice(3 - r).map(j => {
    const from = here[j] * g.stride[j] - g.pad[j], to = from + g.span[j] - 1, axis = ["slice", "row", r === 1 ? "position" : "column"][j];
    return from === to ? `${axis} ${fmt(from)}` : `${axis}s ${fmt(from)} to ${fmt(to)}`;
  });
  const every = s.dilation > 1 && taps.length > 1 ? `, every ${["", "", "2nd", "3rd", "4th"][s.dilation]} one` : "";
  const outside = taps.filter(t => t.q.some((v, j) => v < g.pad[j] || v >= g.pad[j] + g.n[j])).length;
  const padding = outside ? ` ${outside} of the ${plural(taps.length, "value")} lie in the padding.` : "";
  const name = index("y", here, r), y = fmt(g.y[s.step]);
  return {
    say: `Step ${labels.step}: ${name} = ${y}. It reads input ${reads.join(", ").replace(/,([^,]*)$/, " and$1")}${every}.${padding}${lost}`,
    sum: `${name} = ${taps.map(t => `${times(t.weight)}·${times(t.x)}`).join(" + ")} = ${y}`, labels,
  };
};

// ---------------------------------------------------------------- the code of a state
const convCode = (s, d, dialect) => {
  const r = d.rank, plain = s.padding_mode === "zeros" || !s.padding, pads = Array(2 * r).fill(s.padding).join(", ");
  const x = literal(cropped(d.x, Array(r).fill(s.size))), w = literal(cropped(d.weight, Array(r).fill(s.kernel)));
  const mode = { zeros: dialect === "convlib" ? "zeros" : "constant", reflect: "reflect", replicate: dialect === "keras" ? "edge" : "replicate", circular: dialect === "keras" ? "wrap" : "circular" }[s.padding_mode];
  const settings = `stride=${s.stride}, padding=${plain || dialect === "convlib" ? s.padding : 0}, dilation=${s.dilation}`;
  if (dialect === "convlib") return lines(
    "import numpy as np", `from convlib import conv${r}d`, "",
    `x = np.array(${x})`, `weight = np.array(${w})`,
    `y = conv${r}d(x[None], weight[None, None], ${settings}${plain ? "" : `, padding_mode="${mode}"`})[0]`);
  if (dialect === "torch") return lines(
    "import torch", "import torch.nn.functional as F", "",
    `x = torch.tensor(${x}, dtype=torch.float64)[None]`, `weight = torch.tensor(${w}, dtype=torch.float64)[None, None]`,
    plain ? null : `x = F.pad(x, (${pads}), mode="${mode}")`,
    `y = F.conv${r}d(x, weight, ${settings})[0]`);
  return lines(
    "import numpy as np", "from keras import ops", "",
    `x = np.array(${x}, dtype="float32")`, `weight = np.array(${w}, dtype="float32")`,
    s.padding ? `x = np.pad(x, ${s.padding}, mode="${mode}")` : null,
    `y = ops.conv(x[None, ..., None], weight[..., None, None], strides=${s.stride}, padding="valid", dilation_rate=${s.dilation})[0, ..., 0]`);
};

for (const rank of [1, 2, 3]) KINDS[`conv${rank}d`] = {
  check: convCheck, draw: convDraw, code: convCode,
  limits: (s, d) => { const g = convShape(s, d); return { outputs: product(g.out) - 1, inputs: product(g.n) - 1 }; },
  turn: follow,
};
