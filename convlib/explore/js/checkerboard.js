// Checkerboards: a constant input through a transposed convolution ripples by the difference of the phase sums.

const rippleNumbers = s => {
  const w = s.weights.slice(0, s.kernel), t = s.stride, n = s.size, many = (n - 1) * t + w.length;
  const taps = o => range(w.length).filter(j => o >= j && (o - j) % t === 0 && (o - j) / t < n);
  const phases = range(t).map(p => total(w.filter((v, j) => j % t === p)));
  const resized = range(n * t + w.length - 1).map(o => total(w.filter((v, j) => o - j >= 0 && o - j < n * t)));
  return { w, many, taps, phases, y: range(many).map(o => total(taps(o).map(j => w[j]))), overlap: range(many).map(o => taps(o).length), resized };
};

const rippleDraw = (s, d) => {
  const g = rippleNumbers(s), a = 18, here = g.taps(s.step), wide = [g.many, g.many], depth = max(...g.phases) - min(...g.phases);
  const words = (name, all) => `${name}: ${spoken([all])}`, counts = `: ${min(...g.overlap) ** 2} to ${max(...g.overlap) ** 2}`;
  const draw = group("row", [
    bars("weights", words("weights", g.w), 28, g.w, "K", here), bars("phase sums", words("phase sums", g.phases), 28, g.phases, "K", [s.step % s.stride])]) +
    group("row", [bars("output for an input of ones", words("output for an input of ones", g.y), a, g.y, "O", [s.step], `step,${g.many},1`),
      bars("overlap counts", words("overlap counts", g.overlap), a, g.overlap, "I", [s.step], `step,${g.many},1`),
      bars("resized, then convolved", words("resized, then convolved", g.resized), a, g.resized, "O", []),
      shades("overlap counts in 2-D" + counts, `overlap counts in two dimensions, ${g.many}×${g.many}${counts}`, wide, 8, (y, x) => g.overlap[y] * g.overlap[x], "I", "")]);
  const sums = g.phases.map(fmt).join(", "), v = fmt(g.y[s.step]);
  return { draw, labels: { step: `${s.step + 1} of ${g.many}` }, numbers: { y: g.y, phases: g.phases, overlap: g.overlap, resized: g.resized },
    say: fill(d.words[0] + d.words[depth ? 1 : s.stride > 1 ? 2 : 3] + d.words[4], { ...s, at: s.step + 1, all: g.many, v, sums, depth: fmt(depth),
      divides: s.kernel % s.stride ? "does not divide" : "divides", uneven: s.kernel % s.stride ? "uneven" : "even", whole: fmt(total(g.w)) }),
    sum: `y[${s.step}] = ${here.length ? here.map(j => `w[${j}]`).join(" + ") + " = " + (here.length > 1 ? here.map(j => times(g.w[j])).join(" + ") + " = " : "") + v : "0, for no stamp reaches it"}` };
};

const rippleCode = (s, d, dialect) => program(dialect, "convlib import conv_transpose1d", [["x", `ones((${s.size},)`], ["weight", s.weights.slice(0, s.kernel)]], j =>
  convolving(j, { up: true, lift: true, pads: [[0, 0]], stride: s.stride, out: [(s.size - 1) * s.stride + s.kernel] }));

KINDS.checkerboard = { check: () => "", draw: rippleDraw, code: rippleCode, limits: s => ({ outputs: (s.size - 1) * s.stride + s.kernel - 1 }), used: s => s.kernel };
