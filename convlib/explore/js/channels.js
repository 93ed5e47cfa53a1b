// Channels as coloured layers: what one output element sums over, groups down to depthwise, the shuffle, and who
// reaches whom through a stack of such layers.

const layerShape = (s, d) => {
  const n = [Math.min(s.size, d.x[0].length), Math.min(s.size, d.x[0][0].length)], k = [Math.min(s.kernel, d.weight[0][0].length), Math.min(s.kernel, d.weight[0][0][0].length)];
  const out = n.map((v, j) => v + 2 * s.padding - k[j] + 1), per = s.channels / s.groups, each = s.filters / s.groups;
  return { n, k, out, per, each, from: to => s.shuffle ? to % s.groups * each + Math.floor(to / s.groups) : to };
};

const layerCheck = (s, d) => {
  const g = layerShape(s, d);
  for (const [many, which] of [[s.channels, "input"], [s.filters, "output"]])
    if (many % s.groups) return `${plural(s.groups, "group does", "groups do")} not divide ${plural(many, which + " channel")}`;
  if (g.per > d.weight[0].length) return `the kernels have ${plural(d.weight[0].length, "channel")}, but each group has ${g.per}`;
  if (s.layers > 1 && s.channels !== s.filters) return `a stack needs as many output as input channels: ${s.filters} and ${s.channels}`;
  return g.out.some(v => v < 1) ? `the kernel does not fit: ${g.k.join("×")} on an input of ${g.n.join("×")} with padding ${s.padding}` : "";
};

const layerNumbers = (s, d) => {
  const g = layerShape(s, d), shape = [s.filters, ...g.out], inside = [s.channels, ...g.n];
  const taps = o => {
    const [to, y, x] = at3(o, shape), f = g.from(to), first = Math.floor(f / g.each) * g.per, found = [];
    each3([g.per, ...g.k], (c, a, b) => {
      const q = [first + c, y + a - s.padding, x + b - s.padding], own = q[1] >= 0 && q[1] < g.n[0] && q[2] >= 0 && q[2] < g.n[1];
      found.push({ f, c: first + c, w: [c, a, b], i: own ? flat3(q, inside) : -1, weight: d.weight[f][c][a][b], x: own ? d.x[q[0]][q[1]][q[2]] : 0 });
    });
    return found;
  };
  const step = range(s.filters).map(to => range(s.channels).map(i => Math.floor(g.from(to) / g.each) === Math.floor(i / g.per) ? 1 : 0));
  let ways = step;
  for (let l = 1; l < s.layers; l++) ways = ways.map(row => range(s.channels).map(i => row.reduce((sum, v, j) => sum + v * step[j][i], 0)));
  return { ...g, shape, inside, taps, ways, y: range(product(shape)).map(o => taps(o).reduce((sum, t) => sum + t.weight * t.x, 0)) };
};

const layer = (title, label, h, w, colour, at) => panel(title, label, w * CELL, h * CELL, (colour < 0 ? "" : line(1, -3, w * CELL - 1, -3, `b w${colour % 8}`)) +
  range(h).map(y => range(w).map(x => cell(x * CELL, y * CELL, ...at(y, x))).join("")).join(""));

const layerDraw = (s, d) => {
  const g = layerNumbers(s, d), picked = s.cell >= 0, taps = g.taps(s.step), here = at3(s.step, g.shape), f = g.from(here[0]);
  const fed = picked ? range(g.y.length).filter(o => g.taps(o).some(t => t.i === s.cell)) : [];
  const lit = new Set(picked ? [s.cell] : taps.map(t => t.i)), outs = new Set(picked ? fed : [s.step]), first = Math.floor(f / g.each) * g.per;
  const inputs = range(s.channels).map(c => layer(`input channel ${c}`, `input channel ${c}: ${spoken(cropped(d.x[c], g.n))}`, ...g.n, c, (y, x) => {
    const i = flat3([c, y, x], g.inside);
    return [fmt(d.x[c][y][x]), "i" + (lit.has(i) ? " h" : ""), "cell=" + (i === s.cell ? -1 : i)];
  }));
  const kernels = range(g.per).map(c => layer(`kernel ${f}, for ${first + c}`, `kernel ${f}, slice for input channel ${first + c}: ${spoken(cropped(d.weight[f][c], g.k))}`, ...g.k, first + c, (y, x) =>
    [fmt(d.weight[f][c][y][x]), "k" + (picked ? "" : " h")]));
  const outputs = range(s.filters).map(c => layer(`output channel ${c}`, `output channel ${c}: ${spoken(range(g.out[0]).map(y => range(g.out[1]).map(x => g.y[flat3([c, y, x], g.shape)])))}`, ...g.out, -1, (y, x) => {
    const o = flat3([c, y, x], g.shape);
    return [fmt(g.y[o]), "o" + (outs.has(o) ? " h" : ""), `step=${o}&cell=-1`];
  }));
  const title = `who reaches whom, ${plural(s.layers, "layer")}`, column = picked ? at3(s.cell, g.inside)[0] : -1, sees = g.ways[here[0]].filter(v => v).length;
  const reach = matrix(title, `${title}: one row per output channel, one column per input channel, with the number of ways.`, s.filters, s.channels,
    (r, c) => g.ways[r][c] ? [c, g.ways[r][c]] : null, picked ? [] : [here[0]], picked ? [column] : []);
  const labels = { step: `${s.step + 1} of ${g.y.length}`, cell: picked ? `x[${at3(s.cell, g.inside).join(", ")}]` : "none" }, name = `y[${here.join(", ")}]`, v = fmt(g.y[s.step]);
  const kind = s.groups === 1 ? "All channels are mixed." : g.per === 1 && g.each === 1 ? "Depthwise: each channel alone." : `${s.groups} groups of ${g.per} channels in and ${g.each} out.`;
  const far = s.layers > 1 ? ` Through ${s.layers} such layers ` : " ", weights = ` The layer has ${plural(s.filters * g.per * product(g.k), "weight")}.`;
  const reached = range(s.filters).filter(o => g.ways[o][Math.max(column, 0)]).length;
  const say = picked ? `Input ${labels.cell} feeds ${fed.length} of ${plural(g.y.length, "output")}. ${kind}${far}${far === " " ? "Its" : "its"} channel reaches ${reached} of ${plural(s.filters, "output channel")}.`
    : `Step ${labels.step}: ${name} = ${v}, a sum of ${plural(taps.length, "product")}: ${plural(g.per, "channel")} of ${g.k.join("×")}. ${kind}${far}${far === " " ? "Its" : "its"} channel sees ${sees} of ${plural(s.channels, "input channel")}.`;
  const one = c => taps.filter(t => t.w[0] === c).map(t => `${times(t.weight)}·${times(t.x)}`).join(" + ");
  const sum = picked ? fed.map(o => { const t = g.taps(o).find(t => t.i === s.cell); return `y[${at3(o, g.shape).join(", ")}] gets ${times(t.weight)}·${fmt(t.x)}`; }).join(", ")
    : `${name} = ${range(g.per).map(c => g.per > 1 && product(g.k) > 1 ? `(${one(c)})` : one(c)).join(" + ")} = ${v}`;
  return { draw: group("row", inputs) + group("row", kernels) + group("row", outputs) + group("row", [reach]), say: say + weights, sum, labels, numbers: { y: g.y, ways: g.ways.flat() } };
};

const layerCode = (s, d, dialect) => {
  const g = layerShape(s, d), x = literal(cropped(d.x, [s.channels, ...g.n])), w = literal(cropped(d.weight, [s.filters, g.per, ...g.k]));
  const settings = `padding=${s.padding}, groups=${s.groups}`, mix = s.shuffle ? `y = y.reshape(${s.groups}, ${g.each}, ${g.out.join(", ")}).swapaxes(0, 1).reshape(${s.filters}, ${g.out.join(", ")})` : null;
  if (dialect === "convlib") return lines("import numpy as np", "from convlib import conv2d", "", `x = np.array(${x})`, `weight = np.array(${w})`, `y = conv2d(x, weight, ${settings})`, mix);
  if (dialect === "torch") return lines("import torch", "import torch.nn.functional as F", "", `x = torch.tensor(${x}, dtype=torch.float64)`, `weight = torch.tensor(${w}, dtype=torch.float64)`, `y = F.conv2d(x, weight, ${settings})`, mix);
  return lines("import numpy as np", "from keras import ops", "", `x = np.array(${x}, dtype="float32").transpose(1, 2, 0)`, `weight = np.array(${w}, dtype="float32").transpose(2, 3, 1, 0)`,
    s.padding ? `x = np.pad(x, [(${s.padding}, ${s.padding}), (${s.padding}, ${s.padding}), (0, 0)])` : null,
    'y = np.transpose(ops.conv(x[None], weight, padding="valid")[0], (2, 0, 1))', mix);
};

KINDS.channels = {
  check: layerCheck, draw: layerDraw, code: layerCode, turn: follow,
  limits: (s, d) => { const g = layerShape(s, d); return { outputs: s.filters * product(g.out) - 1, inputs: s.channels * product(g.n) - 1 }; },
};
