// A tab of graphs: cards in sections, asked for new steps only.
import { element } from "./dom.js";
import { call } from "./session.js";
import { Card } from "./charts.js";
import { replicaTable, showReplicas } from "./strip.js";

export class Graphs {
  constructor(tab, seconds) {
    this.tab = tab;
    this.seconds = seconds;
    this.last = 0;
    this.asking = 0;
    this.cards = tab.panels.map((panel) => new Card(panel));
    this.table = tab.name === "flow" ? null : replicaTable();
  }

  show(place) {
    const sections = [];
    for (const card of this.cards) {
      let section = sections.find((one) => one.title === card.panel.section);
      if (!section) {
        section = { title: card.panel.section, grid: element("div", { className: "grid" }) };
        sections.push(section);
      }
      section.grid.append(card.root);
    }
    const heading = element("h2", { className: "unseen", textContent: this.tab.title });
    place.replaceChildren(heading, ...(this.table ? [this.table] : []), ...sections.flatMap(({ title, grid }) =>
      title ? [element("h2", { textContent: title }), grid] : [grid]));
  }

  overview(services) {
    if (this.table) showReplicas(this.table, services.find(({ name }) => name === this.tab.name));
  }

  // Asks for what is later than the last step known; another range starts anew.
  async refresh() {
    const asking = ++this.asking;
    const after = this.last || Date.now() / 1000 - this.seconds - 60;
    const found = await call(`/tabs/${encodeURIComponent(this.tab.name)}/points?after=${after}`);
    if (asking !== this.asking) return;
    const { times, panels } = found;
    this.last = times.at(-1) ?? this.last;
    const until = this.last || Date.now() / 1000;
    const from = until - this.seconds;
    this.cards.forEach((card, at) => {
      card.take(times, panels[at], from - found.step);
      card.draw(from, until);
    });
  }

  async span(seconds) {
    const isLonger = seconds > this.seconds;
    this.seconds = seconds;
    if (isLonger) {
      this.last = 0;
      for (const card of this.cards) { card.times = []; card.columns.clear(); }
    }
    await this.refresh();
  }

  recolour() {
    for (const card of this.cards) card.recolour();
  }

  remove() {
    this.asking += 1;
    for (const card of this.cards) card.remove();
  }
}
