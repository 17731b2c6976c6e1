// Actor, critic and environment; after a step the arrows light up in the order of the update.
const SVG = "http://www.w3.org/2000/svg";
const PHASES = ["action", "feedback", "delta", "learn"];
const PACE = 450; // milliseconds of each phase
const BOXES = {
  actor: { x: 14, y: 14, width: 214, height: 96 },
  critic: { x: 14, y: 206, width: 214, height: 96 },
  environment: { x: 486, y: 14, width: 150, height: 288 },
};
// each arrow: its line, its tip, where its label stands, and the phase in which it lights up
const ARROWS = {
  action: { d: "M 236 48 H 466", tip: "M 478 48 l -15 -8 v 16 Z", at: [357, 34], phase: "action" },
  state: { d: "M 478 88 H 248", tip: "M 236 88 l 15 -8 v 16 Z", at: [357, 112], phase: "feedback" },
  feedback: { d: "M 478 254 H 248", tip: "M 236 254 l 15 -8 v 16 Z", at: [357, 240], phase: "feedback" },
  delta: { d: "M 121 198 V 130", tip: "M 121 118 l -8 15 h 16 Z", at: [138, 165], phase: "delta" },
};

export default function ({ data, parentElement }) {
  const svg = node("svg", { viewBox: "0 0 650 316", role: "img", class: "rl-join" });
  svg.setAttribute("aria-label", data.alt);
  svg.style.setProperty("--rl-delta", data.delta_colour);
  const parts = [];
  for (const [name, box] of Object.entries(BOXES)) parts.push(drawBox(svg, name, box, data[name]));
  for (const [name, arrow] of Object.entries(ARROWS)) parts.push(drawArrow(svg, name, arrow, data[name]));

  const before = parentElement.querySelector("svg");
  const stepped = before && data.step > Number(before.dataset.step);
  svg.dataset.step = data.step;
  before ? before.replaceWith(svg) : parentElement.append(svg);
  const show = (phases) => {
    for (const part of parts) part.classList.toggle("lit", phases.includes(part.dataset.phase));
  };
  const rest = () => show(data.step ? PHASES : []);
  if (!stepped || matchMedia("(prefers-reduced-motion: reduce)").matches) return rest();
  const timers = PHASES.map((phase, i) => setTimeout(() => show([phase]), i * PACE));
  timers.push(setTimeout(rest, PHASES.length * PACE));
  return () => timers.forEach(clearTimeout);
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function write(parent, x, y, kind, text) {
  node("text", { x, y, class: kind }, parent).textContent = text;
}

function drawBox(svg, name, box, { title, lines }) {
  const part = node("g", { class: `part ${name}` }, svg);
  part.dataset.phase = name === "environment" ? "action" : "learn";
  node("rect", { ...box, rx: 12, class: "box" }, part);
  const middle = box.x + box.width / 2;
  const top = name === "environment" ? box.y + box.height / 2 - 22 : box.y + 30;
  write(part, middle, top, "title", title);
  lines.forEach((line, i) => write(part, middle, top + 28 + 22 * i, "what", line));
  return part;
}

function drawArrow(svg, name, { d, tip, at, phase }, text) {
  const part = node("g", { class: `part arrow ${name}` }, svg);
  part.dataset.phase = phase;
  part.dataset.arrow = name;
  node("path", { d, class: "line" }, part);
  node("path", { d: tip, class: "tip" }, part);
  write(part, ...at, "label", text);
  return part;
}
