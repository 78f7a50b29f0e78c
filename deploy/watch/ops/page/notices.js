// The tab «Статус»: what citizens see now, and the notices that operators write for them.
import { day, element } from "./dom.js";
import { call, open } from "./session.js";
import { field, fields, marked, zoned } from "./forms.js";

const KINDS = { incident: "Инцидент", works: "Плановые работы" };
// Only where the page came over plain HTTP is there no randomUUID.
const freshKey = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2);
const ACTIONS = { opened: "создано", updated: "обновление", edited: "исправлено" };

export class Notices {
  constructor() {
    this.words = null;
    this.state = element("ul", { className: "components" });
    this.list = element("div", { className: "notices" });
    this.place = element("div");
    this.journal = element("ul", { className: "journal" });
  }

  show(place) {
    place.replaceChildren(element("div", { className: "status" }, [
      element("section", { className: "card" }, [
        element("div", { className: "head" }, [
          element("h2", { textContent: "Что видят граждане" }),
          element("a", { href: "/status", textContent: "Открыть страницу", target: "_blank", rel: "noopener" }),
        ]),
        this.state,
      ]),
      element("section", { className: "card" }, [element("h2", { textContent: "Новое сообщение" }), this.place]),
      element("section", { className: "card wide" }, [element("h2", { textContent: "Сообщения" }), this.list]),
      element("details", { className: "card wide" }, [
        element("summary", {}, [element("h2", { textContent: "Журнал: кто что менял" })]), this.journal,
      ]),
    ]));
  }

  overview() {}
  remove() {}

  async refresh() {
    const [view, found, journal] = await Promise.all([open("/status.json"), call("/notices"), call("/journal")]);
    this.state.replaceChildren(...view.components.map((part) => element("li", { data: { state: part.state } }, [
      element("span", { className: "dot", attributes: { "aria-hidden": "true" } }),
      element("span", { className: "name", textContent: part.title }),
      element("b", { textContent: part.label }),
    ])));
    if (!this.words) {
      this.words = found;
      this.place.replaceChildren(this.creation());
    }
    this.journal.replaceChildren(...journal.items.map((deed) => element("li", {
      textContent: `${day(deed.at)} · ${deed.subject} · ${ACTIONS[deed.action] ?? deed.action} · ${deed.detail.title ?? deed.detail.text ?? deed.notice_id}`,
    })));
    this.cards(found.items);
  }

  // A card with an open form is left alone: nobody's words are lost to a refresh.
  cards(items) {
    const key = ({ id, version }) => `${id}.${version}`;
    const old = new Map([...this.list.children].map((card) => [card.dataset.key, card]));
    const wanted = items.map((notice) => old.get(key(notice)) ?? this.card(notice, key(notice)));
    const same = wanted.length === this.list.children.length && wanted.every((card, at) => card === this.list.children[at]);
    if (!same) this.list.replaceChildren(...wanted);
    if (!items.length) this.list.replaceChildren(element("p", { className: "quiet", textContent: "Сообщений нет." }));
  }

  creation() {
    const { components, stages, limits } = this.words;
    const kind = field.select("kind", "Вид", Object.entries(KINDS).map(([key, title]) => ({ key, title })));
    const stage = field.select("stage", "Состояние", []);
    const period = element("div", { className: "pair", hidden: true }, [
      field.moment("planned_from", "Начало"), field.moment("planned_to", "Конец"),
    ]);
    const form = element("form", { noValidate: true }, [
      element("div", { className: "pair" }, [kind, stage]),
      field.text("title", "Заголовок", limits.title),
      field.checks("components", "Чего касается", components),
      period,
      field.area("text", "Что происходит и что делается", limits.text),
      element("p", { className: "problem", hidden: true, attributes: { role: "alert" } }),
      element("button", { type: "submit", textContent: "Опубликовать" }),
    ]);
    const choice = kind.querySelector("select");
    const adapt = () => {
      const isWorks = choice.value === "works";
      period.hidden = !isWorks;
      field.options(stage, stages[choice.value].filter(({ key }) => !["fixed", "done", "cancelled"].includes(key)));
    };
    choice.addEventListener("change", adapt);
    adapt();
    let key = freshKey();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = fields(form);
      const isWorks = typed.kind === "works";
      const body = {
        ...typed,
        planned_from: isWorks ? zoned(typed.planned_from) : null,
        planned_to: isWorks ? zoned(typed.planned_to) : null,
      };
      marked(form, async () => {
        await call("/notices", { method: "POST", body, headers: { "Idempotency-Key": key } });
        key = freshKey();
        form.reset();
        adapt();
        await this.refresh();
      }, (refusal) => {
        key = freshKey();
        if (refusal.code !== "idempotency-key-reused") return null;
        this.refresh().catch(() => {});
        return "Прошлая отправка всё-таки удалась: сообщение уже в списке. Новый текст не отправлен; "
          + "чтобы опубликовать и его, нажмите ещё раз.";
      });
    });
    return form;
  }

  card(notice, key) {
    const updates = notice.updates.map((update) => element("li", {}, [
      element("p", { className: "quiet", textContent: `${day(update.at)} · ${update.label}` }),
      element("p", { className: "words", textContent: update.text }),
    ]));
    const period = notice.planned_from ? `${day(notice.planned_from)} – ${day(notice.planned_to)}` : null;
    return element("article", { className: "notice", data: { key, id: notice.id, open: String(!notice.closed_at) } }, [
      element("h3", { textContent: notice.title }),
      element("p", { className: "quiet", textContent: [KINDS[notice.kind], notice.label, notice.components.join(", ")].join(" · ") }),
      period ? element("p", { textContent: period }) : null,
      element("ol", { className: "updates" }, updates),
      notice.closed_at ? null : this.saying(notice),
    ]);
  }

  saying(notice) {
    const stage = field.select("stage", "Состояние", this.words.stages[notice.kind], notice.stage);
    const form = element("form", { noValidate: true }, [
      stage,
      field.area("text", "Обновление", this.words.limits.text),
      element("p", { className: "problem", hidden: true, attributes: { role: "alert" } }),
      element("button", { type: "submit", textContent: "Добавить" }),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      marked(form, async () => {
        await call(`/notices/${encodeURIComponent(notice.id)}/updates`, {
          method: "POST", body: fields(form), headers: { "If-Match": `"${notice.version}"` },
        });
        await this.refresh();
      });
    });
    return element("details", {}, [element("summary", { textContent: "Добавить обновление или закрыть" }), form]);
  }
}
