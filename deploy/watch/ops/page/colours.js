// One colour for one name on the whole page; words that mean good or bad have theirs.

const dark = window.matchMedia("(prefers-color-scheme: dark)");

const LIGHT = {
  palette: ["#0b7a83", "#5b5bd6", "#c2571a", "#2f7d3b", "#a8327e", "#8a6d00", "#3178c6", "#7c4a2d", "#6b7f87", "#b0413e"],
  good: "#2f7d3b", warn: "#c77700", bad: "#c3362b", quiet: "#5d7175", line: "#e3e9e9",
};
const DARK = {
  palette: ["#4fc3cb", "#9d9df5", "#f0965a", "#7fd08b", "#e58cc4", "#d8bd4a", "#79b4f2", "#d2a083", "#a3b5bb", "#ef8a84"],
  good: "#7fd08b", warn: "#f0b450", bad: "#ff8378", quiet: "#94a7aa", line: "#2a3839",
};

const SERVICES = { identity: 0, certificates: 1, scheduling: 2, notifier: 3, documents: 4 };
const GOOD = /^(done|handled|ok|sent|booked|right|taken|sealed|found|calm|free)\b|^отвечают/;
const BAD = /^(failed|dead-letter|late|password-wrong|code-wrong|exhausted|reused|timeout|5\d\d)\b/;
const WARN = /^(backed-off|near|refused|wrong|expired|busy|lagging|4\d\d)\b/;

export const theme = () => (dark.matches ? DARK : LIGHT);
export const whenThemeChanges = (listener) => dark.addEventListener("change", listener);

function wanted(name, shades) {
  for (const word of name.split(" · ")) {
    if (word in SERVICES) return shades.palette[SERVICES[word]];
  }
  if (BAD.test(name)) return shades.bad;
  if (WARN.test(name)) return shades.warn;
  if (GOOD.test(name)) return shades.good;
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return shades.palette[sum % shades.palette.length];
}

// The colour of a line; in one graph no colour comes twice while there are others.
export function colourOf(name, taken) {
  const shades = theme();
  let colour = wanted(name, shades);
  if (taken.has(colour)) colour = shades.palette.find((other) => !taken.has(other)) ?? colour;
  taken.add(colour);
  return colour;
}
