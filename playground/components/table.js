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
    for (const cell of cells) fill(tr.insertCell(), cell);
    if (!data.pick) return;
    const pick = () => setTriggerValue("picked", row);
    tr.tabIndex = 0;
    tr.onclick = pick;
    tr.onkeydown = (event) => event.key === "Enter" && pick();
  });

  let box = parentElement.querySelector(".rl-scroll");
  if (!box) {
    box = document.createElement("div");
    box.className = "rl-scroll";
    parentElement.append(box);
  }
  box.replaceChildren(table);
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
