// C as a picture: one row lit, its window in the input above it and its output below.

const seeNumbers = (s, d) => {
  const g = layerNumbers(s, d), cols = g.x.length, rows = g.y.length;
  const at = wiresOf(g), entry = (r, c) => (at[r].get(c) || [0, 0])[1], v = range(rows).map(o => o + 1);
  // Toeplitz: as a whole (2), in every block of one output row and one input row (1), or not (0).
  const steady = (a, b) => range(rows - 1).every(r => (r + 1) % a === 0 || range(cols - 1).every(c => (c + 1) % b === 0 || entry(r, c) === entry(r + 1, c + 1)));
  const toeplitz = steady(rows, cols) ? 2 : +steady(g.out[1], g.n[1]), back = range(cols).map(i => total(v.map((v, r) => entry(r, i) * v)));
  return { ...g, at, entry, rows, cols, toeplitz, ins: s.turn ? back : g.x, outs: s.turn ? v : g.y, ...blocksOf(at, cols, s) };
};

const seeCheck = (s, d) => {
  const why = layerCheck(s, d), g = layerShape(s, d), cols = product(g.inside), rows = product(g.shape);
  return why || (max(rows, cols) > 64 ? `${cols} inputs and ${rows} outputs are too many to draw (at most 64 each)` : "");
};

const seeDraw = (s, d) => {
  const g = seeNumbers(s, d), t = s.turn, here = (t ? g.colOrder : g.rowOrder)[s.step], [rows, cols] = t ? [g.cols, g.rows] : [g.rows, g.cols], n = total(g.at.map(m => m.size));
  const mine = t ? range(g.rows).filter(r => g.at[r].has(here)) : [...g.at[here].keys()], [ins, outs] = (t ? [[here], mine] : [mine, [here]]).map(a => new Set(a));
  const name = (s.shuffle ? "P·C" : "C"), title = (t ? s.shuffle ? "(P·C)ᵀ" : "Cᵀ" : name) + `, ${rows}×${cols}`, places = product(g.out), o = index(t ? "x" : "y", at3(here, t ? g.inside : g.shape));
  const look = (r, c) => t ? g.at[g.rowOrder[c]].get(g.colOrder[r]) : g.at[g.rowOrder[r]].get(g.colOrder[c]), v = fmt((t ? g.ins : g.outs)[here]);
  const goes = (to, order) => i => to ? goRow(order.indexOf(i)) : "", [toIn, toOut] = [goes(t, g.colOrder), goes(!t, g.rowOrder)];
  const pictures = [matrix(title, `${title}: ${plural(n, "entry", "entries")} not zero; row ${s.step} is lit.`, rows, cols, look, [s.step], [], `step,1,${rows}`)];
  if (s.shuffle) pictures.push(matrix(`P, ${g.rows}×${g.rows}`, `P, ${g.rows}×${g.rows}: ${d.words[4]}`, g.rows, g.rows,
    (r, c) => c === g.from(floor(r / places)) * places + r % places ? [floor(c / places), 1] : null, t ? [] : [here]));
  const weights = new Set(g.at.flatMap(m => [...m.values()].map(e => e[0]))).size;
  return { labels: { step: `${s.step + 1} of ${rows}` }, numbers: { C: table(g.rows, g.cols, g.entry).flat(), order: [...g.rowOrder, ...g.colOrder], toeplitz: [g.toeplitz], y: t ? g.ins : g.outs },
    draw: group("row", layers("input", s.channels, g.ins, g.inside, true, i => [mark("i", ins.has(i)), toIn(i)])) + group("row", pictures) +
      group("row", layers("output", s.filters, g.outs, g.shape, false, i => [mark("o", outs.has(i)), toOut(i)])),
    say: fill(d.words[0] + d.words[1 + g.toeplitz], { step: s.step, title, name: o, v, reads: mine.length, all: plural(cols, t ? "output" : "input"), n, size: rows * cols, weights: plural(weights, "weight"), hang: g.hang }),
    sum: `${o} = ${mine.length ? terms(mine.map(m => ({ weight: t ? g.entry(m, here) : g.entry(here, m), x: (t ? g.outs : g.ins)[m] }))) + " = " + v : "0"}` };
};
const goRow = r => "step=" + r;

const seeCode = (s, d, dialect) => {
  const g = layerShape(s, d), [p, q] = g.pad, [c, h, w] = g.inside, cols = product(g.inside), rows = product(g.shape), weight = literal(cropped(d.weight, [s.filters, g.per, ...g.k]));
  const v = { ...s, p, q, c, h, w, cols, rows, weight, each: g.each, x: literal(s.turn ? range(rows).map(r => r + 1) : cropped(d.x, g.inside)), mix: s.shuffle ? d.mix : "", C: s.turn ? "C.T" : "C" };
  return fill(fill(d.code[dialect], v), v);
};

KINDS.matrix = { check: seeCheck, draw: seeDraw, code: seeCode, limits: (s, d) => { const g = layerShape(s, d); return { outputs: product(s.turn ? g.inside : g.shape) - 1 }; } };
