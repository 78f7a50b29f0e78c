// One panel: a title, a graph by uPlot, and a legend with the present values.
import { element } from "./dom.js";
import { format, least, steps } from "./format.js";
import { colourOf, theme } from "./colours.js";

const HEIGHT = 172;
const GAP_STEPS = 2.5;
const together = window.uPlot.sync("ops");

const two = (number) => String(number).padStart(2, "0");

function timeLabels(_, splits, axis, space, step) {
  return splits.map((at) => {
    const moment = new Date(at * 1000);
    const minutes = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
    return step < 60 ? `${minutes}:${two(moment.getSeconds())}` : minutes;
  });
}

// As wide as the longest label of the vertical axis.
function room(_, labels) {
  return 14 + 7 * Math.max(3, ...(labels ?? []).map((label) => label?.length ?? 0));
}

function thresholdLines(thresholds) {
  return (plot) => {
    const { ctx, bbox } = plot;
    for (const { value, level } of thresholds) {
      const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.save();
      ctx.strokeStyle = theme()[level];
      ctx.lineWidth = window.devicePixelRatio;
      ctx.setLineDash([6 * window.devicePixelRatio, 4 * window.devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.restore();
    }
  };
}

function exceeded(thresholds, values) {
  const beyond = thresholds.filter(({ value, below }) =>
    values.some((v) => v !== null && v !== undefined && (below ? v < value : v >= value)));
  if (beyond.some(({ level }) => level === "bad")) return "bad";
  return beyond.length ? "warn" : "fine";
}

export class Card {
  constructor(panel) {
    this.panel = panel;
    this.times = [];
    this.columns = new Map();
    this.names = [];
    this.hidden = new Set();
    this.plot = null;
    const id = `about-${panel.key}`;
    const about = element("p", { className: "about", id, textContent: panel.description, hidden: true });
    const more = element("button", {
      type: "button", className: "more", textContent: "?",
      attributes: { "aria-expanded": "false", "aria-controls": id, "aria-label": `Что значит «${panel.title}»` },
      onclick: () => {
        about.hidden = !about.hidden;
        more.setAttribute("aria-expanded", String(!about.hidden));
      },
    });
    this.graph = element("div", { className: "graph", attributes: { role: "img", "aria-label": panel.title } });
    this.empty = element("p", { className: "empty", textContent: "Данных ещё нет" });
    this.legend = element("ul", { className: "legend" });
    this.root = element("section", { className: "card", data: { key: panel.key } }, [
      element("div", { className: "head" }, [element("h3", { textContent: panel.title }), more]),
      about,
      element("div", { className: "frame" }, [this.graph, this.empty]),
      this.legend,
    ]);
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(this.graph);
  }

  // Takes new steps; what is older than `from` is dropped.
  take(times, columns, from) {
    const had = this.times.length;
    this.times.push(...times);
    for (const [name, values] of Object.entries(columns)) {
      const column = this.columns.get(name) ?? Array(had).fill(null);
      column.push(...values);
      this.columns.set(name, column);
    }
    const old = this.times.findIndex((at) => at >= from);
    const drop = old < 0 ? this.times.length : old;
    this.times.splice(0, drop);
    for (const [name, column] of this.columns) {
      while (column.length < had + times.length) column.push(null);
      column.splice(0, drop);
      if (column.every((value) => value === null)) this.columns.delete(name);
    }
  }

  draw(from, until) {
    const names = [...this.columns.keys()];
    const isSame = names.length === this.names.length && names.every((name, at) => name === this.names[at]);
    this.range = [from, until];
    this.empty.hidden = names.length > 0;
    if (!isSame || !this.plot) this.rebuild(names);
    const data = this.data();
    if (this.plot) {
      this.plot.batch(() => {
        this.plot.setData(data, false);
        this.plot.setScale("x", { min: from, max: until });
      });
    }
    this.values();
  }

  data() {
    return [this.times, ...this.names.map((name) => this.columns.get(name))];
  }

  rebuild(names) {
    this.plot?.destroy();
    this.plot = null;
    this.names = names;
    const width = this.graph.clientWidth;
    if (width === 0) return;
    const taken = new Set();
    this.colours = names.map((name) => colourOf(name, taken));
    this.plot = new window.uPlot(this.options(width), this.data(), this.graph);
    this.list();
  }

  options(width) {
    const { panel } = this;
    const shades = theme();
    const axis = { stroke: shades.quiet, font: "12px system-ui, sans-serif", ticks: { show: false } };
    const grid = { stroke: shades.line, width: 1 };
    return {
      width, height: HEIGHT, padding: [10, 10, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: together.key }, y: false, points: { size: 7 }, drag: { x: false, y: false } },
      scales: {
        x: { time: true, range: () => this.range },
        y: { range: (_, low, high) => this.span(low, high) },
      },
      axes: [
        { ...axis, grid: { show: false }, values: timeLabels, space: 52, size: 30, gap: 7 },
        {
          ...axis, grid, size: room, gap: 6, space: 34,
          ...(steps(panel.unit) ? { incrs: steps(panel.unit) } : {}),
          values: (_, splits) => splits.map((value) => format(panel.unit, value)),
        },
      ],
      series: [{}, ...this.names.map((name, at) => ({
        label: name, stroke: this.colours[at], width: 1.75, show: !this.hidden.has(name),
        points: { show: (plot, series) => this.isLone(series) },
        fill: this.names.length === 1 ? `${this.colours[at]}1f` : undefined,
        gaps: (plot, series, from, to, found) => found,
      }))],
      hooks: { draw: [thresholdLines(panel.thresholds)], setCursor: [() => this.values()] },
    };
  }

  // A single step between gaps is a dot: a line needs two.
  isLone(series) {
    const column = this.columns.get(this.names[series - 1]) ?? [];
    return column.filter((value) => value !== null).length < GAP_STEPS;
  }

  span(low, high) {
    const { unit, thresholds } = this.panel;
    if (unit === "yes-no") return [-0.08, 1.15];
    let top = Math.max(high ?? 0, least(unit));
    // a threshold close above the lines belongs to the picture; one far above would flatten them
    for (const { value } of thresholds) if (value > top && value <= top * 2) top = value;
    const bottom = Math.min(low ?? 0, 0);
    const room = top * (unit === "share" && top > 0.93 ? 1.02 : 1.08);
    return [bottom, room];
  }

  list() {
    this.cells = this.names.map(() => element("b"));
    this.legend.replaceChildren(...this.names.map((name, at) => {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = this.colours[at];
      const row = element("button", {
        type: "button", title: name,
        attributes: { "aria-pressed": String(!this.hidden.has(name)) },
        onclick: () => this.toggle(name, at, row),
      }, [swatch, element("span", { className: "name", textContent: name }), this.cells[at]]);
      return element("li", {}, [row]);
    }));
  }

  toggle(name, at, row) {
    const isHidden = !this.hidden.delete(name);
    if (isHidden) this.hidden.add(name);
    row.setAttribute("aria-pressed", String(!isHidden));
    this.plot?.setSeries(at + 1, { show: !isHidden });
  }

  // The legend's numbers: under the pointer, else the present.
  values() {
    if (!this.cells || !this.plot) return;
    const under = this.plot.cursor.idx;
    const at = under === null || under === undefined ? this.times.length - 1 : under;
    const shown = this.names.map((name) => this.columns.get(name)?.[at]);
    shown.forEach((value, index) => { this.cells[index].textContent = format(this.panel.unit, value); });
    const present = this.names.map((name) => this.columns.get(name)?.at(-1));
    this.root.dataset.level = exceeded(this.panel.thresholds, present);
    const words = this.names.slice(0, 5).map((name, index) => `${name}: ${format(this.panel.unit, present[index])}`);
    this.graph.setAttribute("aria-label", `${this.panel.title}. ${words.join("; ") || "Данных ещё нет"}`);
  }

  resize() {
    const width = this.graph.clientWidth;
    if (width === 0) return;
    if (this.plot) this.plot.setSize({ width, height: HEIGHT });
    else if (this.range) this.draw(...this.range);
  }

  recolour() {
    if (this.plot) { this.rebuild(this.names); this.values(); }
  }

  remove() {
    this.sized.disconnect();
    this.plot?.destroy();
    this.root.remove();
  }
}
