// Forms of the tab «Статус»: fields with their labels, and the server's refusals beside them.
import { element } from "./dom.js";

let count = 0;

function labelled(name, title, control, hint = "") {
  const id = `field-${name}-${++count}`;
  control.id = id;
  control.name = name;
  control.setAttribute("aria-describedby", `${id}-wrong`);
  return element("div", { className: "field", data: { field: name } }, [
    element("label", { htmlFor: id, textContent: title }), control,
    hint ? element("p", { className: "quiet", textContent: hint }) : null,
    element("p", { className: "wrong", id: `${id}-wrong`, hidden: true }),
  ]);
}

export const field = {
  text: (name, title, maxLength) => labelled(name, title, element("input", { maxLength, autocomplete: "off" })),
  area: (name, title, maxLength) => labelled(name, title, element("textarea", { maxLength, rows: 4 })),
  moment: (name, title) => labelled(name, title, element("input", { type: "datetime-local" })),
  select(name, title, choices, chosen) {
    const made = labelled(name, title, element("select"));
    field.options(made, choices, chosen);
    return made;
  },
  options(holder, choices, chosen) {
    const select = holder.querySelector("select");
    select.replaceChildren(...choices.map(({ key, title }) => element("option", { value: key, textContent: title })));
    if (chosen) select.value = chosen;
  },
  checks(name, title, choices) {
    const boxes = choices.map((choice) => element("label", { className: "check" }, [
      element("input", { type: "checkbox", name, value: choice.key }), choice.title,
    ]));
    return element("fieldset", { className: "field", data: { field: name } }, [
      element("legend", { textContent: title }), ...boxes, element("p", { className: "wrong", hidden: true }),
    ]);
  },
};

export function fields(form) {
  const typed = {};
  for (const holder of form.querySelectorAll("[data-field]")) {
    const { field: name } = holder.dataset;
    typed[name] = holder.matches("fieldset")
      ? [...holder.querySelectorAll("input:checked")].map(({ value }) => value)
      : holder.querySelector("[name]").value;
  }
  return typed;
}

// What a field for local time says, as RFC 3339 with the offset of this machine.
export const zoned = (typed) => (typed ? new Date(typed).toISOString() : null);

function mark(form, errors) {
  for (const holder of form.querySelectorAll("[data-field]")) {
    const mine = errors.filter(({ pointer }) => pointer.split("/")[1] === holder.dataset.field);
    const wrong = holder.querySelector(".wrong");
    wrong.textContent = mine.map(({ detail }) => detail).join(" ");
    wrong.hidden = mine.length === 0;
    holder.classList.toggle("bad", mine.length > 0);
  }
}

// Runs `work` and shows every refusal at its field; `after` runs when it was refused, and may say
// it in better words.
export async function marked(form, work, after = () => {}) {
  const problem = form.querySelector(".problem");
  const button = form.querySelector("button[type=submit]");
  problem.hidden = true;
  mark(form, []);
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    mark(form, error.errors ?? []);
    // a 5xx may have taken effect: the same key again finds out
    if (error.status >= 400 && error.status < 500) problem.textContent = after(error) ?? error.message;
  } finally {
    button.disabled = false;
  }
}
