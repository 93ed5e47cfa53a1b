// Checkerboards: a constant input through a transposed convolution ripples by the difference of the phase sums.

const rippleNumbers = s => {
  const w = s.weights.slice(0, s.kernel), t = s.stride, n = s.size, total = (n - 1) * t + w.length;
  const taps = o => range(w.length).filter(j => o >= j && (o - j) % t === 0 && (o - j) / t < n), sum = all => all.reduce((a, v) => a + v, 0);
  const phases = range(t).map(p => sum(w.filter((v, j) => j % t === p)));
  const resized = range(n * t + w.length - 1).map(o => sum(w.filter((v, j) => o - j >= 0 && o - j < n * t)));
  return { w, total, taps, phases, y: range(total).map(o => sum(taps(o).map(j => w[j]))), overlap: range(total).map(o => taps(o).length), resized };
};

const rippleDraw = s => {
  const g = rippleNumbers(s), a = 18, here = g.taps(s.step), wide = [g.total, g.total], depth = max(...g.phases) - min(...g.phases);
  const words = (name, all) => `${name}: ${spoken([all])}`, counts = `: ${min(...g.overlap) ** 2} to ${max(...g.overlap) ** 2}`;
  const draw = group("row", [
    bars("weights", words("weights", g.w), 28, g.w, "K", here), bars("phase sums", words("phase sums", g.phases), 28, g.phases, "K", [s.step % s.stride])]) +
    group("row", [bars("output for an input of ones", words("output for an input of ones", g.y), a, g.y, "O", [s.step], `step,${g.total},1`),
      bars("overlap counts", words("overlap counts", g.overlap), a, g.overlap, "I", [s.step], `step,${g.total},1`),
      bars("resized, then convolved", words("resized, then convolved", g.resized), a, g.resized, "O", []),
      shades("overlap counts in 2-D" + counts, `overlap counts in two dimensions, ${g.total}×${g.total}${counts}`, wide, 8, (y, x) => g.overlap[y] * g.overlap[x], "I", "")]);
  const sums = g.phases.map(fmt).join(", "), v = fmt(g.y[s.step]);
  return { draw, labels: { step: `${s.step + 1} of ${g.total}` }, numbers: { y: g.y, phases: g.phases, overlap: g.overlap, resized: g.resized },
    say: `Step ${s.step + 1} of ${g.total}: y[${s.step}] = ${v}. ` + (depth ? `The phase sums ${sums} differ by ${fmt(depth)}: a constant input ripples.` : s.stride > 1 ? `The phase sums ${sums} are equal: inside, a constant input stays flat.` : `Stride 1 has one phase, of sum ${sums}: inside, a constant input stays flat.`) +
      ` The stride ${s.stride} ${s.kernel % s.stride ? "does not divide" : "divides"} the kernel's size ${s.kernel}: the overlap is ${s.kernel % s.stride ? "uneven" : "even inside"}. Resized first, it is flat inside whatever the weights are: ${fmt(g.w.reduce((p, v) => p + v, 0))}.`,
    sum: `y[${s.step}] = ${here.length ? here.map(j => `w[${j}]`).join(" + ") + " = " + here.map(j => times(g.w[j])).join(" + ") + " = " + v : "0, for no stamp reaches it"}` };
};

const rippleCode = (s, d, dialect) => program(dialect, "convlib import conv_transpose1d", [["x", `ones((${s.size},)`], ["weight", s.weights.slice(0, s.kernel)]], j =>
  convolving(j, { up: true, lift: true, pads: [[0, 0]], stride: s.stride, out: [(s.size - 1) * s.stride + s.kernel] }));

KINDS.checkerboard = { check: () => "", draw: rippleDraw, code: rippleCode, limits: s => ({ outputs: (s.size - 1) * s.stride + s.kernel - 1 }), used: s => s.kernel };
