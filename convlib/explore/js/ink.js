// Ink in one channel of a grouped stack: it spreads over its group in each layer, and the shuffle deals it to other groups.

const inkNumbers = s => {
  const c = s.channels, per = c / s.groups, at = range(c);
  const mix = at.map(o => at.map(i => Math.floor(o / per) === Math.floor(i / per) ? 1 : 0)), deal = at.map(o => at.map(i => i === o % s.groups * per + Math.floor(o / s.groups) ? 1 : 0));
  const times = (a, b) => a.map(row => b[0].map((v, j) => row.reduce((sum, w, i) => sum + w * b[i][j], 0))), drop = at.map(i => [i === s.pour ? 1 : 0]);
  const bands = range(s.layers).flatMap(n => n && s.shuffle ? [deal, mix] : [mix]), after = [at.map(o => at.map(i => o === i ? 1 : 0))];
  for (const n of range(s.layers)) after.push(times(mix, n && s.shuffle ? times(deal, after[n]) : after[n]));
  const needed = () => {
    let ink = drop, n = 0;
    for (; ink.some(v => !v[0]); n++) ink = times(mix, n ? times(deal, ink) : ink);
    return n;
  };
  return { c, per, at, mix, times, drop, bands, after, needed, counts: after.map(ways => ways.filter(row => row[s.pour]).length) };
};

const inkCheck = s => s.channels % s.groups ? `${plural(s.groups, "group does", "groups do")} not divide ${plural(s.channels, "channel")}` : "";

const inkPicture = (s, g) => {
  let row = g.drop, y = 14, done = 0, out = "", dots = "";
  const x = j => (j + 0.5) * CELL, upTo = g.counts.slice(0, s.step + 1).join(" ");
  const put = (kind, words) => {
    dots += g.at.map(j => dot(x(j), y, 11, kind + (row[j][0] ? " h" : ""), kind === "i" ? `pour=${j}` : "") + value(x(j), y, String(j))).join("") + text(g.c * CELL + 8, y + 4, words, "L");
  };
  put("i", "the drop");
  for (const wires of g.bands) {
    const now = done < s.step, real = wires === g.mix, fall = real ? 60 : 44;
    for (const wet of [false, true]) for (const q of range(s.groups))
      out += strands(g.at.flatMap(o => g.at.filter(i => wires[o][i] && Math.floor(i / g.per) === q && (now && row[i][0] > 0) === wet).map(i => [x(i), y + 11, x(o), y + fall - 11])), `${real ? "w" + q % 8 : "m"} ${wet ? "v" : "u"}`);
    y += fall;
    row = now ? g.times(wires, row) : row.map(() => [0]);
    done += real ? 1 : 0;
    put(real ? "o" : "p", real ? `layer ${done}: ${now ? g.counts[done] : "…"}` : "dealt");
  }
  return panel(`ink in channel ${s.pour}, ${s.shuffle ? "" : "not "}shuffled`, `Channels with ink, from the drop in channel ${s.pour} on: ${upTo} of ${g.c}.`, g.c * CELL + 72, y + 14, out + dots);
};

const inkWords = (s, g) => {
  if (s.groups === 1) return "One group mixes all channels: one layer is enough.";
  if (g.per === 1) return "Every channel is a group of its own: ink can move, but never spread.";
  if (!s.shuffle) return `Without the shuffle it never leaves its group of ${g.per}, however many layers follow.`;
  let least = 0;
  for (let reach = 1; reach < g.c; reach *= g.per) least++;
  return `A layer spreads it over a group of ${g.per}, the shuffle deals it to other groups: at least ⌈log ${g.c} / log ${g.per}⌉ = ${plural(least, "layer is", "layers are")} needed; from here it takes ${g.needed()}.`;
};

const inkDraw = s => {
  const g = inkNumbers(s), ways = g.after[s.step], title = `ways after ${plural(s.step, "layer")}`, seen = g.counts.slice(0, s.step + 1);
  const wires = matrix(title, `${title}: one row per channel out, one column per channel in; column ${s.pour} is lit.`, g.c, g.c, (r, c) => ways[r][c] ? [Math.floor(c / g.per), ways[r][c]] : null, [], [s.pour]);
  return { draw: group("row", [inkPicture(s, g), wires]), say: `Step ${s.step} of ${s.layers}: ink from channel ${s.pour} has reached ${seen[s.step]} of ${plural(g.c, "channel")}. ${inkWords(s, g)}`,
    sum: `${seen.join(" → ")} of ${g.c}`, labels: { step: `${s.step} of ${s.layers}`, pour: `channel ${s.pour}` }, numbers: { ways: ways.flat(), counts: g.counts } };
};

const inkCode = (s, d, dialect) => {
  const c = s.channels, g = s.groups, per = c / g, drop = "x[0, " + s.pour + "] = 1  # the drop";
  const loop = (mix, apply) => [`for layer in range(${s.step}):`, s.shuffle ? `    if layer:\n        x = ${mix}` : null, `    x = ${apply}`, "y = x.reshape(-1)  # how many ways lead to each channel"];
  if (dialect === "convlib") return lines("import numpy as np", "from convlib import channel_shuffle, conv1d", "", `x = np.zeros((1, ${c}, 1))`, drop, `weight = np.ones((${c}, ${per}, 1))`,
    ...loop(`channel_shuffle(x, ${g})`, `conv1d(x, weight, groups=${g})`));
  if (dialect === "torch") return lines("import torch", "import torch.nn.functional as F", "", `x = torch.zeros((1, ${c}, 1))`, drop, `weight = torch.ones((${c}, ${per}, 1))`,
    ...loop(`F.channel_shuffle(x, ${g})`, `F.conv1d(x, weight, groups=${g})`));
  return lines("import numpy as np", "from keras import ops", "", `x = np.zeros((1, 1, ${c}), dtype="float32")`, `x[..., ${s.pour}] = 1  # the drop`, `weight = np.ones((1, ${per}, ${c}), dtype="float32")`,
    ...loop(`x.reshape(1, ${g}, ${per}).swapaxes(1, 2).reshape(1, 1, ${c})`, 'np.asarray(ops.conv(x, weight, padding="valid"))'));
};

KINDS.ink = { check: inkCheck, draw: inkDraw, code: inkCode, limits: s => ({ outputs: s.layers, inputs: s.channels - 1 }) };
