// Which wires exist and which share a weight: dots and lines beside the matrix, with channels in groups.

const wireShape = (s, d) => {
  const own = d.weight, g = s.groups, out = own ? own.length : s.channels, per = own ? own[0].length : floor(s.channels / g), k = own ? own[0][0].length : s.kernel;
  const span = s.dilation * (k - 1) + 1, places = floor((s.size + 2 * s.padding - span) / s.stride) + 1;
  const weight = own || range(out).map(o => table(per, k, (i, c) => (o * per + i) * k + c + 1));
  return { g, out, per, in: per * g, k, span, places, weight, rows: out * places, cols: per * g * s.size };
};

const wireCheck = (s, d) => {
  const g = wireShape(s, d);
  return noGroups(g.g, g.out, "") || (g.span > s.size + 2 * s.padding ? noFit(g.k, s.dilation, g.span, s.size, s.padding)
    : max(g.rows, g.cols) > 24 ? `${g.cols} inputs and ${g.rows} outputs are too many dots to draw (at most 24 each)` : "");
};

// The matrix as a map from row and column to [weight's number, weight], and its blocks that share no wire.
const wireMatrix = (s, d) => {
  const g = wireShape(s, d), at = range(g.rows).map(() => new Map());
  for (const o of range(g.out)) for (const p of range(g.places)) for (const i of range(g.per)) for (const c of range(g.k)) {
    const each = g.out / g.g, block = floor(o / each), to = s.shuffle ? o % each * g.g + block : o, x = p * s.stride + c * s.dilation - s.padding;
    if (x >= 0 && x < s.size && g.weight[o][i][c]) at[to * g.places + p].set((block * g.per + i) * s.size + x, [(o * g.per + i) * g.k + c, g.weight[o][i][c]]);
  }
  const row = Array(g.rows).fill(g.cols), col = range(g.cols);
  for (let before = ""; before !== String(col);) {
    before = String(col);
    at.forEach((wires, r) => { for (const c of wires.keys()) row[r] = min(row[r], col[c]); });
    at.forEach((wires, r) => { for (const c of wires.keys()) col[c] = min(col[c], row[r]); });
  }
  const by = labels => range(labels.length).sort((a, b) => labels[a] - labels[b] || a - b);
  const blocks = [...new Set([...col, ...row])].sort((a, b) => a - b).map(l => [row, col].map(all => all.filter(v => v === l).length)).filter(([a, b]) => a && b);
  return { ...g, at, blocks, rowOrder: s.sort ? by(row) : range(g.rows), colOrder: s.sort ? by(col) : range(g.cols) };
};

const wireDraw = (s, d) => {
  const g = wireMatrix(s, d), W = max(g.rows, g.cols) * CELL, picked = s.cell >= 0;
  const name = (j, size, many) => many > 1 ? `${floor(j / size)}.${j % size}` : String(j);
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
  const g = wireShape(s, d), [a, b] = s.turn ? [g.out, g.places] : [g.in, s.size], each = g.out / g.g;
  const mix = (v, p, q) => s.shuffle && s.turn === (v === "x") ? `${v} = ${v}.reshape(${p}, ${q}, -1).swapaxes(0, 1).reshape(${g.out}, -1)` : null;
  return program(dialect, `convlib import conv${s.turn ? "_transpose" : ""}1d`, [["x", `arange(1.0, ${a * b + 1}`, `.reshape(${a}, ${b})`], ["weight", g.weight]], j => [mix("x", each, g.g),
    ...convolving(j, { up: s.turn, pads: alike(s, 1), stride: s.stride, more: s.size + 2 * s.padding - g.span - (g.places - 1) * s.stride, groups: g.g, dilation: s.dilation, out: [s.size] }), mix("y", g.g, each)]);
};

KINDS.wiring = {
  check: wireCheck, draw: wireDraw, code: wireCode, turn: follow,
  limits: (s, d) => { const g = wireShape(s, d); return { outputs: (s.turn ? g.cols : g.rows) - 1, inputs: (s.turn ? g.rows : g.cols) - 1 }; },
};
