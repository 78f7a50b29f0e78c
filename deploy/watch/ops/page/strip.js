// The strip of services: who is up is seen before anything else. And a service's replicas.
import { element, plural } from "./dom.js";

const WORDS = {
  ready: "готов", degraded: "с перебоями", shedding: "перегружен", unready: "не готов", away: "не отвечает",
};
const SERVING = new Set(["ready", "degraded", "shedding"]);

function level(condition, serving, total) {
  if (!SERVING.has(condition)) return "bad";
  return condition === "ready" && serving === total ? "good" : "warn";
}

function words(service) {
  if (service.condition === "ready" && service.serving < service.total) return "не все реплики";
  return WORDS[service.condition] ?? service.condition;
}

// Fills the list in place, so that nothing jumps and focus stays.
export function showStrip(list, services, choose) {
  for (const service of services) {
    let item = list.querySelector(`[data-service="${CSS.escape(service.name)}"]`);
    if (!item) {
      const parts = ["name", "count", "words", "version"].map((className) => element("span", { className }));
      const button = element("button", { type: "button", onclick: () => choose(service.name) }, [
        element("span", { className: "dot", attributes: { "aria-hidden": "true" } }), ...parts,
      ]);
      item = element("li", { data: { service: service.name } }, [button]);
      list.append(item);
    }
    item.dataset.level = level(service.condition, service.serving, service.total);
    const put = (name, text) => { item.querySelector(`.${name}`).textContent = text; };
    put("name", service.name);
    put("count", `${service.serving}/${service.total}`);
    put("words", words(service));
    put("version", service.versions.map((version) => `v${version}`).join(", "));
  }
}

function checks(replica) {
  const shown = Object.entries(replica.checks).map(([name, value]) => {
    const word = value === true ? "да" : value === false ? "нет" : typeof value === "object" ? JSON.stringify(value) : String(value);
    return `${name}: ${word}`;
  });
  return shown.join(" · ");
}

export function showReplicas(table, service) {
  const rows = (service?.replicas ?? []).map((replica) =>
    element("tr", { data: { level: level(replica.condition, 1, 1) } }, [
      element("td", {}, [element("span", { className: "dot", attributes: { "aria-hidden": "true" } }), replica.instance]),
      element("td", { textContent: WORDS[replica.condition] ?? replica.condition }),
      element("td", { textContent: replica.version ? `v${replica.version}` : "–" }),
      element("td", { className: "checks", textContent: checks(replica) }),
    ]));
  table.tBodies[0].replaceChildren(...rows);
  const count = rows.length;
  table.caption.textContent = count ? `${count} ${plural(count, "реплика", "реплики", "реплик")}` : "Реплик нет: имя сервиса никуда не ведёт";
}

export function replicaTable() {
  const head = ["Адрес", "Состояние", "Версия", "Проверки"].map((title) => element("th", { textContent: title, scope: "col" }));
  return element("table", { className: "replicas" }, [
    element("caption"), element("thead", {}, [element("tr", {}, head)]), element("tbody"),
  ]);
}
