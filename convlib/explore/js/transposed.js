// The transposed convolution of one channel, in one or two dimensions, in three views of the same step:
// inputs stamp the kernel; zeros are inserted and a turned kernel slides; a row of C transposed.

const upShape = (s, d) => {
  const g = frame(s, d), full = g.n.map((v, j) => (v - 1) * g.stride[j] + g.span[j] + g.more[j]);
  const edge = g.span.map((v, j) => v - 1 - g.pad[j]), low = edge.map(v => max(v, 0));
  const wide = g.n.map((v, j) => (v - 1) * g.stride[j] + 1 + low[j] + max(edge[j] + g.more[j], 0));
  // The input on a grid with `stride` steps; -1 is an inserted zero.
  const element = at => { const i = at.map((v, j) => v / g.stride[j]); return i.every(Number.isInteger) && within(i, g.n) ? flat3(i, g.n) : -1; };
  return { ...g, full, out: full.map((v, j) => v - 2 * g.pad[j]), edge, low, wide, element };
};

const upNumbers = (s, d) => {
  const g = upShape(s, d);
  // Which inputs reach a position of the uncropped output, and by which weight.
  const full = each3(g.full, at => each3(g.k, (c, w) => {
    const i = g.element(at.map((v, j) => v - c[j] * g.dil[j]));
    return { w, i, weight: g.w[w], x: g.x[i] };
  }).filter(t => t.i >= 0));
  const where = each3(g.out, at => flat3(at.map((v, j) => v + g.pad[j]), g.full)), sums = full.map(taps => total(taps.map(t => t.weight * t.x)));
  return { ...g, all: full, taps: where.map(f => full[f]), where, sums, y: where.map(f => sums[f]) };
};

const upCheck = (s, d) => {
  const g = upShape(s, d), largest = [0, 16, 11][d.rank];
  if (s.output_padding >= max(s.stride, s.dilation)) return `output padding must be less than the stride or the dilation: output padding ${s.output_padding}, stride ${s.stride}, dilation ${s.dilation}`;
  for (const j of range(3)) {
    if (g.out[j] < 1) return `nothing is left of the output: ${upSize(g, j)}`;
    if (g.full[j] > largest) return `an output of ${g.full[j]} before cropping is too large to draw (at most ${largest})`;
    if (g.wide[j] > largest + 4) return `an input of ${g.wide[j]} with its inserted zeros is too large to draw (at most ${largest + 4})`;
  }
  return "";
};
const upSize = (g, j) => `(${g.n[j]} − 1)·${g.stride[j]} − 2·${g.pad[j]} + ${g.dil[j]}·(${g.k[j]} − 1) + ${g.more[j]} + 1 = ${fmt(g.out[j])}`;

const upPanels = (s, g, lit, here) => {
  const r = g.rank, picked = s.cell >= 0, at = (y, x, shape) => flat3([0, y, x], shape), kernel = rows3(g.w, g.k), way = r < 2 ? "row" : "col";
  const weight = (y, x) => { const w = at(y, x, g.k); return [mark("k", lit.weights.has(w)), "", false, w]; };
  const held = (y, x) => g.element([-g.low[0], y - g.low[1], x - g.low[2]]);
  const under = (...q) => q.every((v, j) => { const u = v - here[j + 1] + g.edge[j + 1] - g.low[j + 1]; return u >= 0 && u < g.span[j + 1] && u % g.dil[j + 1] === 0; });
  const wide = table(g.wide[1], g.wide[2], held), rows = g.y.length, cols = g.x.length, title = `Cᵀ, ${rows}×${cols}`;
  const entry = g.taps.map(taps => new Map(taps.map(t => [t.i, [t.w, t.weight]])));
  const last = [matrix(title, `${title}: one row per output, one column per input; ${picked ? `column ${s.cell}` : `row ${s.step}`} is lit.`,
    rows, cols, (o, i) => entry[o].get(i), picked ? [] : [s.step], picked ? [s.cell] : [])];
  if (r === 1) {
    const links = g.taps.flatMap((taps, o) => taps.map(t => [t.i, o, t.w, picked ? t.i === s.cell : o === s.step])), middle = (g.span[2] - 1) / 2 - g.pad[2];
    last.push(wiring("the wires, turned round", `${plural(links.length, "wire")} from ${plural(cols, "input")} to ${plural(rows, "output")}.`, rows * CELL,
      g.x.map((v, i) => [(i * g.stride[2] + middle) * CELL + CELL / 2, fmt(v), "i", goCell(i, s)]), g.y.map((v, o) => [o * CELL + CELL / 2, fmt(v), "o", goStep(o)]), links, ["One colour per weight."]));
  }
  return group(way, [grid(`input ${sized(g.n, r)}`, rows3(g.x, g.n), (y, x) => { const i = at(y, x, g.n); return [mark("i", lit.inputs.has(i)), goCell(i, s)]; }),
    grid(`kernel ${sized(g.k, r)}`, kernel, weight),
    grid(`stamped output ${sized(g.full, r)}` + (s.padding ? `, crop ${s.padding}` : ""), rows3(g.sums, g.full), (y, x) => {
      const f = at(y, x, g.full), o = g.where.indexOf(f);
      return [mark(o < 0 ? "p" : "o", lit.stamped.has(f)), o < 0 ? "" : goStep(o), o < 0];
    })]) +
  group(way, [grid(`zeros inserted ${sized(g.wide, r)}`, wide.map(row => row.map(i => g.x[i] || 0)), (y, x) => {
    const i = wide[y][x];
    return [mark(i < 0 ? "p" : "i", picked ? i === s.cell : under(y, x)), i < 0 ? "" : goCell(i, s)];
  }),
  grid("kernel turned by 180°", turned(kernel), (y, x) => weight(g.k[1] - 1 - y, g.k[2] - 1 - x)), ...outputPanels(g, lit.outputs)]) + group(way, last);
};
const turned = rows => rows.map(r => r.slice().reverse()).reverse();

const upDraw = (s, d) => {
  const g = upNumbers(s, d), r = d.rank, picked = s.cell >= 0, here = at3(s.step, g.out), taps = g.taps[s.step];
  const hit = all => all.flatMap((taps, o) => taps.some(t => t.i === s.cell) ? [o] : []), fed = hit(g.all), reached = hit(g.taps);
  const [inputs, weights, stamped, outputs] = (picked ? [[s.cell], range(g.w.length), fed, reached] : [taps.map(t => t.i), taps.map(t => t.w), [g.where[s.step]], [s.step]]).map(a => new Set(a));
  const labels = { step: `${s.step + 1} of ${g.y.length}`, cell: picked ? index("x", at3(s.cell, g.n), r) : "none" }, v = g.x[s.cell];
  const name = index("y", here, r), y = fmt(g.y[s.step]), sizes = "\nsize: " + [...new Set(range(r).map(j => upSize(g, j + 3 - r)))].join(" and "), lost = fed.length - reached.length;
  return { draw: upPanels(s, g, { inputs, weights, stamped, outputs }, here), labels, numbers: { y: g.y, overlap: g.taps.map(taps => taps.length) },
    say: picked ? `Input ${labels.cell} = ${fmt(v)} stamps the kernel times ${times(v)} onto ${plural(fed.length, "position")}` + (lost ? `; ${lost} of them ${lost === 1 ? "is" : "are"} cropped away.` : ".")
      : `Step ${labels.step}: ${name} = ${y}. Stamping: ${plural(taps.length, "input reaches", "inputs reach")} it. ` +
        `Zeros inserted: the window reads ${plural(g.w.length, "value")}, ${taps.length} from the input. Cᵀ: row ${s.step} has ${plural(taps.length, "entry", "entries")}.`,
    sum: (picked ? reached.map(o => gets(o, g.out, r, g.taps[o].find(t => t.i === s.cell).weight, v)).join(", ")
      : `${name} = ${taps.length ? terms(taps) + " = " + y : "0, for no input reaches it"}`) + sizes };
};

const upCode = (s, d, dialect) => program(dialect, `convlib import conv_transpose${d.rank}d`, cut(s, d), j =>
  convolving(j, { up: true, lift: true, pads: alike(s, d.rank), stride: s.stride, more: s.output_padding, dilation: s.dilation, out: upShape(s, d).out.slice(3 - d.rank) }));

KINDS.transposed = { check: upCheck, draw: upDraw, code: upCode, limits: convLimits(upShape), turn: follow };
