// A stack of layers that one can edit: by how many paths one output sees each input.

// Values into a text's {names}; the text comes with the data, from Python.
const fill = (t, v) => t.replace(/{(\w+)}/g, (m, name) => v[name]);
// Many lines [x, y, u, v] of one class.
const strands = (ends, c) => ends.length ? `<path class="${c}" d="${ends.map(([x, y, u, v]) => `M${xy(x)} ${xy(y)}L${xy(u)} ${xy(v)}`).join("")}"/>` : "";

// The input and the layers: settings, number of outputs, and what each output sees. A row without outputs ends it.
const stackRows = s => {
  const g = [{ n: s.size, size: 1, jump: 1, pad: 0, start: 0 }];
  for (let l = 0; l < s.layers && g[l].n > 0; l++) {
    const k = s.kernels[l], t = s.strides[l], d = s.dilations[l], b = g[l], reach = d * (k - 1), half = s.padding === "half" ? floor((reach + 1) / 2) : 0;
    const pads = [s.padding === "causal" ? reach : half, half], size = b.size + reach * b.jump, pad = b.pad + pads[0] * b.jump, wide = b.n + total(pads);
    g.push({ k, t, d, pads, reach, wide, size, pad, jump: b.jump * t, start: (size - 1) / 2 - pad, n: floor((wide - reach - 1) / t) + 1 });
  }
  return g;
};

const stackDraw = (s, d) => {
  const g = stackRows(s), L = s.layers, last = g[L], { n, jump } = last, step = s.step, ways = g.map(row => Array(row.n).fill(0));
  const reads = (l, j) => range(g[l].k).map(c => [c, j * g[l].t + c * g[l].d - g[l].pads[0]]).filter(([, q]) => q >= 0 && q < g[l - 1].n);
  ways[L][step] = 1;
  for (let l = L; l; l--) ways[l].forEach((v, j) => reads(l, j).forEach(([, q]) => ways[l - 1][q] += v));
  const first = step * jump - last.pad, end = first + last.size - 1, from = max(first, 0), to = min(end, s.size - 1), inside = to - from + 1;
  const middle = (row, j) => j * row.jump + (s.padding === "causal" ? row.size - 1 - row.pad : row.start), left = min(...g.map(row => middle(row, 0)));
  const x = (l, j) => (middle(g[l], j) - left + 0.5) * 20, y = l => 64 + 56 * l, bottom = y(L) + 34, most = max(1, ...ways[0]);
  let body = "";
  for (const on of [false, true]) for (let l = 1; l <= L; l++) for (const c of range(g[l].k))
    body += strands(range(g[l].n).flatMap(j => ways[l][j] > 0 === on ? reads(l, j).filter(r => r[0] === c).map(r => [x(l - 1, r[1]), y(l - 1) + 7, x(l, j), y(l) - 7]) : []), `w${c} ${on ? "v" : "u"}`);
  ways.forEach((row, l) => row.forEach((v, j) => { body += dot(x(l, j), y(l), 7, (l ? "o" : "i") + (v ? " h" : l ? " t" : "")); }));
  for (let j = from; j <= to; j++) {
    const v = ways[0][j], tall = v / most * 32;
    body += (v ? box(x(0, j) - 7, 48 - tall, 14, tall, "i h") : "") + text(x(0, j), 44 - tall, v, "s");
  }
  body += line(x(0, from) - 9, 50, x(0, to) + 9, 50, "H") + picker(xy(x(L, 0) - jump * 10), y(L) - 16, jump * 20 * n, 32, `step,${n},1`);
  g.forEach((row, l) => (l ? [l, row.k, row.t, row.d, row.size, row.jump, row.start, row.pad].map(fmt) : d.table).forEach((t, j) => { body += text(d.places[j], bottom + 17 * l, t, l ? "" : "s"); }));
  const right = max(...g.map(row => middle(row, row.n - 1))), read = ways[0].filter(v => v).length, count = `${step + 1} of ${n}`;
  const v = { step, count, view: plural(last.size, "position"), first: fmt(first), end: fmt(end), out: inside < last.size ? ` (${last.size - inside} of them off the input)` : "", read: plural(read, "input"),
    skips: read < inside ? ` and skips ${inside - read}` : "", paths: plural(total(ways[0]), "path leads", "paths lead"), size: last.size, jump, start: fmt(last.start), padding: last.pad, ways: ways[0].join(" "),
    weights: plural(total(g.slice(1).map(row => row.k)), "weight"), terms: g.slice(1).map((row, l) => ` + ${row.d}·(${row.k} − 1)·${g[l].jump}`).join("") };
  const [say, label, sum] = d.words.map(t => fill(t, v));
  return { say, sum, draw: group("row", [panel("paths from each input to output " + step, label, max((right - left + 1) * 20, 346), bottom + 11 + 17 * L, body)]),
    labels: { step: count }, numbers: { y: ways[0], field: [last.size, jump, last.start, last.pad] } };
};

KINDS.receptive = {
  check: s => {
    const g = stackRows(s), l = g.length - 1, { k, d, reach, wide, n } = g[l];
    return n > 0 ? "" : `layer ${l} does not fit: ${k} wide with dilation ${d} its kernel spans ${reach + 1}, but it has only ${wide} positions to stand on`;
  },
  draw: stackDraw, limits: s => ({ outputs: stackRows(s)[s.layers].n - 1 }), used: s => s.layers,
  code: (s, d, dialect) => fill(d.code[dialect], { ...s, layers: literal(stackRows(s).slice(1).map(row => [row.k, row.t, row.pads, row.d])) }),
};
