// The board: tabs, ranges, and one beat every step. Reads what the API of this page says.
import { by, clock, element } from "./dom.js";
import * as session from "./session.js";
import { prepareEntrance, showEntrance } from "./entrance.js";
import { Graphs } from "./graphs.js";
import { showStrip } from "./strip.js";
import { Notices } from "./notices.js";
import { whenThemeChanges } from "./colours.js";

const STATUS = { name: "status", title: "Статус" };
const WATCHERS = ["sre", "administrator"];
const STALE_BEATS = 4;

let tabs = [];
let shown = null;
let services = [];
let step = 5;
let beating = 0;

const isWatcher = () => session.roles().some((role) => WATCHERS.includes(role));
const seconds = () => Number(document.querySelector("input[name=range]:checked").value);

function pulse(level, text) {
  by("pulse").dataset.level = level;
  by("pulse-text").textContent = text;
}

function choose(name, focus = false) {
  const tab = tabs.find((one) => one.name === name) ?? tabs[0];
  for (const button of by("tabs").children) {
    const isChosen = button.dataset.tab === tab.name;
    button.setAttribute("aria-selected", String(isChosen));
    button.tabIndex = isChosen ? 0 : -1;
    if (isChosen) {
      by("panel").setAttribute("aria-labelledby", button.id);
      button.scrollIntoView({ block: "nearest", inline: "nearest" });
      if (focus) button.focus();
    }
  }
  history.replaceState(null, "", `#${tab.name}`);
  shown?.remove();
  shown = tab === STATUS ? new Notices() : new Graphs(tab, seconds());
  by("ranges").disabled = tab === STATUS;
  shown.show(by("panel"));
  shown.overview(services);
  beat();
}

function fillTabs() {
  by("tabs").replaceChildren(...tabs.map((tab) => element("button", {
    type: "button", id: `tab-${tab.name}`, textContent: tab.title, data: { tab: tab.name },
    attributes: { role: "tab", "aria-controls": "panel" },
    onclick: () => choose(tab.name),
  })));
}

by("tabs").addEventListener("keydown", (event) => {
  const at = tabs.findIndex((tab) => `tab-${tab.name}` === document.activeElement.id);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined || at < 0) return;
  event.preventDefault();
  choose(tabs[(next + tabs.length) % tabs.length].name, true);
});

async function look() {
  if (!isWatcher()) return;
  const found = await session.call("/overview");
  services = found.services;
  step = found.step;
  showStrip(by("strip"), services, (name) => choose(name));
  shown?.overview(services);
  const checked = found.checked_at ? Date.parse(found.checked_at) : 0;
  const isStale = Date.now() - checked > step * STALE_BEATS * 1000;
  if (!checked) pulse("warn", "Первый опрос…");
  else pulse(isStale ? "warn" : "good", `Опрос ${clock(checked)}`);
}

// One beat: the strip and the open tab. Beats do not overlap; a failure is said and the next one tried.
async function beat() {
  const mine = ++beating;
  try {
    await Promise.all([look(), shown?.refresh()]);
    if (!isWatcher()) pulse("good", `Обновлено ${clock(Date.now())}`);
  } catch (error) {
    if (mine === beating) pulse("bad", error.message);
  }
  if (mine === beating && session.roles().length) setTimeout(() => { if (mine === beating) beat(); }, step * 1000);
}

async function enter() {
  pulse("warn", "Подключение…");
  try {
    tabs = isWatcher() ? [...await session.call("/tabs"), STATUS] : [STATUS];
  } catch (error) {
    showEntrance(error.message);
    return;
  }
  by("strip").hidden = !isWatcher();
  fillTabs();
  choose(location.hash.slice(1));
}

function leave(text) {
  beating += 1;
  shown?.remove();
  shown = null;
  services = [];
  by("panel").replaceChildren();
  by("strip").replaceChildren();
  showEntrance(text);
}

session.whenLost(leave);
prepareEntrance(enter);
by("leave").addEventListener("click", async () => { await session.leave(); leave(""); });
by("ranges").addEventListener("change", () => { shown?.span?.(seconds()).catch((error) => pulse("bad", error.message)); });
whenThemeChanges(() => shown?.recolour?.());
document.addEventListener("visibilitychange", () => { if (!document.hidden && shown) beat(); });
showEntrance();
