// Separable kernels: rank and best sums of separable ones by singular values; in three axes the nearest flattened one by sweeps.

// One-sided Jacobi: pairs of rows are turned until all are orthogonal. The matrix is the sum of left × right; sizes fall.
const rotated = a => {
  const rows = a.slice(), u = table(a.length, a.length, (y, x) => +(y === x)), dots = (p, q) => total(p.map((v, j) => v * q[j]));
  for (let sweep = 0; sweep < 30; sweep++) for (const p of range(a.length)) for (const q of range(p)) {
    const far = dots(rows[q], rows[q]), near = dots(rows[p], rows[p]), both = dots(rows[p], rows[q]);
    if (abs(both) <= 1e-15 * sqrt(near * far)) continue;
    const z = (far - near) / (2 * both), t = (z < 0 ? -1 : 1) / (abs(z) + sqrt(1 + z * z)), c = 1 / sqrt(1 + t * t);
    for (const m of [rows, u]) [m[p], m[q]] = [m[p].map((v, j) => c * v - c * t * m[q][j]), m[p].map((v, j) => c * t * v + c * m[q][j])];
  }
  return rows.map((right, j) => ({ size: sqrt(dots(right, right)), left: u[j], right })).sort((a, b) => b.size - a.size);
};
// Plus or minus one, so that the greatest entry (the first of those) becomes positive.
const facing = a => { const most = max(...a.map(abs)); return a.find(v => abs(v) > most * (1 - 1e-6)) < 0 ? -1 : 1; };
const length = a => sqrt(total(a.map(v => v * v)));

const splitNumbers = (s, d) => {
  const n = [1, ...d.shape].slice(-3), deep = d.shape.length > 2, a = s.weights, error = near => [length(a.map((v, i) => v - near[i])) / length(a)];
  if (!deep) {
    const all = rotated(rows3(a, n)), rank = all.filter(t => t.size > 1e-8 * all[0].size).length, terms = all.slice(0, min(s.step + 1, rank)).map(t => {
      const half = sqrt(t.size) * facing(t.left);
      return [t.left.map(v => v * half), t.right.map(v => v / half)];
    });
    const near = each3(n, ([, y, x]) => total(terms.map(([column, row]) => column[y] * row[x])));
    return { n, deep, a, rank, terms, near, singular: all.slice(0, min(...d.shape)).map(t => t.size), errors: error(near) };
  }
  let f = range(3).map(axis => rotated(range(n[axis]).map(i => a.filter((v, j) => at3(j, n)[axis] === i)))[0].left), near;
  const answer = axis => {
    const [p, q] = range(3).filter(j => j !== axis), v = Array(n[axis]).fill(0);
    each3(n, (at, i) => { v[at[axis]] += a[i] * f[p][at[p]] * f[q][at[q]]; });
    return v;
  };
  let begin;
  if (length(answer(0)) < 1e-9) { // at right angles to the kernel: its greatest weight is not
    const sizes = a.map(abs);
    begin = at3(sizes.indexOf(max(...sizes)), n);
    f = n.map((n, j) => range(n).map(i => +(i === begin[j])));
  }
  const errors = range(s.step + 1).map(() => {
    for (const axis of range(3)) { const v = answer(axis); f[axis] = axis > 1 ? v : v.map(w => w / length(v)); }
    near = each3(n, at => f[0][at[0]] * f[1][at[1]] * f[2][at[2]]);
    return error(near)[0];
  });
  const [b, c] = [facing(f[0]), facing(f[1])];
  return { n, deep, a, rank: 1, near, errors, begin, terms: [[f[0].map(v => v * b), f[1].map(v => v * c), f[2].map(v => v * b * c)]] };
};

const splitDraw = (s, d) => {
  const g = splitNumbers(s, d), plain = c => () => [c], k = g.n.slice(g.deep ? 0 : 1), e = g.errors[s.step] ?? g.errors[0], each = total(k), t = g.deep ? 1 : s.step + 1, off = fmt(e);
  const slices = (name, a, c) => range(g.n[0]).map(z => grid(name + (g.deep ? `, slice ${z}` : ""), rows3(a, g.n, z), plain(c)));
  const factors = g.terms.flatMap((f, j) => f.map((v, axis) => grid(g.deep ? ["across", "down", "along"][axis] : `${["column", "row"][axis]} ${j + 1}`, axis === f.length - 1 ? [v] : v.map(v => [v]), plain("k"))));
  const values = g.deep ? g.errors : g.singular, shown = g.deep ? values : values.slice(0, g.rank), title = g.deep ? "error after each sweep" : "singular values";
  return { labels: { step: `${s.step + 1} of ${splitLimits(s, d).outputs + 1}` }, numbers: { near: g.near, errors: g.errors, singular: g.singular || [], rank: g.deep ? [] : [g.rank] },
    draw: group("row", slices("kernel", g.a, "k")) + group("row", factors) + group("row", [...slices("near", g.near, "k"), ...slices("difference", g.a.map((v, i) => v - g.near[i]), "p")]) +
      group("row", [bars(title, `${title}: ${spoken([values])}`, 40, shown, "K", range(g.deep ? 1 : t).map(j => g.deep ? s.step : j), `step,${shown.length},1`)]),
    say: fill(d.words[+(g.rank > 1)] + d.words[2], { n: plural(s.step + 1, "sweep"), rank: g.rank, off, terms: t > 1 ? `The first ${t} together differ` : "The nearest one differs", passes: each * t, whole: product(k) }),
    sum: g.deep ? `error = ${g.errors.map(fmt).join(" → ")}` : `singular values ${g.singular.map(fmt).join(", ")}; error ${off}` };
};

const splitLimits = (s, d) => ({ outputs: d.shape.length > 2 ? 9 : splitNumbers({ ...s, step: 0 }, d).rank - 1 });
KINDS.separable = { check: s => s.weights.some(v => v) ? "" : "a kernel of zeros has rank 0: there is nothing to separate", draw: splitDraw, code: (s, d, dialect) => { const { begin } = splitNumbers(s, d); return fill(d.code[dialect + (begin ? 1 : "")], { weight: literal(s.weights), n: s.step + 1, begin }); }, limits: splitLimits };
