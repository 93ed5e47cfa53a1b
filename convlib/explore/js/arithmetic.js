// Sizes, solved both ways: the output of a convolution or a transposed one, and which settings reach a wished size.

const sizesOf = s => {
  const { size: n, kernel: k, stride, dilation: d, p, output_padding: more } = s, up = s.way === "transposed", span = d * (k - 1) + 1;
  let low = p, high = p;
  if (s.padding === "valid") low = high = 0;
  if (s.padding === "half") low = high = floor(span / 2);
  if (s.padding === "full") low = high = span - 1;
  if (s.padding === "causal") [low, high] = [span - 1, 0];
  if (s.padding === "same") {
    const total = up ? span - stride : max((ceil(n / stride) - 1) * stride + span - n, 0);
    low = floor(max(total, 0) / 2);
    high = total - low;
  }
  const rest = n + low + high - span, base = (n - 1) * stride + span - low - high;
  return { n, k, stride, d, more, up, span, low, high, rest, base, out: up ? base + more : floor(rest / stride) + 1 };
};

// Every legal setting that turns n into `target`: kernels up to 9, strides up to 6, less padding than the kernel spans.
const sizeSolutions = (s, target) => {
  const found = [], up = s.way === "transposed";
  for (let kernel = 1; kernel <= 9; kernel++) for (let stride = 1; stride <= 6; stride++)
    for (let p = 0; p <= s.dilation * (kernel - 1); p++) for (let more = 0; more < (up ? max(stride, s.dilation) : 1); more++) {
      const g = sizesOf({ ...s, kernel, stride, p, padding: "number", output_padding: more });
      if (g.out === target && (up || g.rest >= 0)) found.push([kernel, stride, p, more]);
    }
  return found;
};

const sizeCheck = s => {
  const g = sizesOf(s);
  if (!g.up && g.more) return "output padding belongs to a transposed convolution";
  if (g.up && g.more && s.padding === "same") return "SAME fixes the size: output padding must be 0";
  if (g.up && g.more >= max(g.stride, g.d)) return `output padding must be less than the stride or the dilation: output padding ${g.more}, stride ${g.stride}, dilation ${g.d}`;
  if (!g.up && g.rest < 0) return `the kernel does not fit: it spans ${g.span}, the input with its padding only ${g.n} + ${g.low} + ${g.high} = ${g.n + g.low + g.high}`;
  return g.up && g.out < 1 ? `nothing is left of the output: ${sizeFormula(g)[1]}` : "";
};

const sizeFormula = g => {
  const both = g.low === g.high, pads = sign => both ? ` ${sign} 2·${g.low}` : ` ${sign} ${times(g.low)} ${sign} ${times(g.high)}`, letters = sign => both ? ` ${sign} 2p` : ` ${sign} p₁ ${sign} p₂`;
  if (g.up) return [`o = (i − 1)·s${letters("−")} + d·(k − 1) + output_padding + 1`,
    `(${g.n} − 1)·${g.stride}${pads("−")} + ${g.d}·(${g.k} − 1) + ${g.more} + 1 = ${g.out}`];
  return [`o = ⌊(i${letters("+")} − d·(k − 1) − 1) / s⌋ + 1`,
    `⌊(${g.n}${pads("+")} − ${g.d}·(${g.k} − 1) − 1) / ${g.stride}⌋ + 1 = ⌊${g.rest} / ${g.stride}⌋ + 1 = ${g.out}`];
};

const sizePanel = (s, g) => {
  const total = g.up ? max((g.n - 1) * g.stride + g.span, g.low + g.out) : g.n + g.low + g.high, right = x => x * CELL + CELL / 2;
  const none = `${total} positions: too wide to draw; the numbers hold.`;
  if (total > 18) return panel("the wires", none, 330, 24, text(0, 16, none, "L"));
  const far = (total - 1) * CELL, middle = (g.span - 1) / 2, ends = range(g.up ? g.n : g.out);
  const near = j => right(j * g.stride + middle), reads = ends.flatMap(j => range(g.k).map(c => [j * g.stride + c * g.d, j, c]));
  const used = new Set(reads.map(l => l[0])), own = x => x >= g.low && x < g.low + (g.up ? g.out : g.n);
  const wide = range(total).map(x => [right(x), own(x) ? String(x - g.low) : "", own(x) ? g.up ? "o" : "i" : "p",
    g.up && own(x) ? `step=${x - g.low}` : "", g.up ? !own(x) : !used.has(x)]);
  const narrow = ends.map(j => [near(j), String(j), g.up ? "i" : "o", g.up ? "" : `step=${j}`]);
  const links = reads.map(([x, j, c]) => g.up ? [j, x, c, x - g.low === s.step] : [x, j, c, j === s.step]);
  const label = g.up ? `input ${g.n} above, output ${g.out} below; cropped positions are crossed out.` : `input ${g.n} and its padding above, output ${g.out} below; positions that no window reads are crossed out.`;
  return wiring(g.up ? `input ${g.n} above, output ${g.out} below` : `input ${g.n}, padding ${g.low} + ${g.high}, above; output ${g.out} below`, label, far + CELL,
    g.up ? narrow : wide, g.up ? wide : narrow, links, ["The dots carry their positions. One colour per weight."]);
};

const sizeDraw = (s, d) => {
  const g = sizesOf(s), [letters, filled] = sizeFormula(g), left = g.rest % g.stride, all = s.target ? sizeSolutions(s, s.target) : [], named = d.named[s.padding], first = s.step * g.stride - g.low;
  const reached = range(g.k).filter(c => { const i = (s.step + g.low - c * g.d) / g.stride; return Number.isInteger(i) && i >= 0 && i < g.n; }).length;
  const v = { ...g, named, crops: g.up ? "crops" : "pads", low: fmt(g.low), high: fmt(g.high), step: s.step, reached: plural(reached, "input"), last: g.base + g.stride - 1, base: g.base, first: fmt(first), end: fmt(first + g.span - 1), left };
  const which = [0, named ? 1 : -1, ...(g.up ? [2, s.padding === "same" || g.base < 1 ? -1 : g.stride > 1 ? 3 : 4] : [5, left ? 6 : 7, 8])], say = fill(which.map(i => d.words[i] || "").join(""), v);
  const shown = all.slice(0, 40), rest = all.length - shown.length;
  const list = s.target ? listing(fill(d.words[9], { n: g.n, target: s.target, settings: plural(all.length, "setting"), d: g.d, more: rest ? "; the first 40 of them:" : all.length ? ":" : "." }),
    shown.map(([k, t, p, o]) => [`k=${k}, stride=${t}, padding=${p}` + (g.up ? `, output_padding=${o}` : ""), `kernel=${k}&stride=${t}&padding=number&p=${p}&output_padding=${o}`,
      s.padding === "number" && s.kernel === k && s.stride === t && s.p === p && s.output_padding === o])) : "";
  return { draw: group("row", [sizePanel(s, g)]), rest: list, say, sum: `${letters}\no = ${filled}`,
    labels: { step: `${s.step + 1} of ${g.out}`, p: named ? `${fmt(g.low)} + ${fmt(g.high)}` : String(s.p), target: s.target ? String(s.target) : "none" },
    numbers: { sizes: [g.out, g.low, g.high], solutions: all.flat() } };
};

const sizeCode = (s, d, dialect) => {
  const g = sizesOf(s);
  return program(dialect, `convlib import conv${g.up ? "_transpose" : ""}1d`, [["x", `arange(${g.n}.0`], ["weight", `arange(1.0, ${g.k + 1}`]], j => convolving(j, { up: g.up, lift: true,
    pads: [[g.low, g.high]], named: s.padding === "same" || s.padding === "valid" ? s.padding : undefined, stride: g.stride, more: g.more, dilation: g.d, out: [g.out] }));
};

KINDS.arithmetic = {
  check: sizeCheck, draw: sizeDraw, code: sizeCode, limits: s => ({ outputs: sizesOf(s).out - 1 }),
  turn: (name, v) => name === "way" && v === "convolution" ? { way: v, output_padding: 0 } : name === "p" ? { p: v, padding: "number" } : { [name]: v },
};
