// The program of a state, in one of three dialects: what the kinds have in common is written here once.

// Imports, arrays [name, nested list or "call(arguments", what follows], and the lines that body(j) gives for dialect number j.
const program = (dialect, from, arrays, body) => {
  const j = ["convlib", "torch", "keras"].indexOf(dialect), at = ["np", "torch", "np"][j], kind = ["", ", dtype=torch.float64", ', dtype="float32"'][j];
  return lines(j === 1 ? "import torch" : "import numpy as np", ["from " + from, "import torch.nn.functional as F", "from keras import ops"][j], "",
    ...arrays.map(([name, a, after = ""]) => `${name} = ${at}.${Array.isArray(a) ? (j === 1 ? "tensor(" : "array(") + literal(a) : a}${kind})${after}`), ...body(j));
};

// The lines that convolve x by weight: `up` for a transposed convolution, [low, high] padding for every axis in `pads`, the size `out` of what is
// kept; `lift` where x and weight have no channels.
const convolving = (j, { up, lift, pads, mode = "zeros", named, stride = 1, more = 0, groups, dilation = 1, out }) => {
  const even = pads.every(([low, high]) => low === high), lows = pads.map(p => p[0]), own = j === 1 ? even && mode === "zeros" : !j;
  const one = lows.every(v => v === lows[0]) ? lows[0] : `(${lows.join(", ")})`, all = f => `[${(lift ? [] : ["(0, 0)"]).concat(pads.map(f)).join(", ")}]`;
  const padding = own ? (!j && named === "same" && up ? '"same"' : even ? one : `[(${pads[0].join(", ")})]`) : 0, name = (up ? "conv_transpose" : "conv"), rank = pads.length;
  const kept = (lift ? "" : ":, ") + lows.map((v, a) => `${v}:${v + (up ? out[a] : 0)}`).join(", "), around = pads.some(p => p[0] || p[1]);
  const settings = `stride=${stride}, padding=${padding}` + (up ? `, output_padding=${more}` : "") + (groups ? `, groups=${groups}` : "") + `, dilation=${dilation}` + (j || mode === "zeros" ? "" : `, padding_mode="${mode}"`);
  const plain = `y = ${j ? "F." : ""}${name}${rank}d(${lift ? "x[None], weight[None, None]" : "x, weight"}, ${settings})${lift ? "[0]" : ""}`;
  if (!j) return [plain];
  const modes = { zeros: "constant", replicate: j > 1 ? "edge" : "replicate", circular: j > 1 ? "wrap" : "circular" }, filled = `mode="${modes[mode] || mode}"`;
  if (j === 1) return [own || up ? null : `x = F.pad(x[None], (${range(rank).map(() => pads[0].join(", ")).join(", ")}), ${filled})[0]`, plain,
    up && !even ? `y = F.pad(y, (0, ${max(-pads[0][1], 0)}))[${kept}]` : null];
  const apart = stride > 1 && dilation > 1 && !up && !named; // TensorFlow takes no stride beside a dilation
  const call = (x, w) => `ops.${name}(${lift ? `${x}[None, ..., None], ${w}[..., None, None]` : `np.moveaxis(${x}, 0, -1)[None], np.moveaxis(${w}, (0, 1), (-1, -2))`}, strides=${apart ? 1 : stride}, padding="${up ? "valid" : named || "valid"}", dilation_rate=${dilation})`;
  const kerasMade = (x, w) => lift ? call(x, w) + "[0, ..., 0]" : `np.moveaxis(ops.convert_to_numpy(${call(x, w)})[0], -1, 0)`;
  if (!up) return [around && !named ? `x = np.pad(x, ${all(p => `(${p.join(", ")})`)}, ${filled})` : null, "y = " + kerasMade("x", "weight"), apart ? `y = y[..., ${pads.map(() => "::" + stride).join(", ")}]  # the stride` : null];
  return [...(groups ? ["# Keras has no transposed convolution with groups: one call per group", `parts = zip(np.split(x, ${groups}), np.split(weight, ${groups}))`, `y = np.concatenate([${kerasMade("p", "w")} for p, w in parts])`] : ["y = " + kerasMade("x", "weight")]),
    `y = np.pad(y, ${all(p => `(0, ${more + max(-p[1], 0)})`)})[${kept}]  # Keras counts output_padding otherwise: crop by hand`];
};
