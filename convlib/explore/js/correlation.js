// Correlation and convolution: the same slide, with the kernel as it is or turned. A letter finds and stamps on a page,
// or two signals overlap in bars.

const slideParts = (s, d) => {
  const flat = s.view === "signal", x = flat ? [s.signal] : d.page, w0 = flat ? [s.kernel] : d.letter;
  const w = s.reverse ? w0.slice().reverse().map(r => r.slice().reverse()) : w0;
  const n = [x.length, x[0].length], k = [w.length, w[0].length], out = n.map((v, j) => v + k[j] - 1);
  const taps = o => {
    const at = [floor(o / out[1]) - k[0] + 1, o % out[1] - k[1] + 1];
    return range(k[0] * k[1]).map(j => [floor(j / k[1]), j % k[1]]).filter(([a, b]) => at[0] + a >= 0 && at[0] + a < n[0] && at[1] + b >= 0 && at[1] + b < n[1])
      .map(([a, b]) => ({ q: [at[0] + a, at[1] + b], weight: w[a][b], x: x[at[0] + a][at[1] + b] }));
  };
  const sums = () => range(out[0] * out[1]).map(o => {
    const top = floor(o / out[1]) - k[0] + 1, left = o % out[1] - k[1] + 1;
    let sum = 0;
    for (let a = 0; a < k[0]; a++) for (let b = 0; b < k[1]; b++) sum += w[a][b] * ((x[top + a] || [])[left + b] || 0);
    return sum;
  });
  return { flat, x, w, n, k, out, taps, sums, at: [floor(s.step / out[1]), s.step % out[1]] };
};

const slidePage = (s, d, g) => {
  const a = 14, [h, w] = g.k, [y, x] = g.at, frame = (v, u, b, c) => box(u * a, v * a, c * a, b * a, "H");
  const words = (name, shape) => `${name} ${shape.join("×")}`;
  return group("row", [
    shades(words("page", g.n), `${words("page", g.n)}; the window has its lower right corner at row ${y}, column ${x}.`, g.n, a, (v, u) => g.x[v][u], "I",
      frame(y - h + 1, x - w + 1, h, w)),
    shades(s.reverse ? "kernel, turned by 180°" : "kernel", `kernel: ${spoken(g.w)}`, g.k, a, (v, u) => g.w[v][u], "K", ""),
    shades(words("output", g.out), `${words("output", g.out)}; row ${y}, column ${x} is lit.`, g.out, a, (v, u) => g.y[v * g.out[1] + u], "O", frame(y, x, 1, 1), `step,${g.out[1]},${g.out[0]}`)]);
};

const slideBars = (s, g) => {
  const a = 28, before = g.k[1] - 1, total = g.n[1] + 2 * before, here = s.step, x = g.x[0], w = g.w[0], pick = `step,${g.out[1]},1`;
  const place = all => [...Array(before).fill(0), ...all, ...Array(before).fill(0)];
  const kernel = [...Array(here).fill(0), ...w, ...Array(total - here - w.length).fill(0)], signal = place(x), area = signal.map((v, j) => v * kernel[j]);
  const y = [...Array(before).fill(0), ...g.y], lit = range(w.length).map(j => here + j);
  return group("col", [
    bars("signal", `signal: ${spoken([x])}`, a, signal, "I", []), bars(s.reverse ? "kernel, turned round and shifted" : "kernel, shifted", `kernel: ${spoken([w])}, from position ${fmt(here - before)}`, a, kernel, "K", lit),
    bars("products: the area of overlap", `products: ${spoken([area])}`, a, area, "O", lit), bars("output: the sums", `output: ${spoken([g.y])}`, a, y, "O", [here + before], pick, before)]);
};

const slideDraw = (s, d) => {
  const parts = slideParts(s, d), g = { ...parts, y: parts.sums() }, taps = g.taps(s.step), shown = taps.filter(t => t.weight && t.x), v = g.y[s.step];
  const name = o => g.flat ? `y[${o}]` : `y[${floor(o / g.out[1])}, ${o % g.out[1]}]`, best = max(...g.y);
  const where = range(g.y.length).filter(o => abs(g.y[o] - best) < 1e-9), places = where.slice(0, 3).map(name).join(", ");
  const way = s.reverse ? "Convolution turns the kernel and slides it" : "Correlation slides the kernel as it is";
  return { draw: g.flat ? slideBars(s, g) : slidePage(s, d, g), labels: { step: `${s.step + 1} of ${g.y.length}` }, numbers: { y: g.y },
    say: `${way}. ${name(s.step)} = ${fmt(v)}: products not zero: ${shown.length}. The greatest output, ${fmt(best)}, stands at ${plural(where.length, "place")}: ${places}${where.length > 3 ? ", …" : ""}.`,
    sum: `${name(s.step)} = ${shown.length ? shown.map(t => `${times(t.weight)}·${times(t.x)}`).join(" + ") + " = " + fmt(v) : "0"}` };
};

const slideCode = (s, d, dialect) => {
  const g = slideParts(s, d), [x, w] = g.flat ? [s.signal, s.kernel] : [d.page, d.letter], r = g.flat ? 1 : 2, name = s.reverse ? "convolve" : "correlate";
  const turn = { torch: `.flip(${range(r).join(", ")})`, keras: `[${range(r).map(() => "::-1").join(", ")}]` }[dialect];
  return program(dialect, "convlib.signal import " + name, [["x", x], ["weight", w, s.reverse ? turn : ""]], j =>
    j ? convolving(j, { lift: true, pads: g.k.slice(2 - r).map(v => [v - 1, v - 1]) }) : [`y = ${name}(x, weight)`]);
};

KINDS.correlation = { check: () => "", draw: slideDraw, code: slideCode, limits: (s, d) => ({ outputs: product(slideParts(s, d).out) - 1 }),
  idle: s => s.view === "signal" ? [] : ["signal", "kernel"],
};
