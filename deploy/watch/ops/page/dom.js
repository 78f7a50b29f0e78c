// Small pieces of the page. Everything received is inserted as text, never as HTML.

export const by = (id) => document.getElementById(id);

export function element(tag, properties = {}, children = []) {
  const { data, attributes, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(data ?? {})) made.dataset[name] = value;
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function plural(count, one, few, many) {
  const tens = count % 100, ones = count % 10;
  if (ones === 1 && tens !== 11) return one;
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? few : many;
}

export function clock(moment) {
  return new Date(moment).toLocaleTimeString("ru-RU");
}

export function day(moment) {
  return new Date(moment).toLocaleString("ru-RU", {
    day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
  });
}
