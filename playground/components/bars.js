// A table with a bar in each row. Kept from one look to the next, so that the bars move.
export default function ({ data, parentElement }) {
  let table = parentElement.querySelector("table");
  if (!table) {
    table = document.createElement("table");
    table.className = "rl-table rl-bars";
    const box = document.createElement("div");
    box.className = "rl-scroll";
    box.append(table);
    parentElement.append(box);
    table.createCaption();
    const head = table.createTHead().insertRow();
    data.columns.forEach(() => head.append(heading()));
    const body = table.createTBody();
    data.rows.forEach((row) => build(body.insertRow(), row));
  }
  table.caption.textContent = data.caption;
  data.columns.forEach((text, i) => (table.tHead.rows[0].cells[i].textContent = text));
  data.rows.forEach((row, i) => fill(table.tBodies[0].rows[i], row));
}

function heading() {
  const th = document.createElement("th");
  th.scope = "col";
  return th;
}

function build(tr, row) {
  tr.insertCell().className = "head";
  const track = document.createElement("div");
  track.className = "track";
  for (const part of ["fill", "ghost"]) {
    const bar = document.createElement("div");
    bar.className = part;
    track.append(bar);
  }
  tr.insertCell().append(track);
  row.numbers.forEach(() => tr.insertCell());
}

function fill(tr, { name, value, before, colour, chosen, numbers }) {
  tr.className = chosen ? "chosen" : "";
  tr.cells[0].textContent = name;
  const [bar, ghost] = tr.cells[1].firstChild.children;
  bar.style.width = `${100 * value}%`;
  bar.style.background = colour;
  ghost.hidden = before === null;
  ghost.style.width = `${100 * (before ?? 0)}%`;
  numbers.forEach(({ text, old, data }, i) => {
    const td = tr.cells[2 + i];
    Object.assign(td.dataset, data);
    td.replaceChildren();
    if (old !== undefined) td.append(Object.assign(document.createElement("s"), { textContent: old }));
    td.append(text);
  });
}
