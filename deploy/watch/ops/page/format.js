// Numbers as people on call read them.

const SPACE = "\u202f";

function number(value, digits = 3) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const places = size >= 1000 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString("ru-RU", { maximumFractionDigits: Math.min(places, 6) });
}

function seconds(value) {
  const size = Math.abs(value);
  if (size === 0) return `0${SPACE}с`;
  if (size < 0.001) return `${number(value * 1e6, 2)}${SPACE}мкс`;
  if (size < 1) return `${number(value * 1000)}${SPACE}мс`;
  if (size < 120) return `${number(value)}${SPACE}с`;
  if (size < 7200) return `${number(value / 60)}${SPACE}мин`;
  if (size < 172800) return `${number(value / 3600)}${SPACE}ч`;
  return `${number(value / 86400)}${SPACE}дн`;
}

function bytes(value) {
  const units = ["Б", "КиБ", "МиБ", "ГиБ", "ТиБ"];
  let size = value, at = 0;
  while (Math.abs(size) >= 1024 && at < units.length - 1) { size /= 1024; at += 1; }
  return `${number(size)}${SPACE}${units[at]}`;
}

const FORMATS = {
  "count": (v) => number(v),
  "per-second": (v) => `${number(v)}/с`,
  "per-hour": (v) => `${number(v)}/ч`,
  "seconds": seconds,
  "share": (v) => `${number(v * 100)}${SPACE}%`,
  "bytes": bytes,
  "yes-no": (v) => (v >= 0.5 ? "да" : "нет"),
};

// What an empty graph reaches up to, so that noise near zero does not look like a mountain.
const LEAST = {
  "count": 4, "per-second": 0.5, "per-hour": 4, "seconds": 0.01, "share": 0.01, "bytes": 1024, "yes-no": 1,
};

// Steps of the vertical axis: whole things have no halves, time and bytes have their own round.
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7];
const TIME = [
  1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60,
  120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000,
];
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power);
const STEPS = { "count": WHOLE, "seconds": TIME, "bytes": POWERS, "yes-no": [1] };

export const format = (unit, value) =>
  value === null || value === undefined ? "–" : (FORMATS[unit] ?? FORMATS.count)(value);
export const least = (unit) => LEAST[unit] ?? 1;
export const steps = (unit) => STEPS[unit];
