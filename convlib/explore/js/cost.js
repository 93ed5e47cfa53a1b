// What one layer of every kind costs, as bars on a log axis.

// The layers of each kind: [channels in, out, kernel's height, width, groups].
const costParts = ({ channels: c, filters: f, kernel: k, groups: g }) => {
  const mix = [c, f, 1, 1, 1], deep = [c, c, k, k, c];
  return [[[c, f, k, k, 1]], [[c, f, k, 1, 1], [f, f, 1, k, 1]], [[c, f, k, k, g]], [deep, mix], [mix, [f, f, k, 1, f], [f, f, 1, k, f]], [mix], [[c, f, 1, 1, g]], [deep]];
};

const costDraw = (s, d) => {
  const { step, size: n, measure } = s, parts = costParts(s), names = Object.keys(d.kinds), all = Object.keys(d.measures), which = all.indexOf(measure), [colour, unit, sum] = d.measures[measure];
  const every = parts.map(layers => {
    const sum = f => total(layers.map(([c, f2, h, w, g]) => f(c, f2, f2 * (c / g) * h * w))), weights = sum((c, f, w) => w), moved = 4 * (weights + sum((c, f) => c + f) * n * n);
    return [weights, weights * n * n, moved, 2 * weights * n * n / moved];
  });
  const put = v => v.map((v, j) => j > 2 ? fmt(v) : v.toLocaleString("en")), values = every.map(v => v[which]), shown = every.map(v => put(v)[which]), least = min(...values), tall = 38 * names.length;
  let low = 1, first = 0, marks = 0, body = "";
  while (low >= least) low /= 10, first--;
  while (low * 10 < least) low *= 10, first++;
  while (low < max(...values)) low *= 10, marks++;
  for (const j of range(marks + 1)) {
    const x = j * 330 / marks, power = first + j;
    body += strands(values.map((v, i) => [x, 38 * i + 17, x, 38 * i + 34]), "m") + text(x, tall + 14, power < 2 ? 10 ** power : "10" + String(power).replace(/./g, c => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]), "s");
  }
  values.forEach((v, j) => { body += box(0, 38 * j + 18, (Math.log10(v) - first) / marks * 330, 14, mark(colour, j === step)) + text(2, 38 * j + 13, `${names[j]}: ${shown[j]}`, "L"); });
  const label = `${step + 1} of ${names.length}`, weights = parts[step].map(([c, f, h, w, g]) => `${f}·${c / g}·${h}·${w}`), v = {
    label, n, kind: names[step], wires: d.kinds[names[step]], share: fmt(100 * every[step][0] / every[0][0]), weights: weights.join(" + "),
    maps: parts[step].map(([c, f], j) => `${c}·${n}·${n} + ${weights[j]} + ${f}·${n}·${n}`).join(" + "), ...put(every[step]),
  };
  return { say: fill(d.words, v), sum: fill(sum, v), labels: { step: label }, numbers: { all: every.flat() },
    draw: group("row", [panel(unit + ", on a log axis", `${measure}: ${names.map((t, j) => `${t} ${shown[j]}`).join("; ")}. ${names[step]} is lit.`, 342, tall + 20, body + picker(0, 0, 330, tall, "step,1," + names.length))]) };
};

KINDS.cost = {
  check: s => noGroups(s.groups, s.channels, "input ") || noGroups(s.groups, s.filters, "output "), draw: costDraw, limits: () => ({ outputs: 7 }),
  code: (s, d, dialect) => fill(d.code[dialect], { ...s, layers: literal(costParts(s)[s.step]) }),
};
