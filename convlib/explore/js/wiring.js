// Which wires exist and which share a weight: dots and lines beside the matrix, with channels in groups.

// A line of channels, as a layer with one axis: [settings, data].
const asLayer = (s, { weight }) => {
  const out = weight ? weight.length : s.channels, per = weight ? weight[0].length : floor(s.channels / s.groups), k = weight ? weight[0][0].length : s.kernel;
  const w = range(out).map(o => range(per).map(i => [weight ? weight[o][i] : range(k).map(c => (o * per + i) * k + c + 1)]));
  return [{ ...s, flat: true, filters: out, channels: per * s.groups, kernel: k }, { x: Array(per * s.groups).fill([Array(s.size).fill(1)]), weight: w }];
};
const wireShape = (s, d) => { const [t, e] = asLayer(s, d), g = layerShape(t, e); return { ...g, t, e, rows: product(g.shape), cols: product(g.inside) }; };

const wireCheck = (s, d) => {
  const [t, e] = asLayer(s, d), k = t.kernel, span = s.dilation * (k - 1) + 1;
  if (t.filters % s.groups) return noGroups(s.groups, t.filters, "");
  if (span > s.size + 2 * s.padding) return noFit(k, s.dilation, span, s.size, s.padding);
  const g = layerShape(t, e), cols = product(g.inside), rows = product(g.shape);
  return max(rows, cols) > 24 ? `${cols} inputs and ${rows} outputs are too many dots to draw (at most 24 each)` : "";
};

// The rows of a layer's matrix, as maps from the column to [weight's number, weight].
const wiresOf = g => g.taps.map(taps => new Map(taps.filter(t => t.i >= 0 && t.weight).map(t => [t.i, [t.w, t.weight]])));
const wireMatrix = (s, d) => { const g = wireShape(s, d), at = wiresOf(layerNumbers(g.t, g.e)); return { ...g, at, ...blocksOf(at, g.cols, s) }; };

// The blocks of a matrix, [rows, columns] each, and the order of rows and columns that shows them, if the state wants it.
const blocksOf = (at, cols, s) => {
  const row = at.map(() => cols), col = range(cols), each = f => at.forEach((wires, r) => { for (const c of wires.keys()) f(r, c); });
  for (let before = ""; before !== String(col);) {
    before = String(col);
    each((r, c) => { row[r] = min(row[r], col[c]); });
    each((r, c) => { col[c] = min(col[c], row[r]); });
  }
  const by = labels => range(labels.length).sort((a, b) => s.sort ? labels[a] - labels[b] || a - b : a - b);
  const blocks = [...new Set([...col, ...row])].sort((a, b) => a - b).map(l => [row, col].map(all => all.filter(v => v === l).length)).filter(([a, b]) => a && b);
  const parts = blocks.slice(0, 4).map(b => (s.turn ? b.reverse() : b).join("×")).join(", ") + (blocks.length > 4 ? " and more" : "");
  const many = blocks.length > 1;
  return { rowOrder: by(row), colOrder: by(col), hang: many ? `Blocks that share no wire: ${blocks.length} (${parts}).` : "No block stands apart." };
};

const wireDraw = (s, d) => {
  const g = wireMatrix(s, d), W = max(g.rows, g.cols) * CELL, picked = s.cell >= 0;
  const name = (j, size, many) => many > 1 ? `${floor(j / size)}.${j % size}` : String(j);
  const x = g.colOrder.map(c => name(c, s.size, g.t.channels)), y = g.rowOrder.map(r => name(r, g.out[1], g.t.filters));
  const links = g.rowOrder.flatMap((r, j) => g.colOrder.map((c, i) => [i, j, g.at[r].get(c)]).filter(l => l[2])).map(([i, j, e]) => [i, j, e[0], picked ? (s.turn ? j : i) === s.cell : (s.turn ? i : j) === s.step]);
  const place = (j, n) => (j + 0.5) * W / n, goes = (j, end) => end === s.turn ? goCell(j, s) : goStep(j);
  const top = x.map((t, i) => [place(i, g.cols), t, s.turn ? "o" : "i", goes(i, false)]), bottom = y.map((t, j) => [place(j, g.rows), t, s.turn ? "i" : "o", goes(j, true)]);
  const [ins, outs] = s.turn ? [y, x] : [x, y], n = links.length, weights = new Set(links.map(l => l[2])).size;
  const title = s.turn ? `outputs ${g.cols} above, inputs ${g.rows} below` : `inputs ${g.cols} above, outputs ${g.rows} below`;
  const entry = (r, c) => g.at[g.rowOrder[r]].get(g.colOrder[c]), rows = s.turn ? g.cols : g.rows, cols = s.turn ? g.rows : g.cols, shape = `${s.turn ? "Cᵀ" : "C"}, ${rows}×${cols}`;
  const draw = group("row", [
    wiring(title, `${title}: ${plural(n, "wire")}, one colour per weight.`, W, top, bottom, links, [s.turn ? "The arrows go up: C transposed." : "The arrows go down."], s.turn ? -1 : 1),
    matrix(shape, `${shape}: ${plural(n, "entry", "entries")}; ${picked ? `column ${s.cell}` : `row ${s.step}`} is lit.`, rows, cols, (r, c) => s.turn ? entry(c, r) : entry(r, c), picked ? [] : [s.step], picked ? [s.cell] : [])]);
  const mine = links.filter(l => l[3]), other = l => s.turn ? y[l[1]] : x[l[0]], mate = l => s.turn ? x[l[0]] : y[l[1]], w = l => entry(l[1], l[0])[1];
  const idle = ins.length - new Set(links.map(l => s.turn ? l[1] : l[0])).size;
  const say = picked ? `Input ${ins[s.cell]} feeds ${mine.length} of ${plural(outs.length, "output")}. ` : `Step ${s.step + 1} of ${outs.length}: output ${outs[s.step]} reads ${mine.length} of ${plural(ins.length, "input")}. `;
  return { draw, say: `${say}${plural(n, "wire carries", "wires carry")} ${plural(weights, "weight")}. ${g.hang}` + (idle ? ` ${plural(idle, "input is", "inputs are")} read by no output.` : ""),
    sum: picked ? mine.map(l => `y[${mate(l)}] gets ${times(w(l))}·x[${ins[s.cell]}]`).join(", ") : `y[${outs[s.step]}] = ${mine.map(l => `${times(w(l))}·x[${other(l)}]`).join(" + ") || "0"}`,
    labels: { step: `${s.step + 1} of ${outs.length}`, cell: picked ? ins[s.cell] : "none" },
    numbers: { C: range(g.rows).flatMap(r => range(g.cols).map(c => (g.at[r].get(c) || [0, 0])[1])), order: [...g.rowOrder, ...g.colOrder] } };
};

const wireCode = (s, d, dialect) => {
  const { t, e, n, out, each, shape, inside } = wireShape(s, d), [a, , b] = s.turn ? shape : inside, groups = s.groups;
  const mix = (v, p, q) => s.shuffle && s.turn === (v === "x") ? `${v} = ${v}.reshape(${p}, ${q}, -1).swapaxes(0, 1).reshape(${t.filters}, -1)` : null;
  return program(dialect, `convlib import conv${s.turn ? "_transpose" : ""}1d`, [["x", `arange(1.0, ${a * b + 1}`, `.reshape(${a}, ${b})`], ["weight", e.weight.map(o => o.map(i => i[0]))]], j => [mix("x", each, groups),
    ...convolving(j, { up: s.turn, pads: alike(s, 1), stride: s.stride, more: s.size + 2 * s.padding - s.dilation * (t.kernel - 1) - 1 - (out[1] - 1) * s.stride, groups, dilation: s.dilation, out: [n[1]] }), mix("y", groups, each)]);
};

KINDS.wiring = {
  check: wireCheck, draw: wireDraw, code: wireCode, turn: follow,
  limits: (s, d) => { const g = wireShape(s, d); return { outputs: (s.turn ? g.cols : g.rows) - 1, inputs: (s.turn ? g.rows : g.cols) - 1 }; },
};
