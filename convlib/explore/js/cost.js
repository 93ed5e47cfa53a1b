// What one layer of every kind costs, as bars on a log axis.

const COSTS = {
  "standard": "Every output reads all channels of its window.", "spatially separable": "A column, then a row; all channels each time.",
  "grouped": "An output reads its window in the channels of one group.", "depthwise separable": "First space, each channel alone; then a mix of channels.",
  "flattened": "First a mix of channels; then a column, then a row.", "pointwise": "All channels of one pixel.",
  "pointwise grouped": "The channels of one group, of one pixel.", "depthwise": "Each channel alone, and as many come out as go in.",
};
const UNITS = { "parameters": ["k", "parameters"], "multiply-adds": ["o", "multiply-adds"], "memory traffic": ["i", "bytes"], "intensity": ["f4 t", "operations per byte"] };

// The layers of each kind: [channels in, out, kernel's height, width, groups].
const costParts = ({ channels: c, filters: f, kernel: k, groups: g }) => [[[c, f, k, k, 1]], [[c, f, k, 1, 1], [f, f, 1, k, 1]], [[c, f, k, k, g]], [[c, c, k, k, c], [c, f, 1, 1, 1]],
  [[c, f, 1, 1, 1], [f, f, k, 1, f], [f, f, 1, k, f]], [[c, f, 1, 1, 1]], [[c, f, 1, 1, g]], [[c, c, k, k, c]]];
const costNumbers = (s, parts) => {
  const n = s.size * s.size, all = v => parts.reduce((sum, part) => sum + v(...part), 0), weights = all((c, f, h, w, g) => f * c / g * h * w);
  const moved = 4 * (weights + n * all((c, f) => c + f));
  return { "parameters": weights, "multiply-adds": weights * n, "memory traffic": moved, "intensity": 2 * weights * n / moved };
};
const costPut = (v, measure) => measure === "intensity" ? fmt(v) : v.toLocaleString("en");

const costCheck = s => {
  for (const [many, which] of [[s.channels, "input"], [s.filters, "output"]])
    if (many % s.groups) return `${plural(s.groups, "group does", "groups do")} not divide ${plural(many, which + " channel")}`;
  return "";
};

const costDraw = s => {
  const { step, measure, size: n } = s, parts = costParts(s), every = parts.map(p => costNumbers(s, p)), mine = every[step], names = Object.keys(COSTS), W = 330;
  const values = every.map(v => v[measure]), words = values.map((v, j) => `${names[j]} ${costPut(v, measure)}`), [colour, unit] = UNITS[measure], tall = 38 * values.length;
  let low = 1, first = 0, marks = 0, body = "";
  while (low >= Math.min(...values)) low /= 10, first--;
  while (low * 10 < Math.min(...values)) low *= 10, first++;
  for (let v = low; v < Math.max(...values); v *= 10) marks++;
  for (let j = 0; j <= marks; j++) {
    const x = j * W / marks, power = first + j;
    body += strands(values.map((v, i) => [x, 38 * i + 17, x, 38 * i + 34]), "m") + text(x, tall + 14, power < 2 ? String(10 ** power) : "10" + [...String(power)].map(c => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join(""), "s");
  }
  values.forEach((v, j) => {
    body += box(0, 38 * j + 18, (Math.log10(v) - first) / marks * W, 14, colour + (j === step ? " h" : "")) + text(2, 38 * j + 13, `${names[j]}: ${costPut(v, measure)}`, "L");
  });
  const put = name => costPut(mine[name], name), kind = names[step], each = f => parts[step].map(([c, f2, h, w, g]) => f(c, f2, `${f2}·${c / g}·${h}·${w}`)).join(" + "), weights = each((c, f, w) => w);
  const sum = {
    "parameters": `${weights} = ${put(measure)}`,
    "multiply-adds": `${parts[step].length > 1 ? `(${weights})` : weights}·${n}·${n} = ${put(measure)}`,
    "memory traffic": `4·(${each((c, f, w) => `${c}·${n}·${n} + ${w} + ${f}·${n}·${n}`)}) = ${put(measure)}`,
    "intensity": `2·${put("multiply-adds")} / ${put("memory traffic")} = ${put(measure)}`,
  }[measure];
  return { draw: group("row", [panel(`${unit}, on a log axis`, `${measure}: ${words.join("; ")}. ${kind} is lit.`, W + 12, tall + 20, body + picker(0, 0, W, tall, `step,1,${values.length}`))]),
    say: `${kind[0].toUpperCase()}${kind.slice(1)}: ${COSTS[kind]} ${put("parameters")} parameters, ${fmt(100 * mine.parameters / every[0].parameters)} % of the standard kind's; ${put("multiply-adds")} multiply-adds; ` +
      `${put("memory traffic")} bytes at least must move; ${put("intensity")} operations per byte.`,
    sum, labels: { step: `${step + 1} of ${names.length}: ${kind}` }, numbers: { all: every.flatMap(v => Object.values(v)) } };
};

const costCode = (s, d, dialect) => {
  const { size: n, channels } = s, each = row => costParts(s)[s.step].map(([c, f, h, w, g]) => "    " + row(c, f, `(${h}, ${w})`, `groups=${g}`));
  if (dialect === "convlib") return lines("from convlib.cost import arithmetic_intensity, conv_layer, memory_traffic, multiply_adds, parameters", "", "layers = [",
    ...each((c, f, k, g) => `conv_layer(${c}, ${f}, ${k}, ${n}, padding="same", ${g}),`), "]", "y = parameters(layers), multiply_adds(layers), memory_traffic(layers), arithmetic_intensity(layers)");
  if (dialect === "torch") return lines("import torch", "from torch import nn", "", "layers = nn.Sequential(", ...each((c, f, k, g) => `nn.Conv2d(${c}, ${f}, ${k}, padding="same", ${g}, bias=False, device="meta"),`), ")",
    "weights = [layer.weight.numel() for layer in layers]", `maps = [layer.in_channels + layer.out_channels for layer in layers]  # times ${n}·${n}`, `macs, moved = sum(weights) * ${n * n}, 4 * (sum(weights) + sum(maps) * ${n * n})`,
    "y = sum(weights), macs, moved, 2 * macs / moved");
  return lines("import keras", "from keras.layers import Conv2D", "", "model = keras.Sequential([", `    keras.Input((${n}, ${n}, ${channels})),`, ...each((c, f, k, g) => `Conv2D(${f}, ${k}, padding="same", ${g}, use_bias=False),`), "])",
    "y = model.count_params()");
};

KINDS.cost = { check: costCheck, draw: costDraw, code: costCode, limits: () => ({ outputs: 7 }) };
