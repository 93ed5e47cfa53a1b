// The transposed convolution of one channel, in one or two dimensions, in three views of the same step:
// inputs stamp the kernel; zeros are inserted and a turned kernel slides; a row of C transposed.

const upShape = (s, d) => {
  const per = (v, one) => range(3).map(j => j < 3 - d.rank ? one : v);
  const x = rank3(d.x, d.rank), w = rank3(d.weight, d.rank);
  const crop = (full, to) => full.map((v, j) => Math.min(v, to[j]));
  const n = crop(shape3(x), per(s.size, 1)), k = crop(shape3(w), per(s.kernel, 1));
  const stride = per(s.stride, 1), pad = per(s.padding, 0), dil = per(s.dilation, 1), more = per(s.output_padding, 0);
  const span = k.map((v, j) => dil[j] * (v - 1) + 1), full = n.map((v, j) => (v - 1) * stride[j] + span[j] + more[j]);
  const out = full.map((v, j) => v - 2 * pad[j]), edge = span.map((v, j) => v - 1 - pad[j]), low = edge.map(v => Math.max(v, 0));
  const wide = n.map((v, j) => (v - 1) * stride[j] + 1 + low[j] + Math.max(edge[j] + more[j], 0));
  return { x, w, n, k, stride, pad, dil, more, span, full, out, edge, low, wide };
};

// Which inputs reach a position of the uncropped output, and by which weight.
const upTaps = (g, at) => {
  const taps = [];
  each3(g.k, (a, b, c) => {
    const w = [a, b, c], far = at.map((v, j) => v - w[j] * g.dil[j]), i = far.map((v, j) => v / g.stride[j]);
    if (i.every((v, j) => Number.isInteger(v) && v >= 0 && v < g.n[j]))
      taps.push({ w: flat3(w, g.k), i: flat3(i, g.n), weight: g.w[a][b][c], x: g.x[i[0]][i[1]][i[2]] });
  });
  return taps;
};

const upNumbers = (s, d) => {
  const g = upShape(s, d), full = range(product(g.full)).map(f => upTaps(g, at3(f, g.full)));
  const where = range(product(g.out)).map(o => flat3(at3(o, g.out).map((v, j) => v + g.pad[j]), g.full));
  const sums = full.map(taps => taps.reduce((sum, t) => sum + t.weight * t.x, 0));
  return { ...g, taps: where.map(f => full[f]), where, sums, y: where.map(f => sums[f]) };
};

const upCheck = (s, d) => {
  const g = upShape(s, d), largest = [0, 16, 11][d.rank];
  if (s.output_padding >= Math.max(s.stride, s.dilation)) return `output padding must be less than the stride or the dilation: output padding ${s.output_padding}, stride ${s.stride}, dilation ${s.dilation}`;
  for (const j of range(3)) {
    if (g.out[j] < 1) return `nothing is left of the output: ${upSize(g, j)} = ${fmt(g.out[j])}`;
    if (g.full[j] > largest) return `an output of ${g.full[j]} before cropping is too large to draw (at most ${largest})`;
    if (g.wide[j] > largest + 4) return `an input of ${g.wide[j]} with its inserted zeros is too large to draw (at most ${largest + 4})`;
  }
  return "";
};
const upSize = (g, j) => `(${g.n[j]} − 1)·${g.stride[j]} − 2·${g.pad[j]} + ${g.dil[j]}·(${g.k[j]} − 1) + ${g.more[j]} + 1`;

const upStamping = (s, d, g, lit) => {
  const cropped_ = at => at.some((v, j) => v < g.pad[j] || v >= g.pad[j] + g.out[j]);
  const title = `stamped output ${sized(g.full, d.rank)}` + (s.padding ? `, crop ${s.padding}` : "");
  return group(d.rank < 2 ? "row" : "col", [
    grid(`input ${sized(g.n, d.rank)}`, `input: ${spoken(cropped(g.x[0], g.n.slice(1)))}`, g.n[1], g.n[2], (y, x) => {
      const i = flat3([0, y, x], g.n);
      return [fmt(g.x[0][y][x]), "i" + (lit.inputs.has(i) ? " h" : ""), "cell=" + (i === s.cell ? -1 : i)];
    }),
    grid(`kernel ${sized(g.k, d.rank)}`, `kernel: ${spoken(cropped(g.w[0], g.k.slice(1)))}`, g.k[1], g.k[2], (y, x) => {
      const w = flat3([0, y, x], g.k);
      return [fmt(g.w[0][y][x]), "k" + (lit.weights.has(w) ? " h" : ""), "", false, w];
    }),
    grid(title, `${title}: ${spoken(range(g.full[1]).map(y => range(g.full[2]).map(x => g.sums[flat3([0, y, x], g.full)])))}`, g.full[1], g.full[2], (y, x) => {
      const f = flat3([0, y, x], g.full), out = cropped_([0, y, x]), o = g.where.indexOf(f);
      return [fmt(g.sums[f]), (out ? "p" : "o") + (lit.stamped.has(f) ? " h" : ""), out ? "" : `step=${o}&cell=-1`, out];
    })]);
};

const upSliding = (s, d, g, lit, here) => {
  const title = `zeros inserted ${sized(g.wide, d.rank)}`, picked = s.cell >= 0;
  const held = (y, x) => {
    const i = [0, y, x].map((v, j) => (v - g.low[j]) / g.stride[j]);
    return i.every((v, j) => Number.isInteger(v) && v >= 0 && v < g.n[j]) ? flat3(i, g.n) : -1;
  };
  const under = at => at.every((v, j) => { const u = v - here[j] + g.edge[j] - g.low[j]; return u >= 0 && u < g.span[j] && u % g.dil[j] === 0; });
  const number = i => i < 0 ? 0 : g.x[0][at3(i, g.n)[1]][at3(i, g.n)[2]];
  return group(d.rank < 2 ? "row" : "col", [
    grid(title, `${title}: ${spoken(range(g.wide[1]).map(y => range(g.wide[2]).map(x => number(held(y, x)))))}`, g.wide[1], g.wide[2], (y, x) => {
      const i = held(y, x), on = picked ? i === s.cell : under([0, y, x]);
      return [fmt(number(i)), (i < 0 ? "p" : "i") + (on ? " h" : ""), i < 0 ? "" : "cell=" + (i === s.cell ? -1 : i)];
    }),
    grid("kernel turned by 180°", `kernel turned by 180°: ${spoken(cropped(g.w[0], g.k.slice(1)).reverse().map(r => r.slice().reverse()))}`, g.k[1], g.k[2], (y, x) => {
      const [v, u] = [g.k[1] - 1 - y, g.k[2] - 1 - x], w = flat3([0, v, u], g.k);
      return [fmt(g.w[0][v][u]), "k" + (lit.weights.has(w) ? " h" : ""), "", false, w];
    }),
    grid(`output ${sized(g.out, d.rank)}`, `output: ${spoken(range(g.out[1]).map(y => range(g.out[2]).map(x => g.y[flat3([0, y, x], g.out)])))}`, g.out[1], g.out[2], (y, x) => {
      const o = flat3([0, y, x], g.out);
      return [fmt(g.y[o]), "o" + (lit.outputs.has(o) ? " h" : ""), `step=${o}&cell=-1`];
    })]);
};

const upMatrix = (s, d, g) => {
  const rows = g.y.length, cols = product(g.n), at = range(rows).map(o => new Map(g.taps[o].map(t => [t.i, [t.w, t.weight]])));
  const title = `Cᵀ, ${rows}×${cols}`, picked = s.cell >= 0;
  const panels = [matrix(title, `${title}: one row per output, one column per input; ${picked ? `column ${s.cell}` : `row ${s.step}`} is lit.`,
    rows, cols, (r, c) => at[r].get(c), picked ? [] : [s.step], picked ? [s.cell] : [])];
  if (d.rank === 1) {
    const place = (i, by, from) => (i * by + from) * CELL + CELL / 2;
    const links = g.taps.flatMap((taps, o) => taps.map(t => [t.i, o, t.w, picked ? t.i === s.cell : o === s.step]));
    panels.push(wiring("the wires, turned round", `${plural(links.length, "wire")} from ${plural(cols, "input")} to ${plural(rows, "output")}.`, rows * CELL,
      range(cols).map(i => [place(i, g.stride[2], (g.span[2] - 1) / 2 - g.pad[2]), fmt(g.x[0][0][i]), "i", "cell=" + (i === s.cell ? -1 : i)]),
      range(rows).map(o => [place(o, 1, 0), fmt(g.y[o]), "o", `step=${o}&cell=-1`]), links, ["One colour per weight."]));
  }
  return group(d.rank < 2 ? "row" : "col", panels);
};

const upDraw = (s, d) => {
  const g = upNumbers(s, d), r = d.rank, picked = s.cell >= 0, here = at3(s.step, g.out), taps = g.taps[s.step];
  const fed = range(g.sums.length).filter(f => upTaps(g, at3(f, g.full)).some(t => t.i === s.cell));
  const reached = range(g.y.length).filter(o => fed.includes(g.where[o]));
  const lit = picked ? { inputs: new Set([s.cell]), weights: new Set(range(product(g.k))), stamped: new Set(fed), outputs: new Set(reached) }
    : { inputs: new Set(taps.map(t => t.i)), weights: new Set(taps.map(t => t.w)), stamped: new Set([g.where[s.step]]), outputs: new Set([s.step]) };
  const labels = { step: `${s.step + 1} of ${g.y.length}`, cell: picked ? index("x", at3(s.cell, g.n), r) : "none" };
  const name = index("y", here, r), y = fmt(g.y[s.step]), sizes = "size: " + range(r).map(j => `${upSize(g, j + 3 - r)} = ${g.out[j + 3 - r]}`).filter((t, j, all) => all.indexOf(t) === j).join(" and ");
  let say, sum;
  if (picked) {
    const [, b, c] = at3(s.cell, g.n), v = fmt(g.x[0][b][c]), lost = fed.length - reached.length;
    say = `Input ${labels.cell} = ${v} stamps ${v} times the kernel onto ${plural(fed.length, "position")}` + (lost ? `; ${lost} of them ${lost === 1 ? "is" : "are"} cropped away.` : ".");
    sum = reached.map(o => `${index("y", at3(o, g.out), r)} gets ${times(g.taps[o].find(t => t.i === s.cell).weight)}·${v}`).join(", ");
  } else {
    say = `Step ${labels.step}: ${name} = ${y}. Stamping: ${plural(taps.length, "input reaches", "inputs reach")} it. ` +
      `Zeros inserted: the window reads ${plural(product(g.k), "value")}, ${taps.length} of them from the input. Cᵀ: row ${s.step} has ${plural(taps.length, "entry", "entries")}.`;
    sum = `${name} = ${taps.length ? taps.map(t => `${times(t.weight)}·${times(t.x)}`).join(" + ") + " = " + y : "0, for no input reaches it"}`;
  }
  return { draw: upStamping(s, d, g, lit) + upSliding(s, d, g, lit, here) + upMatrix(s, d, g), say, sum: sum + "\n" + sizes, labels,
    numbers: { y: g.y, overlap: g.taps.map(taps => taps.length) } };
};

const upCode = (s, d, dialect) => {
  const r = d.rank, g = upShape(s, d), x = literal(cropped(d.x, Array(r).fill(s.size))), w = literal(cropped(d.weight, Array(r).fill(s.kernel)));
  const settings = `stride=${s.stride}, padding=${s.padding}, output_padding=${s.output_padding}, dilation=${s.dilation}`;
  if (dialect === "convlib") return lines(
    "import numpy as np", `from convlib import conv_transpose${r}d`, "",
    `x = np.array(${x})`, `weight = np.array(${w})`, `y = conv_transpose${r}d(x[None], weight[None, None], ${settings})[0]`);
  if (dialect === "torch") return lines(
    "import torch", "import torch.nn.functional as F", "",
    `x = torch.tensor(${x}, dtype=torch.float64)[None]`, `weight = torch.tensor(${w}, dtype=torch.float64)[None, None]`,
    `y = F.conv_transpose${r}d(x, weight, ${settings})[0]`);
  const part = range(r).map(j => `${s.padding}:${s.padding + g.out[j + 3 - r]}`).join(", ");
  return lines(
    "import numpy as np", "from keras import ops", "",
    `x = np.array(${x}, dtype="float32")`, `weight = np.array(${w}, dtype="float32")`,
    `y = ops.conv_transpose(x[None, ..., None], weight[..., None, None], strides=${s.stride}, padding="valid", dilation_rate=${s.dilation})[0, ..., 0]`,
    `y = np.pad(y, (0, ${s.output_padding}))[${part}]  # Keras counts output_padding otherwise: crop by hand`);
};

KINDS.transposed = {
  check: upCheck, draw: upDraw, code: upCode,
  limits: (s, d) => { const g = upShape(s, d); return { outputs: product(g.out) - 1, inputs: product(g.n) - 1 }; },
  turn: follow,
};
