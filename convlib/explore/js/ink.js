// Ink in one channel of a grouped stack: it spreads over its group in each layer, and the shuffle deals it to other groups.

const inkDraw = (s, d) => {
  const { channels: c, groups, step, pour } = s, per = c / groups, q = i => floor(i / per), words = d.words;
  const mix = table(c, c, (o, i) => +(q(o) === q(i))), deal = table(c, c, (o, i) => +(i === o % groups * per + floor(o / groups)));
  const times = (a, b) => a.map(row => b[0].map((v, j) => total(row.map((w, i) => w * b[i][j])))), after = [table(c, c, (o, i) => +(o === i))];
  let row = range(c).map(i => [+(i === pour)]), y = 14, out = "", dots = "", least = 0;
  const x = j => (j + 0.5) * CELL, put = (kind, t) => {
    dots += row.map(([wet], j) => dot(x(j), y, 11, mark(kind, wet), kind === "i" ? "pour=" + j : "") + value(x(j), y, String(j))).join("") + text(c * CELL + 8, y + 4, t, "L");
  };
  const count = n => after[n].filter(ways => ways[pour]).length, flow = (wires, fall, real, now) => {
    for (const wet of [false, true]) for (const k of range(groups))
      out += strands(range(c).flatMap(o => range(c).filter(i => wires[o][i] && q(i) === k && !!(now && row[i][0]) === wet).map(i => [x(i), y + 11, x(o), y + fall - 11])), `${real ? "w" + k % 9 : "m"} ${wet ? "v" : "u"}`);
    y += fall;
    row = now ? times(wires, row) : row.map(() => [0]);
  };
  put("i", "the drop");
  for (const n of range(s.layers)) {
    const dealt = n && s.shuffle, now = n < step;
    after.push(times(mix, dealt ? times(deal, after[n]) : after[n]));
    if (dealt) flow(deal, 44, false, now), put("p", "dealt");
    flow(mix, 60, true, now);
    put("o", `layer ${n + 1}` + (now ? ": " + count(n + 1) : ""));
  }
  for (let reach = 1; per > 1 && reach < c; reach *= per) least++;
  const counts = after.map((ways, n) => count(n)), seen = counts.slice(0, step + 1), ways = after[step], title = `paths after ${plural(step, "layer")}`;
  return { draw: group("row", [panel(`ink in channel ${pour}, ${s.shuffle ? "" : "not "}shuffled`, fill(words[5], { pour, seen: seen.join(" "), channels: c }), c * CELL + 72, y + 14, out + dots),
    matrix(title, title + fill(words[6], s), c, c, (r, i) => ways[r][i] ? [q(i), ways[r][i]] : null, [], [pour])]),
    say: fill(words[4] + words[groups === 1 ? 0 : per === 1 ? 1 : s.shuffle ? 3 : 2], { ...s, reached: seen[step], all: plural(c, "channel"), per, needed: plural(least, "layer") }),
    sum: `${seen.join(" → ")} of ${c}`, labels: { step: `${step} of ${s.layers}`, pour: "channel " + pour }, numbers: { ways: ways.flat(), counts } };
};

KINDS.ink = {
  check: s => noGroups(s.groups, s.channels, ""), draw: inkDraw, limits: s => ({ outputs: s.layers, inputs: s.channels - 1 }),
  code: (s, d, dialect) => fill(d.code[dialect], { ...s, mixed: s.shuffle ? "True" : "False" }),
};
