// Which wires exist and which share a weight: dots and lines beside the matrix, with channels in groups.

const wireShape = (s, d) => {
  const own = d.weight, g = s.groups, out = own ? own.length : s.channels, per = own ? own[0].length : s.channels / g, k = own ? own[0][0].length : s.kernel;
  const span = s.dilation * (k - 1) + 1, places = Math.floor((s.size + 2 * s.padding - span) / s.stride) + 1;
  const weight = (o, i, c) => own ? own[o][i][c] : (o * per + i) * k + c + 1;
  return { g, out, per, in: per * g, k, span, places, weight, rows: out * places, cols: per * g * s.size };
};

const wireCheck = (s, d) => {
  const g = wireShape(s, d);
  if (g.out % g.g) return `${plural(g.g, "group does", "groups do")} not divide ${plural(g.out, "channel")}`;
  if (g.span > s.size + 2 * s.padding) return `the kernel does not fit: ${g.k} wide with dilation ${s.dilation} it spans ${g.span}, the input with its padding only ${s.size} + 2·${s.padding} = ${s.size + 2 * s.padding}`;
  return Math.max(g.rows, g.cols) > 24 ? `${g.cols} inputs and ${g.rows} outputs are too many dots to draw (at most 24 each)` : "";
};

// The matrix as a map from row and column to [weight's number, weight], and its blocks that share no wire.
const wireMatrix = (s, d) => {
  const g = wireShape(s, d), at = range(g.rows).map(() => new Map());
  for (const o of range(g.out)) for (const p of range(g.places)) for (const i of range(g.per)) for (const c of range(g.k)) {
    const each = g.out / g.g, block = Math.floor(o / each), to = s.shuffle ? o % each * g.g + block : o, x = p * s.stride + c * s.dilation - s.padding;
    if (x >= 0 && x < s.size && g.weight(o, i, c)) at[to * g.places + p].set((block * g.per + i) * s.size + x, [(o * g.per + i) * g.k + c, g.weight(o, i, c)]);
  }
  const row = Array(g.rows).fill(g.cols), col = range(g.cols);
  for (let before = ""; before !== String(col);) {
    before = String(col);
    at.forEach((wires, r) => { for (const c of wires.keys()) row[r] = Math.min(row[r], col[c]); });
    at.forEach((wires, r) => { for (const c of wires.keys()) col[c] = Math.min(col[c], row[r]); });
  }
  const by = labels => range(labels.length).sort((a, b) => labels[a] - labels[b] || a - b);
  const blocks = [...new Set([...col, ...row])].sort((a, b) => a - b).map(l => [row, col].map(all => all.filter(v => v === l).length)).filter(([a, b]) => a && b);
  return { ...g, at, blocks, rowOrder: s.sort ? by(row) : range(g.rows), colOrder: s.sort ? by(col) : range(g.cols) };
};

const wireDraw = (s, d) => {
  const g = wireMatrix(s, d), W = Math.max(g.rows, g.cols) * CELL, picked = s.cell >= 0;
  const name = (j, size, many) => many > 1 ? `${Math.floor(j / size)}.${j % size}` : String(j);
  const x = g.colOrder.map(c => name(c, s.size, g.in)), y = g.rowOrder.map(r => name(r, g.places, g.out));
  const links = g.rowOrder.flatMap((r, j) => g.colOrder.map((c, i) => [i, j, g.at[r].get(c)]).filter(l => l[2])).map(([i, j, e]) => [i, j, e[0], picked ? (s.turn ? j : i) === s.cell : (s.turn ? i : j) === s.step]);
  const place = (j, n) => (j + 0.5) * W / n, goes = (j, end) => end === s.turn ? `cell=${j === s.cell ? -1 : j}` : `step=${j}&cell=-1`;
  const top = x.map((t, i) => [place(i, g.cols), t, s.turn ? "o" : "i", goes(i, false)]), bottom = y.map((t, j) => [place(j, g.rows), t, s.turn ? "i" : "o", goes(j, true)]);
  const [ins, outs] = s.turn ? [y, x] : [x, y], n = links.length, weights = new Set(links.map(l => l[2])).size;
  const title = s.turn ? `outputs ${g.cols} above, inputs ${g.rows} below` : `inputs ${g.cols} above, outputs ${g.rows} below`;
  const entry = (r, c) => g.at[g.rowOrder[r]].get(g.colOrder[c]), rows = s.turn ? g.cols : g.rows, cols = s.turn ? g.rows : g.cols, shape = `${s.turn ? "Cᵀ" : "C"}, ${rows}×${cols}`;
  const draw = group("row", [
    wiring(title, `${title}: ${plural(n, "wire")}, one colour per weight.`, W, top, bottom, links, [s.turn ? "The arrows go up: C transposed." : "The arrows go down."], s.turn ? -1 : 1),
    matrix(shape, `${shape}: ${plural(n, "entry", "entries")}; ${picked ? `column ${s.cell}` : `row ${s.step}`} is lit.`, rows, cols, (r, c) => s.turn ? entry(c, r) : entry(r, c), picked ? [] : [s.step], picked ? [s.cell] : [])]);
  const mine = links.filter(l => l[3]), other = l => s.turn ? y[l[1]] : x[l[0]], mate = l => s.turn ? x[l[0]] : y[l[1]], w = l => entry(l[1], l[0])[1];
  const parts = g.blocks.slice(0, 4).map(([a, b]) => s.turn ? `${b}×${a}` : `${a}×${b}`).join(", ") + (g.blocks.length > 4 ? ", …" : "");
  const hang = g.blocks.length === 1 ? "All of them hang together." : `They fall into ${g.blocks.length} blocks that share no wire: ${parts}.`;
  const idle = ins.length - new Set(links.map(l => s.turn ? l[1] : l[0])).size;
  const say = picked ? `Input ${ins[s.cell]} feeds ${mine.length} of ${plural(outs.length, "output")}. ` : `Step ${s.step + 1} of ${outs.length}: output ${outs[s.step]} reads ${mine.length} of ${plural(ins.length, "input")}. `;
  return { draw, say: `${say}${plural(n, "wire carries", "wires carry")} ${plural(weights, "weight")}. ${hang}` + (idle ? ` ${plural(idle, "input is", "inputs are")} read by no output.` : ""),
    sum: picked ? mine.map(l => `y[${mate(l)}] gets ${times(w(l))}·x[${ins[s.cell]}]`).join(", ") : `y[${outs[s.step]}] = ${mine.map(l => `${times(w(l))}·x[${other(l)}]`).join(" + ") || "0"}`,
    labels: { step: `${s.step + 1} of ${outs.length}`, cell: picked ? ins[s.cell] : "none" },
    numbers: { C: range(g.rows).flatMap(r => range(g.cols).map(c => (g.at[r].get(c) || [0, 0])[1])), order: [...g.rowOrder, ...g.colOrder] } };
};

const wireCode = (s, d, dialect) => {
  const g = wireShape(s, d), w = literal(range(g.out).map(o => range(g.per).map(i => range(g.k).map(c => g.weight(o, i, c))))), [a, b] = s.turn ? [g.out, g.places] : [g.in, s.size];
  const more = s.size + 2 * s.padding - g.span - (g.places - 1) * s.stride, each = g.out / g.g, name = s.turn ? "conv_transpose1d" : "conv1d";
  const mix = (v, p, q) => `${v} = ${v}.reshape(${p}, ${q}, -1).swapaxes(0, 1).reshape(${g.out}, -1)`;
  const before = s.turn && s.shuffle ? mix("x", each, g.g) : null, after = !s.turn && s.shuffle ? mix("y", g.g, each) : null;
  const settings = `stride=${s.stride}, padding=${s.padding}, ${s.turn ? `output_padding=${more}, ` : ""}groups=${g.g}, dilation=${s.dilation}`;
  if (dialect === "convlib") return lines("import numpy as np", `from convlib import ${name}`, "",
    `x = np.arange(1.0, ${a * b + 1}).reshape(${a}, ${b})`, `weight = np.array(${w})`, before, `y = ${name}(x, weight, ${settings})`, after);
  if (dialect === "torch") return lines("import torch", "import torch.nn.functional as F", "",
    `x = torch.arange(1.0, ${a * b + 1}, dtype=torch.float64).reshape(${a}, ${b})`, `weight = torch.tensor(${w}, dtype=torch.float64)`, before, `y = F.${name}(x, weight, ${settings})`, after);
  const start = ["import numpy as np", "from keras import ops", "", `x = np.arange(1.0, ${a * b + 1}).reshape(${a}, ${b})`, `weight = np.array(${w}, dtype="float32")`, before];
  if (s.turn) return lines(...start, "# Keras has no transposed convolution with groups: one call per group",
    `parts = zip(np.split(x, ${g.g}), np.split(weight, ${g.g}))`,
    `y = [ops.conv_transpose(p.T[None], w.transpose(2, 1, 0), strides=${s.stride}, padding="valid", dilation_rate=${s.dilation})[0].T for p, w in parts]`,
    `y = np.pad(np.concatenate(y), [(0, 0), (0, ${more})])[:, ${s.padding}:${s.padding + s.size}]`);
  return lines(...start, s.padding ? `x = np.pad(x, [(0, 0), (${s.padding}, ${s.padding})])` : null,
    `y = ops.conv(x.T[None], weight.transpose(2, 1, 0), strides=${s.stride}, padding="valid", dilation_rate=${s.dilation})[0].T`, after);
};

KINDS.wiring = {
  check: wireCheck, draw: wireDraw, code: wireCode, turn: follow,
  limits: (s, d) => { const g = wireShape(s, d); return { outputs: (s.turn ? g.cols : g.rows) - 1, inputs: (s.turn ? g.rows : g.cols) - 1 }; },
};
