// The same start played by the policies of several moments of a training, side by side, in step.
const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [240, 130];

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".rl-replay") ?? build(parentElement);
  const film = (root.film ??= { frame: 0, playing: false });
  if (film.id !== data.id) Object.assign(film, { id: data.id, frame: 0, playing: false });
  film.length = Math.max(1, ...data.moments.map((moment) => moment.poses.length)) - 1;

  const scenes = data.moments.map((moment) => drawScene(moment, DRAWINGS[data.env]));
  root.querySelector(".scenes").replaceChildren(...scenes.map((scene) => scene.figure));
  const [button, scrub, clock] = root.querySelectorAll("button, input, output");
  scrub.max = film.length;
  scrub.ariaLabel = data.labels.time;

  const show = () => {
    scrub.value = film.frame;
    clock.textContent = `${(film.frame / data.second).toFixed(1)} s`;
    button.textContent = film.playing ? `❚❚ ${data.labels.pause}` : `▶ ${data.labels.play}`;
    scenes.forEach((scene) => pose(scene, Math.floor(film.frame)));
  };
  let before, request;
  const tick = (now) => {
    film.frame = Math.min(film.length, film.frame + ((now - (before ?? now)) / 1000) * data.second);
    before = now;
    if (film.frame >= film.length) film.playing = false;
    show();
    if (film.playing) request = requestAnimationFrame(tick);
  };
  const play = () => {
    before = undefined;
    cancelAnimationFrame(request);
    if (film.playing) request = requestAnimationFrame(tick);
    show();
  };
  button.onclick = () => {
    film.playing = !film.playing;
    if (film.playing && film.frame >= film.length) film.frame = 0;
    play();
  };
  scrub.oninput = () => {
    film.playing = false;
    film.frame = Number(scrub.value);
    play();
  };
  play();
  return () => cancelAnimationFrame(request);
}

function build(parentElement) {
  const root = document.createElement("div");
  root.className = "rl-replay";
  root.innerHTML =
    '<div class="scenes"></div><div class="controls"><button type="button"></button>' +
    '<input type="range" min="0" step="1" value="0"><output></output></div>';
  parentElement.append(root);
  return root;
}

// Each environment: what is drawn once, and a function that takes a pose.
const DRAWINGS = {
  "CartPole-v1": cartPole,
  "Acrobot-v1": acrobot,
  "MountainCar-v0": mountainCar(0.5),
  "MountainCarContinuous-v0": mountainCar(0.45),
  "Pendulum-v1": pendulum,
  "Casino-v0": casino,
};

function cartPole(svg) {
  const [rail, length, scale] = [104, 72, 46]; // pixels; scale per metre
  node("line", { x1: 0, x2: WIDTH, y1: rail, y2: rail, class: "rail" }, svg);
  for (const end of [-2.4, 2.4]) {
    const x = WIDTH / 2 + scale * end;
    node("line", { x1: x, x2: x, y1: rail - 8, y2: rail + 8, class: "end" }, svg);
  }
  const cart = node("g", {}, svg);
  node("rect", { x: -20, y: rail - 11, width: 40, height: 22, rx: 4, class: "body" }, cart);
  const pole = node("line", { x1: 0, x2: 0, y1: rail - 11, y2: rail - 11 - length, class: "rod" }, cart);
  return ([x, theta]) => {
    cart.setAttribute("transform", `translate(${WIDTH / 2 + scale * x} 0)`);
    pole.setAttribute("transform", `rotate(${degrees(theta)} 0 ${rail - 11})`);
  };
}

function pendulum(svg) {
  const [x, y, length] = [WIDTH / 2, HEIGHT / 2, 54];
  node("line", { x1: x, x2: x, y1: y, y2: y - length - 8, class: "goal" }, svg);
  const rod = node("line", { x1: x, x2: x, y1: y, y2: y - length, class: "rod" }, svg);
  node("circle", { cx: x, cy: y, r: 5, class: "body" }, svg);
  // 0 is upright, and positive angles turn against the clock.
  return ([theta]) => rod.setAttribute("transform", `rotate(${-degrees(theta)} ${x} ${y})`);
}

function acrobot(svg) {
  const [x, y, length] = [WIDTH / 2, HEIGHT / 2, 29];
  node("line", { x1: x - 80, x2: x + 80, y1: y - length, y2: y - length, class: "goal" }, svg);
  const upper = node("g", {}, svg);
  node("line", { x1: x, x2: x, y1: y, y2: y + length, class: "rod" }, upper);
  const lower = node("g", {}, upper);
  node("line", { x1: x, x2: x, y1: y + length, y2: y + 2 * length, class: "rod" }, lower);
  node("circle", { cx: x, cy: y + length, r: 4, class: "body" }, upper);
  node("circle", { cx: x, cy: y, r: 5, class: "body" }, svg);
  // 0 is hanging down, and the second angle counts from the first.
  return ([first, second]) => {
    upper.setAttribute("transform", `rotate(${-degrees(first)} ${x} ${y})`);
    lower.setAttribute("transform", `rotate(${-degrees(second)} ${x} ${y + length})`);
  };
}

function mountainCar(flag) {
  const place = (x) => [(x + 1.2) * 133, 78 - 40 * Math.sin(3 * x)];
  return (svg) => {
    const hill = Array.from({ length: 61 }, (_, i) => place(-1.2 + 0.03 * i).join(","));
    node("polyline", { points: hill.join(" "), class: "rail", fill: "none" }, svg);
    const [x, y] = place(flag);
    node("line", { x1: x, x2: x, y1: y, y2: y - 22, class: "end" }, svg);
    node("path", { d: `M${x} ${y - 22} l-14 5 l14 5 z`, class: "flag" }, svg);
    const car = node("rect", { x: -11, y: -12, width: 22, height: 11, rx: 4, class: "body" }, svg);
    return ([at]) => {
      const slope = -Math.atan(0.9 * Math.cos(3 * at)); // 40 · 3 / 133 pixels a pixel
      const [cx, cy] = place(at);
      car.setAttribute("transform", `translate(${cx} ${cy}) rotate(${degrees(slope)})`);
    };
  };
}

function casino(svg) {
  const [tables, y] = [4, 96]; // the places after them: the door
  const place = (k) => 28 + 46 * k;
  for (let k = 0; k < tables; k++) {
    node("rect", { x: place(k) - 17, y: y - 6, width: 34, height: 12, rx: 6, class: "rail", fill: "none" }, svg);
  }
  const door = place(tables) - 12;
  node("path", { d: `M${door} ${y + 6} v-62 h24 v62`, class: "end", fill: "none" }, svg);
  const guest = node("circle", { cy: y - 18, r: 9, class: "body" }, svg);
  return ([k]) => guest.setAttribute("cx", place(k));
}

function drawScene(moment, drawing) {
  const figure = document.createElement("figure");
  const svg = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, figure);
  svg.setAttribute("aria-label", `${moment.title}: ${moment.outcome}`);
  const caption = document.createElement("figcaption");
  const outcome = document.createElement("span");
  caption.append(Object.assign(document.createElement("b"), { textContent: moment.title }), outcome);
  const take = drawing(svg);
  figure.append(caption);
  return { moment, figure, take, outcome };
}

function pose({ moment, figure, take, outcome }, frame) {
  const last = moment.poses.length - 1;
  if (last < 0) return;
  const t = Math.min(frame, last);
  take(moment.poses[t]);
  const over = frame >= last;
  figure.className = over && moment.failed ? "failed" : "";
  outcome.textContent = over ? moment.outcome : `${t}`;
}

const degrees = (radians) => (radians * 180) / Math.PI;

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}
