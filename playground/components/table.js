// A plain table in the page's own DOM. Rebuilt at every change: it is small, and no state lives in it.
export default function ({ data, parentElement, setTriggerValue }) {
  const table = document.createElement("table");
  table.className = data.pick ? "rl-table pick" : "rl-table";
  table.createCaption().textContent = data.caption;

  const head = table.createTHead().insertRow();
  for (const text of data.columns) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = text;
    head.append(th);
  }

  const body = table.createTBody();
  data.rows.forEach((cells, row) => {
    const tr = body.insertRow();
    cells.forEach((cell, column) => {
      fill(tr.insertCell(), cell);
      if (cell.edit) letEdit(tr.lastChild, cell, (text) => setTriggerValue("edited", [row, column, text]));
    });
    if (!data.pick) return;
    const pick = () => setTriggerValue("picked", row);
    tr.tabIndex = 0;
    tr.onclick = pick;
    tr.onkeydown = (event) => {
      if (event.key === "Enter") pick(); // a handler that returned false would eat every other key
    };
  });

  let box = parentElement.querySelector(".rl-scroll");
  if (!box) {
    box = document.createElement("div");
    box.className = "rl-scroll";
    parentElement.append(box);
  }
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  const index = focused?.rowIndex;
  if (focused) focused.onblur = null; // to be replaced is not to be left
  box.replaceChildren(table);
  if (index >= 0) table.rows[index]?.focus();
  else if (focused) keepTyping(table, focused);
}

// A field in place of the text; what was typed is reported once it is left or Enter is pressed.
function letEdit(td, cell, report) {
  const field = document.createElement("input");
  field.value = field.defaultValue = cell.text;
  field.ariaLabel = cell.edit;
  field.inputMode = "decimal";
  field.onblur = () => {
    if (field.value !== cell.text) report(field.value);
  };
  field.onkeydown = (event) => {
    if (event.key === "Enter") field.onblur();
  };
  td.classList.add("edit");
  td.replaceChildren(field);
}

// The answer to a pick or to one field must not disturb who is already in the next.
function keepTyping(table, focused) {
  const field = [...table.querySelectorAll("input")].find((input) => input.ariaLabel === focused.ariaLabel);
  field?.focus();
  if (field && field.value !== focused.value) field.value = focused.value;
  else field?.select();
}

function fill(td, cell) {
  if (cell.mark) td.className = cell.mark;
  Object.assign(td.dataset, cell.data ?? {});
  if (cell.old !== undefined) {
    const old = document.createElement("s");
    old.textContent = cell.old;
    td.append(old);
  }
  td.append(cell.text);
  if (cell.arrow !== undefined) {
    const arrow = document.createElement("span");
    arrow.className = "arrow";
    arrow.textContent = cell.arrow;
    td.append(arrow);
  }
}
