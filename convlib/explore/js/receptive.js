// A stack of layers that one can edit: by how many paths one output sees each input.

const strands = (ends, c) => ends.length ? `<path class="${c}" d="${ends.map(([x, y, u, v]) => `M${xy(x)} ${xy(y)}L${xy(u)} ${xy(v)}`).join("")}"/>` : "";

// The input and the layers: settings, number of outputs, and what each output sees. A row without outputs ends it.
const stackRows = s => {
  const g = [{ k: 1, n: s.size, size: 1, jump: 1, pad: 0, start: 0 }];
  for (let l = 0; l < s.layers && g[l].n > 0; l++) {
    const k = s.kernels[l], t = s.strides[l], d = s.dilations[l], reach = d * (k - 1), b = g[l];
    const high = s.padding === "half" ? (reach + 1) >> 1 : 0, low = s.padding === "causal" ? reach : high, size = b.size + reach * b.jump, pad = b.pad + low * b.jump;
    g.push({ k, t, d, low, high, size, pad, jump: b.jump * t, start: (size - 1) / 2 - pad, n: Math.floor((b.n + low + high - reach - 1) / t) + 1 });
  }
  return g;
};
const stackTap = (row, j, c) => j * row.t + c * row.d - row.low;

const stackCheck = s => {
  const g = stackRows(s), { k, d, low, high, n } = g[g.length - 1];
  return n > 0 ? "" : `layer ${g.length - 1} does not fit: ${k} wide with dilation ${d} its kernel spans ${d * (k - 1) + 1}, but it has only ${g[g.length - 2].n + low + high} positions to stand on`;
};

const stackDraw = s => {
  const g = stackRows(s), L = g.length - 1, last = g[L], step = s.step, ways = g.map(row => Array(row.n).fill(0));
  ways[L][step] = 1;
  for (let l = L; l; l--) ways[l].forEach((many, j) => { for (const c of range(g[l].k)) { const q = stackTap(g[l], j, c); if (q >= 0 && q < g[l - 1].n) ways[l - 1][q] += many; } });
  const first = step * last.jump - last.pad, end = first + last.size - 1, span = [Math.max(first, 0), Math.min(end, s.size - 1)];
  const middle = (row, j) => j * row.jump + (s.padding === "causal" ? row.size - 1 - row.pad : row.start), left = Math.min(...g.map(row => middle(row, 0)));
  const x = (l, j) => (middle(g[l], j) - left + 0.5) * 20, y = l => 64 + 56 * l, wide = last.jump * 20;
  let body = "";
  for (const on of [false, true]) for (let l = 1; l <= L; l++) for (const c of range(g[l].k))
    body += strands(range(g[l].n).filter(j => ways[l][j] > 0 === on).map(j => [j, stackTap(g[l], j, c)]).filter(([, q]) => q >= 0 && q < g[l - 1].n)
      .map(([j, q]) => [x(l - 1, q), y(l - 1) + 7, x(l, j), y(l) - 7]), `w${c} ${on ? "v" : "u"}`);
  g.forEach((row, l) => ways[l].forEach((many, j) => { body += dot(x(l, j), y(l), 7, (l ? "o" : "i") + (many ? " h" : l ? " t" : "")); }));
  for (let j = span[0]; j <= span[1]; j++) {
    const tall = ways[0][j] / Math.max(1, ...ways[0]) * 32;
    body += (tall ? box(x(0, j) - 7, 48 - tall, 14, tall, "i h") : "") + text(x(0, j), 44 - tall, String(ways[0][j]), "s");
  }
  body += line(x(0, span[0]) - 9, 50, x(0, span[1]) + 9, 50, "H") + picker(xy(x(L, 0) - wide / 2), y(L) - 16, wide * last.n, 32, `step,${last.n},1`);
  g.forEach((row, l) => (l ? [l, row.k, row.t, row.d, row.size, row.jump, row.start, row.pad].map(fmt) : ["layer", "kernel", "stride", "dilation", "size", "jump", "start", "padding"])
    .forEach((t, j) => { body += text([16, 60, 102, 148, 194, 234, 276, 322][j], y(L) + 34 + 17 * l, t, l ? "" : "s"); }));
  const right = Math.max(...g.map(row => middle(row, row.n - 1))), inside = span[1] - span[0] + 1, read = ways[0].filter(v => v).length, title = `aths from each input to output ${step}`;
  const sum = ways[0].reduce((a, v) => a + v, 0);
  return { draw: group("row", [panel("p" + title, `P${title}: ${ways[0].join(" ")}. ${plural(L, "layer")} of wires, one colour per weight of a layer.`, Math.max((right - left + 1) * 20, 346), y(L) + 28 + 17 * (L + 1), body)]),
    say: `Step ${step + 1} of ${last.n}: output ${step} spans ${plural(last.size, "position")}, ${fmt(first)} to ${fmt(end)}${inside < last.size ? ` (${last.size - inside} of them in the padding)` : ""}. It reads ${plural(read, "input")}` +
      `${read < inside ? ` and skips ${inside - read}` : ""}; ${plural(sum, "path leads", "paths lead")} to it. The stack: size ${last.size}, jump ${last.jump}, start ${fmt(last.start)}, padding ${last.pad}; ${plural(g.slice(1).reduce((a, row) => a + row.k, 0), "weight")}.`,
    sum: `size = 1${g.slice(1).map((row, l) => ` + ${row.d}·(${row.k} − 1)·${g[l].jump}`).join("")} = ${last.size}`,
    labels: { step: `${step + 1} of ${last.n}` }, numbers: { y: ways[0], field: [last.size, last.jump, last.start, last.pad] } };
};

const stackCode = (s, d, dialect) => {
  const layers = `layers = [${stackRows(s).slice(1).map(row => `(${row.k}, ${row.t}, (${row.low}, ${row.high}), ${row.d})`).join(", ")}]  # kernel size, stride, padding, dilation`;
  const loop = "for k, s, p, d in layers:", note = "  # one sample for each input: a one there alone", answer = `  # how many paths lead from each input to output ${s.step}`;
  if (dialect === "convlib") return lines("import numpy as np", "from convlib import conv1d, receptive_field", "", layers, `x = np.eye(${s.size})[:, None]${note}`, loop,
    "    x = conv1d(x, np.ones((1, 1, k)), stride=s, padding=[p], dilation=d)", `y = x[:, 0, ${s.step}]${answer}`, "print(receptive_field(layers))");
  if (dialect === "torch") return lines("import torch", "import torch.nn.functional as F", "", layers, `x = torch.eye(${s.size}, dtype=torch.float64)[:, None]${note}`, loop,
    "    x = F.conv1d(F.pad(x, p), torch.ones((1, 1, k), dtype=torch.float64), stride=s, dilation=d)", `y = x[:, 0, ${s.step}]${answer}`);
  return lines("import numpy as np", "from keras import ops", "", layers, `x = np.eye(${s.size}, dtype="float32")[..., None]${note}`, loop, "    x = np.pad(x, [(0, 0), p, (0, 0)])",
    '    x = ops.conv(x, np.ones((k, 1, 1), dtype="float32"), strides=s, padding="valid", dilation_rate=d)', `y = x[:, ${s.step}, 0]${answer}`);
};

KINDS.receptive = { check: stackCheck, draw: stackDraw, code: stackCode, limits: s => ({ outputs: stackRows(s).pop().n - 1 }), used: s => s.layers };
