// The interactive map: own canvas, no library. Reads the block that map_data.py packs.
"use strict";
(function () {
  const holder = document.getElementById("map-data");
  const canvas = document.getElementById("map-canvas");
  if (!holder || !canvas) return;

  const data = JSON.parse(holder.textContent);
  const pen = canvas.getContext("2d");
  const tip = document.getElementById("map-tip");
  const legend = document.getElementById("map-legend");
  const note = document.getElementById("map-note");
  const body = document.getElementById("map-rows");
  const head = document.getElementById("map-head");
  const caption = document.getElementById("map-caption");
  const choose = {
    option: document.getElementById("map-option"),
    slice: document.getElementById("map-slice"),
    show: document.getElementById("map-show"),
  };
  const INK = "#1b2733", MUTED = "#5b6b7a", PICK = "#000000";
  const ROWS = 12, NO_TIME = 65535;
  const COMPASS = {
    en: ["E", "NE", "N", "NW", "W", "SW", "S", "SE"],
    zh: ["向东", "向东北", "向北", "向西北", "向西", "向西南", "向南", "向东南"],
  };
  const view = { x: 0, y: 0, scale: 1, fit: 1 }; // centre, px per decimetre
  let net = null, picked = -1, hovered = -1, drawn = [];

  // ---- unpacking -------------------------------------------------------------------------
  async function unpack() {
    const packed = Uint8Array.from(atob(data.block), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const arrays = {};
    let at = 0;
    for (const { name, type, shape } of data.layout) {
      const size = Number(type.slice(1));
      const count = shape.reduce((a, b) => a * b, 1);
      const sorted = new Uint8Array(count * size);
      for (let place = 0; place < size; place++) {
        for (let i = 0; i < count; i++) sorted[i * size + place] = bytes[at++];
      }
      const kind = type === "u2" ? Uint16Array : Int32Array;
      arrays[name] = { values: new kind(sorted.buffer), shape };
    }
    for (const name of ["open", "capacity", "free", "volume", "time"]) addBase(arrays[name]);
    return arrays;
  }

  // Options are stored as differences from the base, modulo 65,536; Uint16Array wraps by itself.
  function addBase({ values, shape }) {
    const each = values.length / shape[0];
    for (let i = each; i < values.length; i++) values[i] += values[i % each];
  }

  // ---- what is shown ---------------------------------------------------------------------
  const words = () => data.words[document.documentElement.dataset.language || "en"];
  const language = () => document.documentElement.dataset.language || "en";
  const option = () => Number(choose.option.value);
  const slice = () => Number(choose.slice.value);
  const show = () => choose.show.value;
  const byLink = (name, o, i) => net[name].values[o * data.links + i];
  const bySlice = (name, o, i) =>
    net[name].values[(o * data.slices.length + slice()) * data.links + i];
  const isOpen = (o, i) => byLink("open", o, i) === 1;
  const volume = (o, i) => bySlice("volume", o, i);
  const change = (i) => volume(option(), i) - volume(0, i);
  const ratio = (o, i) => (byLink("capacity", o, i) ? volume(o, i) / byLink("capacity", o, i) : 0);
  const little = () => Math.max(3, 0.02 * data.most.change);

  function ratioClass(value) {
    let k = 0;
    while (k < data.ratio.limits.length && value >= data.ratio.limits[k]) k++;
    return k;
  }
  function changeClass(value) {
    if (Math.abs(value) <= little()) return 2;
    const strong = Math.abs(value) > 0.4 * data.most.change;
    return value < 0 ? (strong ? 0 : 1) : strong ? 4 : 3;
  }
  function look(i) {
    const o = option();
    if (show() === "difference") {
      const c = change(i), k = changeClass(c);
      const share = k === 2 ? 0 : Math.min(1, Math.abs(c) / data.most.change);
      return { colour: data.changeColours[k], rank: Math.abs(c), width: 1.1 + 7 * share };
    }
    const v = volume(o, i), share = Math.min(1, v / data.most.volume);
    const k = ratioClass(ratio(o, i));
    const colour = show() === "ratio" ? data.ratio.colours[k] : "#2f6f9f";
    return { colour, rank: show() === "ratio" ? k * 1e5 + v : v, width: 0.9 + 7 * share };
  }

  // ---- geometry on the screen ------------------------------------------------------------
  const size = { w: 0, h: 0 };
  const sx = (x) => size.w / 2 + (x - view.x) * view.scale;
  const sy = (y) => size.h / 2 - (y - view.y) * view.scale;
  const thick = () => Math.min(2.2, Math.max(0.75, Math.pow(view.scale / view.fit, 0.35)));

  function measure() {
    size.w = canvas.clientWidth;
    size.h = canvas.clientHeight;
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(size.w * sharp);
    canvas.height = Math.round(size.h * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  }

  function fitAll() {
    const { low, high } = net.extent;
    view.x = (low[0] + high[0]) / 2;
    view.y = (low[1] + high[1]) / 2;
    view.fit = Math.min(size.w / (high[0] - low[0] || 1), size.h / (high[1] - low[1] || 1)) * 0.92;
    view.scale = view.fit;
  }

  // The polyline of a link, moved to the driving side by half its width and a gap.
  function polyline(i, width) {
    const from = net.start.values[i], to = net.start.values[i + 1];
    const shift = (width / 2 + 0.6) * (data.left ? -1 : 1);
    const points = [];
    for (let k = from; k < to; k++) {
      const a = Math.max(from, k - 1), b = Math.min(to - 1, k + 1);
      const dx = (net.x.values[b] - net.x.values[a]) * view.scale;
      const dy = -(net.y.values[b] - net.y.values[a]) * view.scale;
      const length = Math.hypot(dx, dy) || 1;
      points.push([
        sx(net.x.values[k]) - (dy / length) * shift,
        sy(net.y.values[k]) + (dx / length) * shift,
      ]);
    }
    return points;
  }

  function onScreen(i) {
    const b = net.boxes[i], pad = 20;
    return sx(b[2]) > -pad && sx(b[0]) < size.w + pad && sy(b[1]) > -pad && sy(b[3]) < size.h + pad;
  }

  // ---- drawing ---------------------------------------------------------------------------
  let waiting = false;
  function redraw() {
    if (!net || waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }

  function draw() {
    pen.clearRect(0, 0, size.w, size.h);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, size.w, size.h);
    pen.lineJoin = "round";
    pen.lineCap = "butt";
    const o = option();
    drawn = [];
    const batches = new Map(), closed = [];
    for (let i = 0; i < data.links; i++) {
      if (!onScreen(i)) continue;
      if (!isOpen(o, i) && show() !== "difference") {
        closed.push(i);
        drawn.push({ link: i, points: polyline(i, 1.5), width: 1.5 });
        continue;
      }
      const style = look(i);
      const width = Math.round(style.width * thick() * 2) / 2;
      const points = polyline(i, width);
      drawn.push({ link: i, points, width });
      const key = style.colour + "/" + width;
      if (!batches.has(key)) {
        batches.set(key, { colour: style.colour, width, rank: style.rank, path: new Path2D() });
      }
      const batch = batches.get(key);
      batch.rank = Math.max(batch.rank, style.rank);
      trace(batch.path, points);
    }
    for (const batch of [...batches.values()].sort((a, b) => a.rank - b.rank)) {
      pen.strokeStyle = batch.colour;
      pen.lineWidth = batch.width;
      pen.stroke(batch.path);
    }
    stroke(closed, 1.5, MUTED, [3, 3]);
    if (o > 0) {
      stroke(data.options[o].changed.filter(onScreen), 0, INK, [], 2);
      data.options[o].parks.forEach(park);
    }
    if (show() === "difference") numbers();
    for (const i of new Set([hovered, picked])) {
      const line = drawn.find((d) => d.link === i);
      if (line) outline(line);
    }
    furniture();
  }

  function trace(path, points) {
    path.moveTo(points[0][0], points[0][1]);
    for (let k = 1; k < points.length; k++) path.lineTo(points[k][0], points[k][1]);
  }

  function stroke(links, width, colour, dash, thickness) {
    const path = new Path2D();
    for (const i of links) trace(path, polyline(i, width));
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = thickness || 1;
    pen.stroke(path);
    pen.setLineDash([]);
  }

  function outline({ points, width }) {
    const path = new Path2D();
    trace(path, points);
    pen.strokeStyle = PICK;
    pen.lineWidth = width + 4;
    pen.stroke(path);
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = width + 1.5;
    pen.stroke(path);
    pen.strokeStyle = look(drawn.find((d) => d.points === points).link).colour;
    pen.lineWidth = width;
    pen.stroke(path);
  }

  function font(px, weight) {
    pen.font = (weight ? weight + " " : "") + px + "px " + getComputedStyle(canvas).fontFamily;
  }

  function park([x, y]) {
    const px = sx(x * 10), py = sy(y * 10);
    pen.fillStyle = INK;
    pen.fillRect(px - 9, py - 9, 18, 18);
    pen.fillStyle = "#ffffff";
    font(13, "bold");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText("P", px, py + 1);
  }

  function numbers() {
    const placed = [];
    font(12, "bold");
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineWidth = 3;
    const sorted = drawn
      .map(({ link, points }) => ({ c: change(link), p: points[points.length >> 1], points }))
      .filter(({ c }) => Math.abs(c) > little())
      .sort((a, b) => Math.abs(b.c) - Math.abs(a.c));
    for (const { c, points } of sorted) {
      if (placed.length === 8) break;
      const a = points[0], b = points[points.length - 1];
      const x = (a[0] + b[0]) / 2 + 8, y = (a[1] + b[1]) / 2 - 11;
      if (x < 4 || y < 10 || x > size.w - 50 || y > size.h - 40) continue;
      if (placed.some(([u, v]) => Math.abs(u - x) < 64 && Math.abs(v - y) < 26)) continue;
      placed.push([x, y]);
      pen.strokeStyle = "#ffffff";
      pen.strokeText(signed(c), x, y);
      pen.fillStyle = data.changeColours[c < 0 ? 0 : 4];
      pen.fillText(signed(c), x, y);
    }
  }

  // Scale bar, north arrow and attribution, on a pale ground so that roads do not hide them.
  function furniture() {
    const metres = 100 / (view.scale * 10);
    const power = Math.pow(10, Math.floor(Math.log10(metres)));
    const length = [1, 2, 5, 10].map((f) => f * power).filter((v) => v <= metres).pop() || power;
    const px = length * 10 * view.scale, right = size.w - 44, base = size.h - 16;
    font(11);
    const label = length >= 1000 ? length / 1000 + " km" : length + " m";
    const credit = data.attribution, wide = pen.measureText(credit).width;
    pen.fillStyle = "rgba(255,255,255,0.85)";
    pen.fillRect(right - px - 10, base - 20, px + 54, 36);
    pen.fillRect(0, size.h - 20, wide + 16, 20);
    pen.fillStyle = INK;
    pen.fillRect(right - px, base, px, 2);
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    pen.fillText(label, right - px / 2, base - 5);
    pen.beginPath();
    pen.moveTo(right + 22, base - 14);
    pen.lineTo(right + 17, base - 4);
    pen.lineTo(right + 27, base - 4);
    pen.fill();
    pen.fillText(words().north, right + 22, base + 8);
    pen.textAlign = "left";
    pen.fillText(credit, 8, size.h - 7);
  }

  // ---- words about a link ----------------------------------------------------------------
  const whole = (v) => Math.round(v).toLocaleString("en-US");
  const signed = (v) => (v > 0 ? "+" : v < 0 ? "−" : "") + whole(Math.abs(v));
  const nameOf = (i) => data.names[net.name.values[i]] || words().unnamed;

  function directionOf(i) {
    const a = net.start.values[i], b = net.start.values[i + 1] - 1;
    const turn = Math.atan2(net.y.values[b] - net.y.values[a], net.x.values[b] - net.x.values[a]);
    return COMPASS[language()][(Math.round(turn / (Math.PI / 4)) + 8) % 8];
  }

  function facts(i) {
    const w = words(), o = option();
    const rows = [[w.direction, directionOf(i)]];
    if (!isOpen(o, i)) rows.push(["", w.closed]);
    else {
      rows.push([w.volume, whole(volume(o, i)) + " " + w.unit_vph]);
      rows.push([w.capacity, whole(byLink("capacity", o, i)) + " " + w.unit_vph]);
      rows.push([w.ratio, ratio(o, i).toFixed(2)]);
      const t = bySlice("time", o, i), free = bySlice("free", o, i);
      if (t !== NO_TIME) {
        rows.push([w.time, (t / 10).toFixed(1) + " " + w.unit_s +
          " (" + (free / 10).toFixed(1) + " " + w.unit_s + " " + w.free_time + ")"]);
      }
    }
    if (o > 0) rows.push([w.change, signed(change(i)) + " " + w.unit_vph]);
    if (data.options[o].changed.includes(i)) rows.push(["", w.changed_link]);
    return rows;
  }

  function fillTip(i) {
    tip.replaceChildren(element("strong", nameOf(i)));
    const list = element("dl");
    for (const [term, value] of facts(i)) list.append(element("dt", term), element("dd", value));
    tip.append(list);
  }

  function showTip(i, x, y) {
    if (i < 0) {
      tip.hidden = true;
      return;
    }
    fillTip(i);
    tip.hidden = false;
    const left = Math.min(x + 14, size.w - tip.offsetWidth - 6);
    const top = y + 16 + tip.offsetHeight > size.h ? y - tip.offsetHeight - 12 : y + 16;
    tip.style.left = Math.max(4, left) + "px";
    tip.style.top = Math.max(4, top) + "px";
  }

  function element(tag, text, kind) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  }

  // ---- legend and table ------------------------------------------------------------------
  function swatch(colour, height, text, extra) {
    const item = element("li");
    const line = element("span", undefined, "swatch " + (extra || ""));
    line.style.background = colour;
    line.style.height = height + "px";
    item.append(line, element("span", text));
    return item;
  }

  function fillLegend() {
    const w = words(), list = [], l = data.ratio.limits, most = data.most;
    const title = { ratio: w.show_ratio, volume: w.show_volume, difference: w.show_difference };
    if (show() === "ratio") {
      list.push(swatch(data.ratio.colours[0], 5, "< " + l[0]));
      for (let k = 1; k < l.length; k++) {
        list.push(swatch(data.ratio.colours[k], 5, l[k - 1] + "–" + l[k]));
      }
      list.push(swatch(data.ratio.colours[l.length], 5, "> " + l[l.length - 1]));
    } else if (show() === "volume") {
      for (const share of [0.1, 0.5, 1]) {
        const text = whole(share * most.volume) + " " + w.unit_vph;
        list.push(swatch("#2f6f9f", 0.9 + 7 * share, text));
      }
    } else {
      const strong = whole(0.4 * most.change), c = data.changeColours;
      list.push(swatch(c[0], 6, w.less_traffic + ", > " + strong));
      list.push(swatch(c[1], 4, w.less_traffic));
      list.push(swatch(c[2], 1.5, w.little_change + " (≤ " + whole(little()) + ")"));
      list.push(swatch(c[3], 4, w.more_traffic));
      list.push(swatch(c[4], 6, w.more_traffic + ", > " + strong));
    }
    if (show() !== "volume") {
      const width = show() === "ratio" ? w.width_volume : w.width_change;
      list.push(element("li", width + ", " + w.unit_vph, "muted"));
    }
    if (option() > 0) {
      if (data.options[option()].changed.length) list.push(swatch(INK, 2, w.changed_link));
      for (const [, , name, spaces] of data.options[option()].parks) {
        const item = element("li");
        const what = w.new_car_park_of.replace("{name}", () => name).replace("{n}", whole(spaces));
        item.append(element("span", "P", "park"), element("span", w.new_car_park + ": " + what));
        list.push(item);
      }
    }
    const listing = element("ul");
    listing.append(...list);
    legend.replaceChildren(element("p", title[show()], "legend-title"), listing);
    const empty = show() === "difference" && option() === 0;
    note.hidden = !empty;
    note.textContent = empty ? w.base_has_no_difference : "";
  }

  function fillTable() {
    const w = words(), o = option(), kind = show();
    const value = {
      ratio: (i) => ratio(o, i),
      volume: (i) => volume(o, i),
      difference: (i) => Math.abs(change(i)),
    }[kind];
    caption.textContent = w["table_" + kind];
    const last = kind === "difference" ? w.change : w.ratio;
    head.replaceChildren(...[w.road, w.direction, w.volume + ", " + w.unit_vph, last].map((t, k) => {
      const cell = element("th", t, k > 1 ? "number" : "");
      cell.scope = "col";
      return cell;
    }));
    const order = Array.from({ length: data.links }, (_, i) => i)
      .filter((i) => value(i) > 0 && (kind === "difference" || isOpen(o, i)))
      .sort((a, b) => value(b) - value(a) || a - b)
      .slice(0, ROWS);
    body.replaceChildren(...order.map((i) => {
      const row = element("tr");
      const name = element("td"), button = element("button", nameOf(i), "link");
      button.type = "button";
      button.setAttribute("aria-pressed", String(i === picked));
      button.addEventListener("click", () => goTo(i));
      name.append(button);
      const figure = kind === "difference" ? signed(change(i)) : ratio(o, i).toFixed(2);
      row.append(name, element("td", directionOf(i)),
        element("td", whole(volume(o, i)), "number"), element("td", figure, "number"));
      row.dataset.link = String(i);
      return row;
    }));
    if (!order.length) {
      const cell = element("td", w.table_no_change);
      cell.colSpan = 4;
      const row = element("tr");
      row.append(cell);
      body.append(row);
    }
  }

  function goTo(i) {
    picked = i;
    const b = net.boxes[i];
    view.x = (b[0] + b[2]) / 2;
    view.y = (b[1] + b[3]) / 2;
    view.scale = Math.max(view.scale, view.fit * 2.5);
    draw();
    showTip(i, size.w / 2, size.h / 2);
    for (const row of body.children) {
      const button = row.querySelector("button");
      if (button) button.setAttribute("aria-pressed", String(Number(row.dataset.link) === i));
    }
  }

  // ---- the hand --------------------------------------------------------------------------
  function nearest(x, y) {
    let best = -1, least = 9;
    for (const { link, points, width } of drawn) {
      for (let k = 1; k < points.length; k++) {
        const [ax, ay] = points[k - 1], [bx, by] = points[k];
        if (x < Math.min(ax, bx) - 12 || x > Math.max(ax, bx) + 12) continue;
        if (y < Math.min(ay, by) - 12 || y > Math.max(ay, by) + 12) continue;
        const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy || 1;
        const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
        const away = Math.hypot(x - ax - t * dx, y - ay - t * dy) - width / 2;
        if (away < least) {
          least = away;
          best = link;
        }
      }
    }
    return best;
  }

  function zoom(factor, x, y) {
    const px = x === undefined ? size.w / 2 : x, py = y === undefined ? size.h / 2 : y;
    const wx = view.x + (px - size.w / 2) / view.scale, wy = view.y - (py - size.h / 2) / view.scale;
    view.scale = Math.min(view.fit * 60, Math.max(view.fit * 0.5, view.scale * factor));
    view.x = wx - (px - size.w / 2) / view.scale;
    view.y = wy + (py - size.h / 2) / view.scale;
    redraw();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  const held = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("held");
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event), before = held.get(event.pointerId);
    if (!before) {
      const now = nearest(x, y);
      if (now !== hovered) {
        hovered = now;
        redraw();
      }
      showTip(now, x, y);
      return;
    }
    if (held.size === 2) {
      const other = [...held].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]) || 1;
      const is = Math.hypot(x - other[0], y - other[1]) || 1;
      zoom(is / was, other[0], other[1]);
    } else {
      view.x -= (x - before[0]) / view.scale;
      view.y += (y - before[1]) / view.scale;
      redraw();
    }
    held.set(event.pointerId, [x, y]);
    tip.hidden = true;
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      held.delete(event.pointerId);
      if (!held.size) canvas.classList.remove("held");
      if (kind === "pointerup" && event.pointerType !== "mouse") {
        const [x, y] = place(event);
        hovered = nearest(x, y);
        showTip(hovered, x, y);
        redraw();
      }
    });
  }
  canvas.addEventListener("pointerleave", () => {
    hovered = -1;
    tip.hidden = true;
    redraw();
  });
  // The wheel belongs to the page until the map is clicked; with Ctrl it always zooms the map.
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    const [x, y] = place(event);
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), x, y);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = 60 / view.scale;
    const keys = {
      ArrowLeft: () => (view.x -= step),
      ArrowRight: () => (view.x += step),
      ArrowUp: () => (view.y += step),
      ArrowDown: () => (view.y -= step),
      "+": () => zoom(1.4),
      "=": () => zoom(1.4),
      "-": () => zoom(1 / 1.4),
      0: fitAll,
      Escape: () => {
        picked = hovered = -1;
        tip.hidden = true;
      },
    };
    if (!keys[event.key] || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    keys[event.key]();
    redraw();
  });
  document.getElementById("map-in").addEventListener("click", () => zoom(1.4));
  document.getElementById("map-out").addEventListener("click", () => zoom(1 / 1.4));
  document.getElementById("map-fit").addEventListener("click", () => {
    fitAll();
    redraw();
  });

  function refresh() {
    if (!net) return;
    tip.hidden = true;
    fillLegend();
    fillTable();
    redraw();
  }
  choose.show.addEventListener("change", () => {
    if (show() === "difference" && option() === 0 && data.options.length > 1) {
      choose.option.value = "1";
    }
    refresh();
  });
  choose.option.addEventListener("change", refresh);
  choose.slice.addEventListener("change", refresh);
  document.addEventListener("languagechange", refresh);

  // ---- start -----------------------------------------------------------------------------
  function prepare(arrays) {
    net = arrays;
    net.boxes = [];
    const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    for (let i = 0; i < data.links; i++) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let k = net.start.values[i]; k < net.start.values[i + 1]; k++) {
        const x = net.x.values[k], y = net.y.values[k];
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      }
      net.boxes.push(box);
      low[0] = Math.min(low[0], box[0]);
      low[1] = Math.min(low[1], box[1]);
      high[0] = Math.max(high[0], box[2]);
      high[1] = Math.max(high[1], box[3]);
    }
    net.extent = { low, high };
    measure();
    fitAll();
    document.getElementById("map-wait").hidden = true;
    refresh();
    draw();
    new ResizeObserver(() => {
      const whole = view.scale === view.fit;
      measure();
      if (whole) fitAll();
      draw();
    }).observe(canvas);
    canvas.dataset.ready = "1";
  }

  if (typeof DecompressionStream === "undefined") {
    document.getElementById("map-wait").textContent = words().map_too_old;
  } else {
    unpack().then(prepare);
  }
})();
