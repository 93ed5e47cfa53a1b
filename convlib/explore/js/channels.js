// Channels as coloured layers: what one output element sums over, groups down to depthwise, the shuffle, and who
// reaches whom through a stack of such layers.

const layerShape = (s, d) => {
  const { stride = 1, dilation = 1, flat, padding } = s, part = (a, v) => [flat ? 1 : min(v, a.length), min(v, a[0].length)], n = part(d.x[0], s.size), k = part(d.weight[0][0], s.kernel);
  const pad = [flat ? 0 : padding, padding], out = n.map((v, j) => floor((v + 2 * pad[j] - dilation * (k[j] - 1) - 1) / stride) + 1), per = s.channels / s.groups, each = s.filters / s.groups;
  return { stride, dilation, pad, n, k, out, per, each, shape: [s.filters, ...out], inside: [s.channels, ...n], from: to => s.shuffle ? to % s.groups * each + floor(to / s.groups) : to };
};
const noGroups = (groups, many, which) => many % groups ? `${plural(groups, "group does", "groups do")} not divide ${plural(many, which + "channel")}` : "";

const layerCheck = (s, d) => {
  const g = layerShape(s, d), has = d.weight[0].length;
  return noGroups(s.groups, s.channels, "input ") || noGroups(s.groups, s.filters, "output ") ||
    (g.per > has ? `the kernels have ${plural(has, "channel")}, but each group has ${g.per}`
      : s.layers > 1 && s.channels !== s.filters ? `a stack needs as many output as input channels: ${s.filters} and ${s.channels}`
        : min(...g.out) < 1 ? `the kernel does not fit: ${g.k.join("×")} on an input of ${g.n.join("×")} with padding ${s.padding}${g.dilation > 1 ? ` and dilation ${g.dilation}` : ""}` : "");
};

const layerNumbers = (s, d) => {
  const g = layerShape(s, d), x = cropped(d.x, g.inside).flat(2);
  const taps = each3(g.shape, ([to, y, x_]) => {
    const f = g.from(to), first = floor(f / g.each) * g.per;
    return each3([g.per, ...g.k], ([c, a, b]) => {
      const q = [first + c, y * g.stride + a * g.dilation - g.pad[0], x_ * g.stride + b * g.dilation - g.pad[1]], i = within(q, g.inside) ? flat3(q, g.inside) : -1;
      return { c, i, w: flat3([f * g.per + c, a, b], [0, ...g.k]), weight: d.weight[f][c][a][b], x: x[i] || 0 };
    });
  });
  const step = table(s.filters, s.channels, (to, i) => +(floor(g.from(to) / g.each) === floor(i / g.per)));
  let ways = step;
  for (let l = 1; l < s.layers; l++) ways = ways.map(row => row.map((v, i) => total(row.map((v, j) => v * step[j][i]))));
  return { ...g, x, taps, ways, y: taps.map(all => total(all.map(t => t.weight * t.x))) };
};

const layers = (name, many, a, shape, colour, at) => range(many).map(c => grid(`${name} channel ${c}`, rows3(a, shape, c), (y, x) => at(flat3([c, y, x], shape)), undefined,
  colour ? layerBar(c, shape[2]) : ""));
const layerBar = (c, w) => line(1, -3, w * CELL - 1, -3, `b w${c % 9}`);

const layerDraw = (s, d) => {
  const g = layerNumbers(s, d), picked = s.cell >= 0, taps = g.taps[s.step], here = at3(s.step, g.shape), f = g.from(here[0]), first = floor(f / g.each) * g.per;
  const fed = picked ? g.taps.flatMap((taps, o) => taps.filter(t => t.i === s.cell).map(t => [o, t])) : [], outs = new Set(picked ? fed.map(p => p[0]) : [s.step]);
  const lit = new Set(picked ? [s.cell] : taps.map(t => t.i)), title = `who reaches whom, ${plural(s.layers, "layer")}`, column = picked ? at3(s.cell, g.inside)[0] : -1;
  const reach = matrix(title, `${title}: one row per output channel, one column per input channel, with the number of ways.`, s.filters, s.channels,
    (r, c) => g.ways[r][c] ? [c, g.ways[r][c]] : null, picked ? [] : [here[0]], picked ? [column] : []);
  const kernels = cropped(d.weight[f], [g.per, ...g.k]).map((rows, c) => grid(`kernel ${f}, for ${first + c}`, rows, () => [mark("k", !picked)],
    `kernel ${f}, slice for input channel ${first + c}: ${spoken(rows)}`, layerBar(first + c, g.k[1])));
  const labels = { step: `${s.step + 1} of ${g.y.length}`, cell: picked ? index("x", at3(s.cell, g.inside)) : "none" }, name = index("y", here), v = fmt(g.y[s.step]);
  const kind = s.groups === 1 ? "All channels are mixed." : g.per * g.each === 1 ? "Depthwise: each channel alone." : `${s.groups} groups, each ${g.per} in and ${g.each} out.`;
  const far = s.layers > 1 ? `Through ${s.layers} such layers its` : "Its", one = c => terms(taps.filter(t => t.c === c));
  return { draw: group("row", layers("input", s.channels, g.x, g.inside, true, i => [mark("i", lit.has(i)), goCell(i, s)])) + group("row", kernels) +
      group("row", layers("output", s.filters, g.y, g.shape, false, o => [mark("o", outs.has(o)), goStep(o)])) + group("row", [reach]), labels,
    say: (picked ? `Input ${labels.cell} feeds ${fed.length} of ${plural(g.y.length, "output")}. ${kind} ${far} channel reaches ${g.ways.filter(row => row[column]).length} of ${plural(s.filters, "output channel")}.`
      : `Step ${labels.step}: ${name} = ${v}, a sum of ${plural(taps.length, "product")}: ${plural(g.per, "channel")} of ${g.k.join("×")}. ${kind} ${far} channel sees ${g.ways[here[0]].filter(v => v).length} of ${plural(s.channels, "input channel")}.`) +
      ` The layer has ${plural(s.filters * g.per * product(g.k), "weight")}.`,
    sum: picked ? fed.map(([o, t]) => gets(o, g.shape, 3, t.weight, t.x)).join(", ") : `${name} = ${range(g.per).map(c => g.per > 1 && product(g.k) > 1 ? `(${one(c)})` : one(c)).join(" + ")} = ${v}`,
    numbers: { y: g.y, ways: g.ways.flat() } };
};

const layerCode = (s, d, dialect) => {
  const g = layerShape(s, d), out = g.out.join(", ");
  return program(dialect, "convlib import conv2d", [["x", cropped(d.x, g.inside)], ["weight", cropped(d.weight, [s.filters, g.per, ...g.k])]], j => [
    ...convolving(j, { pads: alike(s, 2), groups: s.groups }), s.shuffle ? `y = y.reshape(${s.groups}, ${g.each}, ${out}).swapaxes(0, 1).reshape(${s.filters}, ${out})` : null]);
};

KINDS.channels = { check: layerCheck, draw: layerDraw, code: layerCode, turn: follow, limits: (s, d) => { const g = layerShape(s, d); return { outputs: product(g.shape) - 1, inputs: product(g.inside) - 1 }; } };
