// Reads cases as a JSON array from standard input and answers what the explorers' script makes of them.
// argv: the script's file.
import { readFileSync } from "node:fs";
import vm from "node:vm";

vm.runInThisContext(readFileSync(process.argv[2], "utf8"));
const X = globalThis.convexplore;
const answer = ({ kind, controls, s, d, wish, times }) => {
  const m = X.kinds[kind], why = X.illegal(kind, controls, s, d);
  if (wish) return X.wish(kind, controls, s, d, wish);
  if (why) return { why };
  if (times) {
    const all = Array.from({ length: times }, () => {
      const t = performance.now();
      m.draw(s, d);
      return performance.now() - t;
    });
    return { ms: all.sort((a, b) => a - b)[Math.floor(times / 4)] }; // what others run on this machine is not ours
  }
  const { draw, say, sum, rest = "", labels, numbers } = m.draw(s, d);
  return { why, draw, say, sum, rest, labels, numbers, code: ["convlib", "torch", "keras"].map(dialect => m.code(s, d, dialect)) };
};
const cases = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(c => answer(c))));
