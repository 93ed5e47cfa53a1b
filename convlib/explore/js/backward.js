// The way back: what an output's gradient sends to inputs and weights, and how what arrives adds up.

const backNumbers = (s, d) => {
  const g = convNumbers(s, d), grad = cropped(rank3(d.grad), g.out).flat(2), taps = g.taps.flat().map(t => ({ ...t, g: grad[t.o] })), part = (a, name) => a.map((v, j) => total(taps.filter(t => t[name] === j).map(t => t.g * (name === "i" ? t.weight : t.x))));
  return { ...g, grad, taps, dx: part(g.x, "i"), dw: part(g.w, "w") };
};

const backCheck = (s, d) => {
  const a = rank3(d.grad), has = [a.length, a[0].length, a[0][0].length], { out } = convShape(s, d);
  return convCheck(s, d) || (out.some((v, j) => v > has[j]) ? `the output is ${sized(out, d.rank)}, but its gradient only ${sized(has, d.rank)}` : "");
};

const backDraw = (s, d) => {
  const g = backNumbers(s, d), r = g.rank, ways = [s.cell >= 0, s.weight >= 0], [picked, shared] = ways, out = !picked && !shared;
  const mine = g.taps.filter(t => picked ? t.i === s.cell : shared ? t.w === s.weight : t.o === s.step), [ins, weights, outs] = ["i", "w", "o"].map(name => new Set(mine.map(t => t[name])));
  const at = (name, i, shape) => index(name, at3(i, shape), r), x = i => at("x", i, g.n), w = i => at("w", i, g.k), none = new Set();
  const look = (name, a, shape, c, lit, go) => grid(`${name} ${sized(shape, r)}`, rows3(a, shape), (y, x) => { const i = flat3([0, y, x], shape); return [mark(c, lit.has(i)), go ? go(i) : ""]; });
  const goes = { i: i => `cell=${i === s.cell ? -1 : i}&weight=-1`, w: i => `cell=-1&weight=${i === s.weight ? -1 : i}`, o: o => `step=${o}&cell=-1&weight=-1` };
  const sent = (shape, name, by) => { const a = Array(product(shape)).fill(0); for (const t of mine) if (t[name] >= 0) a[t[name]] += t.g * t[by]; return a; };
  const name = at("dL/dy", s.step, g.out), v = fmt(g.grad[s.step]), there = mine.filter(t => t.i >= 0);
  const products = out ? [look(`sent to dL/dx: ${v} times weight,`, sent(g.n, "i", "weight"), g.n, "i", ins), look(`sent to dL/dw: ${v} times input,`, sent(g.k, "w", "x"), g.k, "k", weights)]
    : [look(`products, ${picked ? "weight" : "input"} times gradient,`, sent(g.out, "o", picked ? "weight" : "x"), g.out, "o", outs)];
  const result = fmt(picked ? g.dx[s.cell] : shared ? g.dw[s.weight] : 0), which = picked ? x(s.cell) : w(max(s.weight, 0));
  return { labels: { step: `${s.step + 1} of ${g.y.length}`, cell: picked ? x(s.cell) : "none", weight: shared ? w(s.weight) : "none" }, numbers: { dx: g.dx, dw: g.dw },
    draw: group("row", [look("input", g.x, g.n, "i", ins, goes.i), look("kernel", g.w, g.k, "k", weights, goes.w), look("gradient dL/dy", g.grad, g.out, "o", outs, goes.o)]) +
      group("row", products) + group("row", [look("dL/dx", g.dx, g.n, "i", shared ? none : ins, goes.i), look("dL/dw", g.dw, g.k, "k", picked ? none : weights, goes.w)]),
    say: fill(d.words[picked ? 1 : shared ? 2 : 0], { which, result, name, v, outs: plural(mine.length, "output"), wires: plural(mine.length, "wire"), them: mine.length === 1 ? "it" : "them",
      step: `${s.step + 1} of ${g.y.length}`, ins: plural(there.length, "input"), weights: plural(mine.length, "weight") }),
    sum: out ? there.slice(0, 1).map(t => fill(d.words[3], { x: x(t.i), a: times(t.weight), w: w(t.w), b: times(t.x), g: times(t.g) })).join("")
      : `dL/d${which} = ${mine.map(t => `${times(picked ? t.weight : t.x)}·${times(t.g)}`).join(" + ") || "0"} = ${result}` };
};

const backCode = (s, d, dialect) => {
  const r = d.rank, g = convShape(s, d), size = a => [1, ...a.slice(3 - r)].join(", "), [[, x], [, weight]] = cut(s, d);
  return fill(d.code[dialect], { ...s, x: literal(x), weight: literal(weight), g: literal(cropped(d.grad, g.out.slice(3 - r))), n: size(g.n), k: size(g.k) });
};

KINDS.backward = {
  check: backCheck, draw: backDraw, code: backCode, turn: (name, v) => ({ [name]: v, ...(name === "cell" ? {} : { cell: -1 }), ...(name === "weight" ? {} : { weight: -1 }) }),
  limits: (s, d) => ({ ...convLimits(convShape)(s, d), weights: product(convShape(s, d).k) - 1 }),
};
